/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading the conditions of a standing request. */
#include "register/request-reading.h"

#include "base/glob.h"

#include <string.h>

/* Holding a line against a pattern takes time with every star. */
#define STARS_MAX 8
#define LINES_MAX 100

static bool read_program(Reading *r, const YamlNode *node, GError **error)
{
	GStrv *programs = &r->request->conditions.programs;

	if (!reading_list(r, node, programs, error)) {
		return false;
	}
	for (char **program = *programs; *program != NULL; program++) {
		if (!glob_is_valid(*program)) {
			return yaml_complain(r->document, node,
					     "write it absolute, like /usr/bin/dpkg", error,
					     "`%s` is no path of a program", *program);
		}
	}
	return (*programs)[0] != NULL ||
	       yaml_complain(r->document, node, "leave it out for any program", error,
			     "no program is named");
}

static bool read_package(Reading *r, const YamlNode *node, GError **error)
{
	g_autofree char *word = NULL;

	if (!yaml_string(r->document, node, &word, error)) {
		return false;
	}
	r->request->conditions.package_matches = true;
	return g_str_equal(word, "matches") ||
	       yaml_complain(r->document, node, "write `package: matches`", error,
			     "`package` can only be `matches`");
}

static guint stars_of(const char *pattern)
{
	guint stars = 0;

	for (; *pattern != '\0'; pattern++) {
		stars += *pattern == '*';
	}
	return stars;
}

static bool read_lines(Reading *r, const YamlNode *node, GError **error)
{
	GStrv *lines = &r->request->conditions.lines;

	if (!reading_list(r, node, lines, error)) {
		return false;
	}
	for (char **line = *lines; *line != NULL; line++) {
		if (stars_of(*line) > STARS_MAX || strchr(*line, '\n') != NULL) {
			return yaml_complain(r->document, node, NULL, error,
					     "a pattern of a line has one line, and at most %d `*`",
					     STARS_MAX);
		}
	}
	return ((*lines)[0] != NULL && g_strv_length(*lines) <= LINES_MAX) ||
	       yaml_complain(r->document, node, "leave it out for any content", error,
			     "no pattern, or more than %d", LINES_MAX);
}

static const KeyReader condition_keys[] = {
	{"program", read_program},
	{"package", read_package},
	{"lines", read_lines},
	{NULL, NULL},
};

bool reading_conditions(Reading *r, const YamlNode *node, GError **error)
{
	return reading_mapping(r, node, condition_keys, error);
}
