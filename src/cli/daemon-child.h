/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A reeved of our own, for `reeve watch`: started as a child in a process group of its own (so that
 * ^C reaches us alone and we end it cleanly), and told by the kernel to end when we are gone,
 * however that happens. What it says to its operator comes to us through a pipe.
 */
#pragma once

#include "base/error.h"

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

typedef struct DaemonChild DaemonChild;

/* Where reeved is: beside our own program, else installed. NULL and *error; caller frees. */
char *daemon_child_program(GError **error);

/* Starts it with these arguments (without argv[0], NULL-ended). */
DaemonChild *daemon_child_start(const char *program, const char *const *arguments, GError **error);
/* Ends it if it still runs. */
void daemon_child_free(DaemonChild *child);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DaemonChild, daemon_child_free)

pid_t daemon_child_pid(const DaemonChild *child);

/* Whether it still runs; looks, does not wait. */
bool daemon_child_runs(DaemonChild *child);

#define DAEMON_CHILD_WARNING 4 /* of syslog(3): less is worse, more is only to be known */

/* The next whole line it said, without waiting, and its level; NULL: none (yet). Caller frees. */
char *daemon_child_line(DaemonChild *child, int *ret_level);

/*
 * Asks it to end, waits up to `patience_ms`, then kills it (its stages end by their lifeline).
 * True when it ended by itself with success.
 */
bool daemon_child_stop(DaemonChild *child, int patience_ms);
