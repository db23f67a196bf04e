/* SPDX-License-Identifier: LGPL-3.0-or-later */
/*
 * A cursor on disk: a file of one line, the id of the event behind which a subscriber goes on.
 * Written after what lies before it was acknowledged, whole or not at all.
 */
#pragma once

#include "base/error.h"

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

/* *ret_id: the id; "": the beginning; NULL: there is no such file. False and *error
 * (REEVE_ERROR_CORRUPT): what it holds is no cursor. Caller frees. */
bool cursor_file_read(int folder, const char *name, char **ret_id, GError **error);

/* On disk before it returns. */
bool cursor_file_write(int folder, const char *name, mode_t mode, const char *id, GError **error);
