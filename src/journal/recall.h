/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the journal remembers of approvals: for whoever asks how a request stands on this host. The
 * judge gives it back to its register at start, the command line does the same to show it.
 */
#pragma once

#include "event/approval.h"
#include "journal/index.h"

/*
 * Every approval ever journaled (events of kind `request`), oldest first: array of Approval.
 * `journal_fd` is the folder STATE/journal. The index says where they are.
 */
GPtrArray *recall_approvals(Index *index, int journal_fd, GError **error);

/* The commit of the register that the last event names; *ret NULL: it names none. Caller frees. */
bool recall_register(Index *index, int journal_fd, char **ret, GError **error);
