/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Values: a sighting: what a source saw of one process at one moment. Strings are borrowed from the
 * source and valid during the call only; bytes of command lines are raw, secrets included, and
 * leave this room masked (mask.h).
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef enum {
	SIGHTING_FORK,  /* it began: it runs what its parent runs */
	SIGHTING_EXEC,  /* from here on it runs something else */
	SIGHTING_IDS,   /* from here on it is somebody else */
	SIGHTING_EXIT,  /* it ended */
	SIGHTING_FOUND, /* it was there when somebody looked */
} SightingKind;

#define SIGHTING_UNKNOWN (-2) /* a number the source could not tell; -1 is "none" */

typedef struct {
	SightingKind kind;
	gint64 mono_usec; /* when; of what was found: 0, since before anybody looked */
	gint64 born_usec; /* of what was found: when it began, monotonic; 0: not known */
	gint64 read_usec; /* monotonic: when the program was looked up; 0: the kernel said it */
	gint64 pid;
	guint64 start; /* clock ticks since boot, as in /proc/PID/stat; 0: not known */
	gint64 parent_pid;
	guint64 parent_start;           /* 0: not known */
	gint64 uid, login_uid, session; /* effective user; -1 unset; SIGHTING_UNKNOWN */
	guint32 tty;                    /* device number as in /proc/PID/stat; 0: none */
	guint64 mount_ns, pid_ns;       /* numbers of the namespaces; 0: not known */
	guint64 cgroup_id;              /* 0: not known */
	const char *cgroup;             /* its path; NULL */
	const char *exe;                /* NULL: not known */
	const char *args;               /* NUL-separated; NULL: not known */
	gsize args_size;
	bool has_written;  /* of an exec: it wrote something before, as what it was then */
	const char *comm;  /* NULL */
	const char *doubt; /* why this is not certain, a static string; NULL: the kernel said so */
} Sighting;

/* Nothing known but what happened to whom. */
#define SIGHTING_INIT(kind_, pid_, mono_usec_)                             \
	{                                                                  \
		.kind = (kind_), .pid = (pid_), .mono_usec = (mono_usec_), \
		.uid = SIGHTING_UNKNOWN, .login_uid = SIGHTING_UNKNOWN,    \
		.session = SIGHTING_UNKNOWN,                               \
	}
