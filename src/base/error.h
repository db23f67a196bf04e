/* SPDX-License-Identifier: LGPL-3.0-or-later */
/*
 * Values: the error domain all rooms share. What cannot be continued travels up as `false` and a
 * GError of this domain, prefixed on the way with what was being done (g_prefix_error), and is
 * logged once, by the program. Expected outcomes are enum values instead, never errors.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#define REEVE_ERROR (reeve_error_quark())

typedef enum {
	REEVE_ERROR_IO,        /* the system refused: the message ends with strerror */
	REEVE_ERROR_LIMIT,     /* a cap was reached before anything was allocated */
	REEVE_ERROR_SYNTAX,    /* outside input does not have its form: says where and what to do */
	REEVE_ERROR_CORRUPT,   /* something of ours on disk is not as we wrote it */
	REEVE_ERROR_VERSION,   /* a store written by a newer Reeve */
	REEVE_ERROR_NOT_FOUND, /* what was named does not exist */
	REEVE_ERROR_DENIED,    /* the caller may not do this */
	REEVE_ERROR_UNAVAILABLE /* a peer does not answer (daemon not running, ...) */
} ReeveError;

GQuark reeve_error_quark(void);

/* Sets *error to "<formatted>: <strerror(errno)>" with REEVE_ERROR_IO and returns false. */
bool error_set_errno(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
