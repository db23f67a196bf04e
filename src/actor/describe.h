/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From a process as the table knows it to an Actor as an event tells it: the arguments masked, the
 * chain above it up to the login or service, the unit, the container, the package manager.
 */
#pragma once

#include "actor/process-table.h"
#include "event/actor.h"

#include <glib.h>

#define DESCRIBE_MAX_PARENTS 12

/* Where we are ourselves, to tell others from it. */
typedef struct {
	gint64 own_pid; /* what descends from this process is Reeve */
	guint64 own_start;
	guint64 mount_ns, pid_ns; /* the host's; 0: not known */
	guint64 own_mount_ns;     /* likewise, ours */
	const char *root;         /* of the watched system, where that is not ours; NULL: it is */
} Standpoint;

/*
 * Describes what `process` was in `phase` (NULL: not known). `doubt`: why this is not certain;
 * NULL: it is. Caller frees.
 */
Actor *describe_process(const ProcessTable *table, const Process *process, const Phase *phase,
			const char *doubt, const Standpoint *standpoint);

/* A pid of which nothing is known, and why. Caller frees. */
Actor *describe_stranger(gint64 pid, const char *how);

/* "pts/3", "tty1", or the numbers; NULL for 0. Caller frees. */
char *describe_terminal(guint32 device);
