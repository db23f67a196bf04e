/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Holding a change against the conditions of a standing request: see match-pin.h. */
#include "register/match-pin.h"

#include "base/escape.h"
#include "base/glob.h"

#include <string.h>

#define SHOWN_BYTES 120

/* Who did it */

static bool is_one_of(GStrv programs, const char *exe)
{
	for (char **program = programs; exe != NULL && *program != NULL; program++) {
		if (glob_match(*program, exe)) {
			return true;
		}
	}
	return false;
}

/* The program itself, or one that started it: a package manager works through scripts. */
static bool is_under_one_of(GStrv programs, const Actor *actor)
{
	for (guint i = 0; actor->parents != NULL && i < actor->parents->len; i++) {
		const ActorParent *parent = actor->parents->pdata[i];

		if (is_one_of(programs, parent->exe)) {
			return true;
		}
	}
	return is_one_of(programs, actor->exe);
}

static void test_program(GStrv programs, const Change *change, Match *match)
{
	g_autofree char *wanted = g_strjoinv(", ", programs);

	for (guint i = 0; i < change->actors->len; i++) {
		const Actor *actor = change->actors->pdata[i];
		g_autofree char *found = actor->exe == NULL ? NULL : escape_path(actor->exe);

		if (!is_under_one_of(programs, actor)) {
			match_fail(match, "program: requested %s, found %s", wanted,
				   found == NULL ? "one that is not known" : found);
			return;
		}
	}
	if (change->actors->len == 0) {
		match_fail(match, "program: requested %s, found one that is not known", wanted);
	}
}

/* What changed */

/* `*` is any text, '/' as well; the rest stands for itself. */
static bool line_is_like(const char *pattern, const char *line)
{
	const char *star = NULL, *mark = NULL;

	while (*line != '\0') {
		if (*pattern == '*') {
			star = pattern++;
			mark = line;
		} else if (*pattern == *line) {
			pattern++;
			line++;
		} else if (star != NULL) {
			pattern = star + 1;
			line = ++mark;
		} else {
			return false;
		}
	}
	while (*pattern == '*') {
		pattern++;
	}
	return *pattern == '\0';
}

static bool fits_one_of(GStrv patterns, const char *line)
{
	for (char **pattern = patterns; *pattern != NULL; pattern++) {
		if (line_is_like(*pattern, line)) {
			return true;
		}
	}
	return false;
}

static bool lines_fit(GStrv patterns, const GPtrArray *lines, const char *what, Match *match)
{
	for (guint i = 0; i < lines->len; i++) {
		const char *line = lines->pdata[i];
		g_autofree char *cut = g_strndup(line, SHOWN_BYTES);
		g_autofree char *shown = escape_path(cut);

		if (!fits_one_of(patterns, line)) {
			match_fail(match,
				   "lines: `%s` was %s, which is like none of those "
				   "requested",
				   shown, what);
			return false;
		}
	}
	return true;
}

static void test_lines(GStrv patterns, const Change *change, Match *match)
{
	if ((change->difference & (STATE_CONTENT | STATE_TYPE)) == 0) {
		return;
	}
	if (change->diff_presence != DIFF_PRESENT) {
		match_fail(match, "lines: what changed cannot be looked at (%s)",
			   change->diff_presence == DIFF_NONE
				   ? "no text"
				   : diff_presence_word(change->diff_presence));
		return;
	}
	if (lines_fit(patterns, change->added, "added", match)) {
		lines_fit(patterns, change->removed, "removed", match);
	}
}

/* Where it came from: what change/ found out from the package database of the snapshot. */
static void test_package(const Change *change, Match *match)
{
	const Provenance *provenance = &change->provenance;

	if (evidence_is_sound(provenance->evidence)) {
		return;
	}
	match_fail(match, "package: requested what a package brought, found %s%s",
		   provenance->package == NULL ? "none that owns it"
					       : "something else than is shipped by ",
		   provenance->package == NULL ? "" : provenance->package);
}

void match_conditions(const Conditions *conditions, const Change *change, Match *match)
{
	if (conditions->programs != NULL) {
		test_program(conditions->programs, change, match);
	}
	if (conditions->package_matches) {
		test_package(change, match);
	}
	if (conditions->lines != NULL) {
		test_lines(conditions->lines, change, match);
	}
}
