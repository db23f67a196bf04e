/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One `git fetch` into the mirror of a remote register, as a user of its own with no other right
 * than to write there: it speaks to the network and to a server nobody vouches for, so it must not
 * be the judge, and must not read STATE: it may only walk through that folder. What it says goes
 * into a memory file.
 */
#pragma once

#include "base/error.h"

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

typedef struct {
	char *remote; /* NULL: there is none */
	char *branch;
	char *place;               /* folder of the mirror */
	bool is_in_state;          /* it lies in STATE */
	char *ssh;                 /* NULL: ssh without questions */
	int uid, gid, readers_gid; /* -1: as we are */
	gint64 every_usec;
} FetchPlan;

void fetch_plan_clear(FetchPlan *plan);

/* Makes the mirror, an empty bare repository, where there is none, and lets whoever fetches walk to
 * it through STATE, where it lies there. */
bool fetch_prepare(const FetchPlan *plan, int state_fd, GError **error);

/* Starts it; *ret_said is the memory file. Its process group is its own. */
bool fetch_start(const FetchPlan *plan, pid_t *ret_pid, int *ret_said, GError **error);

/* The end of what it said, one line, without what a URL has of passwords. Caller frees. */
char *fetch_said(int said);

/* A URL as it may be shown: without user and password. Caller frees. */
char *fetch_shown(const char *remote);
