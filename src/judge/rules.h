/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rules in force, in two steps with the wall between them: as root their bytes are read,
 * behind the wall they are parsed. What cannot be loaded is a problem that a person hears of; the
 * rest works.
 */
#pragma once

#include "policy/policy.h"

#include <glib.h>
#include <stdbool.h>

#define RULES_MAX_PROBLEMS 200

typedef struct {
	GPtrArray *sources;  /* of PolicySource; NULL once compiled */
	Policy *policy;      /* NULL until compiled */
	GPtrArray *problems; /* of char *: several lines each */
} Rules;

/* Reads each folder; one that cannot be read is a problem and does not keep the others out. */
void rules_read(Rules *rules, const char *const *folders);
void rules_compile(Rules *rules);
void rules_clear(Rules *rules);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Rules, rules_clear)

/* Adds what came up while matching; the index of the first new problem, or the number of problems
 * when there is none. */
guint rules_take_problems(Rules *rules);
