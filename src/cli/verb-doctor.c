/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * reeve doctor: looks at everything Reeve stands on and says what is not well and what to do. Exit
 * 0 nothing to complain about, 1 something fails.
 */
#include "cli/doctor.h"
#include "cli/paint.h"
#include "cli/verb.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_COLUMN 15

static const struct {
	const char *word;
	Style style;
} levels[_FINDING_N] = {
	[FINDING_OK] = {"ok", STYLE_GOOD},
	[FINDING_SKIP] = {"skip", STYLE_DIM},
	[FINDING_WARN] = {"warn", STYLE_MEDIUM},
	[FINDING_FAIL] = {"fail", STYLE_CRITICAL},
};

static void finding_free(gpointer data)
{
	Finding *finding = data;

	g_free(finding->text);
	g_free(finding->advice);
	g_free(finding);
}

/* A complaint with a caret has lines whose columns must stay where they are. */
static void put_text(const Paint *paint, GString *out, const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (char **line = lines; *line != NULL; line++) {
		if (**line == '\0') {
			continue;
		}
		if (line != lines) {
			paint_indent(out, TEXT_COLUMN);
			paint_foreign(paint, out, STYLE_PLAIN, *line);
		} else {
			paint_wrap(paint, out, STYLE_PLAIN, *line, TEXT_COLUMN, TEXT_COLUMN);
		}
		g_string_append_c(out, '\n');
	}
}

static void print_text(const Paint *paint, const Finding *finding)
{
	g_autoptr(GString) out = g_string_new(NULL);

	paint_format(paint, out, levels[finding->level].style, "%-5s", levels[finding->level].word);
	paint_format(paint, out, STYLE_DIM, "%-10s", finding->check);
	put_text(paint, out, finding->text);
	if (finding->advice != NULL) {
		paint_indent(out, TEXT_COLUMN);
		paint_wrap(paint, out, STYLE_BOLD, finding->advice, TEXT_COLUMN, TEXT_COLUMN);
		g_string_append_c(out, '\n');
	}
	fputs(out->str, stdout);
}

static void print_json(const Finding *finding)
{
	g_autofree char *text = g_utf8_make_valid(finding->text, -1);
	json_t *object =
		json_pack("{s:s, s:s, s:s, s:s?}", "check", finding->check, "level",
			  levels[finding->level].word, "text", text, "advice", finding->advice);
	char *line = json_dumps(object, JSON_COMPACT);

	puts(line);
	free(line);
	json_decref(object);
}

int verb_doctor(const Context *context, int argc, char **argv)
{
	g_autoptr(GPtrArray) findings = g_ptr_array_new_with_free_func(finding_free);
	Doctor doctor = {.findings = findings};
	Paint paint = paint_of(context);
	FindingLevel worst = FINDING_OK;
	int status;

	if (verb_parse(NULL, &argc, &argv, &status) == VERB_DONE) {
		return status;
	}
	if (argc > 1) {
		return verb_usage("doctor", "it takes no arguments");
	}
	for (const Check *check = doctor_checks; check->name != NULL; check++) {
		doctor.check = check->name;
		check->look(context, &doctor);
	}
	for (guint i = 0; i < findings->len; i++) {
		const Finding *finding = g_ptr_array_index(findings, i);

		if (context->is_json) {
			print_json(finding);
		} else {
			print_text(&paint, finding);
		}
		worst = MAX(worst, finding->level);
	}
	return worst == FINDING_FAIL ? CLI_YES : CLI_OK;
}
