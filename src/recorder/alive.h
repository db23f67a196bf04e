/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The sign of life, STATE/alive: up to when everything has been seen and recorded. One line,
 * rewritten in place: the wall clock in microseconds, `running` or `stopped`, the boot id. It is
 * what the gap of the next start begins with.
 */
#pragma once

#include "base/error.h"

#include <glib.h>
#include <stdbool.h>

typedef struct {
	int fd;
	char *boot_id;     /* of this boot; "unknown" where /proc does not tell */
	gint64 last_usec;  /* as found at open: the last sure moment; 0: not known */
	const char *cause; /* why there is a gap since: "stopped" "reboot" "crash" */
} Alive;

/* Opens or makes the file and reads what the last recorder left there. */
bool alive_open(Alive *alive, const char *state_dir, GError **error);
void alive_close(Alive *alive);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Alive, alive_close)

/* Says that everything up to `wall_usec` is recorded. Errors are ignored: the gap only grows. */
void alive_beat(const Alive *alive, gint64 wall_usec, bool is_stopping);

/* The reading of the line; exported for its test. */
void alive_parse(Alive *alive, const char *line);
