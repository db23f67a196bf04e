/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The folders of design 2's table, with the owners and modes it says, before any stage starts:
 * STATE, STATE/journal with an empty journal, RUNTIME, RUNTIME/health. A folder that is a link,
 * belongs to somebody else or can be written by others is refused: whoever could exchange a store
 * could exchange the past.
 *
 * STATE is set-group-id, so that what the recorder makes as root is readable by the readers.
 */
#pragma once

#include "base/error.h"
#include "daemon/users.h"

#include <stdbool.h>

/* Makes (parents too) or checks a folder of ours; returns it open, or -1 and *error. */
int prepare_folder(const char *path, GError **error);

/* Gives STATE its owner and mode, makes the journal's folder and file. */
bool prepare_state(int state_fd, const Users *users, GError **error);

/* The same for RUNTIME and its health folder. */
bool prepare_runtime(int runtime_fd, const Users *users, GError **error);
