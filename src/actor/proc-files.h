/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What /proc says of one process. Everything is read through one open directory, /proc/PID, so that
 * it is one process's however often its pid is given away meanwhile: once that process is gone,
 * reads fail.
 *
 * `exe` needs CAP_SYS_PTRACE for the processes of others; all else is readable by everybody.
 */
#pragma once

#include "actor/sighting.h"

#include <glib.h>
#include <stdbool.h>

#define PROC_ARGS_BYTES 2048
#define PROC_PATH_BYTES 4096

/* Room for one sighting's strings. */
typedef struct {
	char exe[PROC_PATH_BYTES];
	char args[PROC_ARGS_BYTES];
	char cgroup[PROC_PATH_BYTES];
	char comm[32];
} ProcRoom;

typedef enum {
	PROC_IDENTITY = 1 << 0, /* start, parent, terminal, name, effective user */
	PROC_LOGIN = 1 << 1,    /* login user and session */
	PROC_IMAGE = 1 << 2,    /* program and arguments */
	PROC_PLACE = 1 << 3,    /* cgroup and namespaces */
	PROC_EVERYTHING = 15,
} ProcPart;

/*
 * Opens /proc/PID and fills of `ret` what `parts` (ProcPart) say; what cannot be read stays as it
 * is. Kind and time are the caller's. `proc_fd`: /proc. False when there is no such process.
 */
bool proc_files_read(int proc_fd, gint64 pid, guint parts, ProcRoom *room, Sighting *ret);

/* /proc/PID/loginuid: -1 unset, SIGHTING_UNKNOWN when it cannot be read. */
gint64 proc_files_login(int proc_fd, gint64 pid);

/* The time of a start in ticks, on the monotonic clock. */
gint64 proc_files_born_usec(guint64 start_ticks);

/* The text of stat, cgroup; exported for their test. False: not in their form. */
bool proc_files_parse_stat(const char *text, Sighting *ret);
bool proc_files_parse_cgroup(const char *text, char *ret, gsize size);
