/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What `reeve doctor` looks at. Each check is a function of its own in a file by concern
 * (check-*.c); it says what it found, one finding a line, and for what is not well what to do. A
 * check never fails as a program does: what it cannot see is a finding too.
 */
#pragma once

#include "cli/context.h"

#include <glib.h>

typedef enum {
	FINDING_OK,
	FINDING_SKIP, /* cannot be seen from here, or does not apply */
	FINDING_WARN, /* works, but will or may not */
	FINDING_FAIL,
	_FINDING_N,
} FindingLevel;

typedef struct {
	const char *check; /* name of the check; static */
	FindingLevel level;
	char *text;
	char *advice; /* what to do; NULL */
} Finding;

typedef struct {
	const char *check; /* set by doctor before each check */
	GPtrArray *findings;
} Doctor;

/* Adds a finding; `advice` may be NULL. */
void doctor_find(Doctor *doctor, FindingLevel level, const char *advice, const char *format, ...)
	G_GNUC_PRINTF(4, 5);

typedef struct {
	const char *name;
	void (*look)(const Context *context, Doctor *doctor);
} Check;

/* The checks, in the order in which things break; ended by a zeroed one. */
extern const Check doctor_checks[];

void check_config(const Context *context, Doctor *doctor);
void check_places(const Context *context, Doctor *doctor);
void check_users(const Context *context, Doctor *doctor);
void check_space(const Context *context, Doctor *doctor);
void check_rules(const Context *context, Doctor *doctor);
void check_daemon(const Context *context, Doctor *doctor);
void check_walls(const Context *context, Doctor *doctor);
void check_kernel(const Context *context, Doctor *doctor);
void check_inotify(const Context *context, Doctor *doctor);
void check_actors(const Context *context, Doctor *doctor);
void check_canary(const Context *context, Doctor *doctor);
void check_clock(const Context *context, Doctor *doctor);
