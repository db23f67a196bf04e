/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A process as the table knows it: who it is (pid and start time), whose child it is, and its
 * phases: what it ran, as whom, from when on. A child holds its parent, so that the chain above a
 * process that lives is there even when those in between are gone (a double fork).
 *
 * Bounded: of the phases the latest PROCESS_PHASES are kept, of the chain PROCESS_MAX_DEPTH.
 */
#pragma once

#include "actor/sighting.h"
#include "event/actor.h"

#include <glib.h>
#include <stdbool.h>

#define PROCESS_PHASES 4
#define PROCESS_MAX_DEPTH 32
#define IMAGE_ARGS_BYTES 2048

/* What is being run; shared by a parent and the children that have not exec'd. */
typedef struct {
	guint refs;
	const char *exe; /* NULL: not known, or a kernel thread; stands behind `args` */
	char *comm;      /* of a thread of the kernel; NULL: it is none */
	gsize args_size;
	char args[]; /* NUL-separated, at most IMAGE_ARGS_BYTES */
} Image;

typedef struct {
	gint64 since_usec; /* monotonic; 0: since before anybody looked */
	Image *image;      /* NULL: not known */
	bool is_exec;      /* began with an exec of its own, or wrote before its next */
	gint64 uid, login_uid, session;
	const char *doubt; /* of sighting.h */
	gint64 read_usec;  /* likewise */
	Actor *actor;      /* what has been told of it; NULL: nobody asked yet */
	bool is_for_good;  /* `actor` holds after the end of the process, too */
} Phase;

typedef struct Process Process;
struct Process {
	guint refs;
	gint64 pid;
	guint64 start;
	gint64 parent_pid;
	Process *parent;       /* NULL: not known */
	guint depth;           /* of the chain above */
	gint64 born_usec;      /* monotonic; 0: before anybody looked */
	gint64 ended_usec;     /* 0: it lives as far as we know */
	gint64 login_from_uid; /* as whom it was first seen with a login user; SIGHTING_UNKNOWN */
	guint64 login_mount_ns, login_pid_ns; /* and where; 0 */
	gint64 last_uid, last_login_uid;      /* at its end */
	gint64 login_read_usec;               /* monotonic: until then it had no login user; 0 */
	guint32 tty;
	guint64 mount_ns, pid_ns, cgroup_id;
	bool forgot; /* its first phases are not there any more */
	guint n_phases;
	Phase phases[PROCESS_PHASES]; /* oldest first */
	Process *before;              /* another that had the pid before; NULL */
	GList in_order;               /* of the table */
};

/* A process with one phase. `parent` may be NULL; a reference is taken. */
Process *process_new(const Sighting *sighting, Process *parent);
Process *process_ref(Process *process);
void process_unref(Process *process);

/* A new phase begins: an exec, or another user. */
void process_turn(Process *process, const Sighting *sighting);
/*
 * Something else began with this pid at `mono_usec`. If the program of the last phase was looked up
 * later than that, it was the wrong one: from now on it is not known.
 */
void process_correct(Process *process, gint64 mono_usec);
/* It has ended. */
void process_end(Process *process, const Sighting *sighting);

/* The phase at a moment; NULL when nothing is known of that. */
Phase *process_phase_at(Process *process, gint64 mono_usec);

/*
 * The phase that something done between two moments is put down to: the last that began before
 * `until_usec`. *ret_doubt is set to a static string when it may have been another one as well.
 */
Phase *process_phase_between(Process *process, gint64 since_usec, gint64 until_usec,
			     const char **ret_doubt);
