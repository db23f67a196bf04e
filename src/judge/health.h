/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The judge's health line (base/stage.h): RUNTIME/health/judge. Written when it says something new
 * and every few seconds, so that its time tells that we live.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef enum {
	HEALTH_STARTING,
	HEALTH_BUSY,
	HEALTH_READY,
	HEALTH_DEGRADED,
} HealthState;

typedef struct {
	HealthState state;
	const char *text;   /* one sentence */
	const char *judged; /* commit; NULL: none */
	guint64 behind;
	guint64 seq;
	const char *head; /* id of the last event; NULL: none */
	guint rules;
	const char *policy;
	const GPtrArray *problems; /* of the rules; of char * */
	const GPtrArray *requests; /* problems of register, keys and requests; of char * */
	guint64 drift;
	guint waiting;         /* changes that wait for the package manager */
	gint64 waiting_since;  /* since when, in wall clock microseconds */
	const char *waits_for; /* "apt-get[4242]"; NULL: not known */
} Health;

typedef struct {
	int fd;
	char *last;          /* what it said, without the time */
	gint64 written_usec; /* monotonic */
} HealthLine;

void health_line_clear(HealthLine *line);
void health_line_tell(HealthLine *line, const Health *health);
