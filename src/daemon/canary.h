/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The canary: every few minutes reeved has a file of its own changed, RUNTIME/canary/beat, and
 * somebody at the far end of the bus wait for the event (`reeve canary`, a process of its own). So
 * the whole chain is proven, not only that every stage says it is well. What it finds goes to the
 * judge, who tells it; the watchdog is not fed by it: a full disk must not become a restart loop.
 */
#pragma once

#include "base/error.h"
#include "daemon/users.h"

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

#define CANARY_FOLDER "canary"
#define CANARY_FILE "beat"
#define CANARY_EVERY_SECONDS 300

/* The file as seen from inside the watched root; NULL: RUNTIME lies outside of it, and there is no
 * canary. Caller frees. */
char *canary_path(const char *root, const char *runtime_dir);

/* Makes folder and file where they are not there yet. */
bool canary_prepare(int runtime_fd, const Users *users, GError **error);

typedef struct {
	GStrv line; /* argv of the program; NULL: no canary */
	gint64 every_usec;
	gint64 due_usec; /* monotonic */
	pid_t pid;       /* of the one that is out; 0: none */
} Canary;

void canary_init(Canary *canary, const char *state_dir, const char *runtime_dir, int every_seconds);
void canary_clear(Canary *canary);

/* Sends one when it is due and none is out. */
void canary_tick(Canary *canary, gint64 now_usec);
/* A child has ended. */
void canary_reaped(Canary *canary, pid_t pid);
