/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Proposals from a text that was edited: a unified diff applied to what is there now (by stock
 * `git apply`, in a temporary folder), or an editor opened on it.
 */
#pragma once

#include "cli/proposal.h"

/* `file` is a patch whose paths, one folder stripped (a/etc/motd), are those of the machine. */
bool proposal_add_patch(Proposal *proposal, const char *file, GError **error);

/* Opens $VISUAL or $EDITOR on the present content; left as it was is an error. */
bool proposal_add_edited(Proposal *proposal, const char *path, GError **error);
