/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Verdicts in words: see explain-lines.h. */
#include "cli/explain-lines.h"

#include "cli/file-block.h"
#include "cli/pick.h"

#define LABEL_COLUMNS 12

/* What each verdict means, in words for the one who has to act on it. */
static const struct {
	Verdict verdict;
	const char *meaning, *remedy;
} meanings[] = {
	{VERDICT_APPROVED, "a signed change request covers it, to the byte where it pins bytes",
	 NULL},
	{VERDICT_STANDARD, "a standing, signed request covers changes of this kind", NULL},
	{VERDICT_RESTORED, "it is back in its approved state; earlier alerts about it are closed",
	 NULL},
	{VERDICT_EMERGENCY, "a break-glass request covers it, until it is reviewed",
	 "review the request before its deadline"},
	{VERDICT_UNVERIFIABLE, "the register or its keys could not be read",
	 "`reeve doctor` shows what is missing"},
	{VERDICT_MISMATCH, "a request names it, but a test failed",
	 "put back what the request says, or have a new request signed"},
	{VERDICT_UNAPPROVED, "no change request names it",
	 "put it back (`reeve diff` shows how it was) and it closes as restored; or ask for it "
	 "(`reeve request new`), and it closes when somebody else approves"},
};

void explain_put_line(const Paint *paint, GString *out, const char *label, Style style,
		      const char *text)
{
	paint_indent(out, 2);
	paint_format(paint, out, STYLE_DIM, "%-*s", LABEL_COLUMNS - 2, label);
	paint_wrap(paint, out, style, text, LABEL_COLUMNS, LABEL_COLUMNS);
	g_string_append_c(out, '\n');
}

void explain_put_verdict(const Paint *paint, GString *out, Verdict verdict)
{
	for (gsize i = 0; i < G_N_ELEMENTS(meanings); i++) {
		g_autofree char *text = NULL;

		if (meanings[i].verdict != verdict) {
			continue;
		}
		text = g_strdup_printf("%s: %s", verdict_word(verdict), meanings[i].meaning);
		explain_put_line(paint, out, "verdict", STYLE_PLAIN, text);
		if (meanings[i].remedy != NULL) {
			explain_put_line(paint, out, "to do", STYLE_BOLD, meanings[i].remedy);
		}
	}
}

/* Severity follows from the rules alone: name those that gave it. */
static void put_severity(const Paint *paint, GString *out, const json_t *file)
{
	const char *severity = pick_text(file, "severity");
	const json_t *rules = pick_array(file, "rules");
	GString *text = g_string_new(severity != NULL ? severity : "low");
	size_t i;
	const json_t *rule;

	if (json_array_size(rules) == 0) {
		g_string_append(text, ": no rule fired");
	}
	json_array_foreach ((json_t *)rules, i, rule) {
		const char *title = pick_text(rule, "title"), *level = pick_text(rule, "level");

		g_string_append_printf(text, "%s %s (%s)", i == 0 ? ": by rule" : ", and",
				       title != NULL ? title : "?", level != NULL ? level : "?");
	}
	explain_put_line(paint, out, "severity", STYLE_PLAIN, text->str);
	g_string_free(text, TRUE);
}

static Verdict verdict_of(const json_t *file)
{
	const char *word = pick_text(file, "verdict");
	Verdict verdict;

	return word != NULL && verdict_from_word(word, &verdict) ? verdict : VERDICT_NONE;
}

void explain_put_reasons(const Paint *paint, GString *out, const json_t *file)
{
	size_t i;
	const json_t *reason;

	json_array_foreach ((json_t *)pick_array(file, "reasons"), i, reason) {
		const char *text = json_string_value(reason);

		explain_put_line(paint, out, "because", STYLE_PLAIN, text != NULL ? text : "?");
	}
}

static void put_file(const Paint *paint, GString *out, const json_t *file)
{
	FileBlockRoom room = {.is_brief = true};

	file_block_put(paint, out, file, &room);
	explain_put_reasons(paint, out, file);
	put_severity(paint, out, file);
}

void explain_put_files(const Paint *paint, GString *out, const json_t *files)
{
	size_t i;
	const json_t *file;

	json_array_foreach ((json_t *)files, i, file) {
		const json_t *next = json_array_get(files, i + 1);

		put_file(paint, out, file);
		if (next == NULL || verdict_of(next) != verdict_of(file)) {
			explain_put_verdict(paint, out, verdict_of(file));
		}
	}
}
