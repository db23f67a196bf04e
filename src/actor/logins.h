/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where a session came from, by the host's list of logins (utmp): the entry counts only when the
 * process it names is above the one in question, so a stale line or somebody else's terminal is
 * not believed.
 */
#pragma once

#include "actor/process.h"

#include <glib.h>

/* The remote address or host name of the login that `process` descends from; NULL. Caller frees. */
char *logins_remote_of(const Process *process);

/* The same over the bytes of utmp; for its test. */
char *logins_find(const void *data, gsize size, const Process *process);
