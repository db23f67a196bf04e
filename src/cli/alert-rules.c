/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rules that fired: see alert-rules.h. */
#include "cli/alert-rules.h"

#include "cli/alert-facts.h"
#include "cli/grade.h"
#include "cli/pick.h"

/* A rule and how many files it fired for. */
typedef struct {
	const json_t *rule;
	const json_t *file; /* the first */
	guint files;
} Fired;

static void add_fired(GArray *all, const json_t *rule, const json_t *file)
{
	for (guint i = 0; i < all->len; i++) {
		Fired *fired = &g_array_index(all, Fired, i);

		if (g_strcmp0(pick_text(fired->rule, "id"), pick_text(rule, "id")) == 0 &&
		    g_strcmp0(pick_text(fired->rule, "title"), pick_text(rule, "title")) == 0) {
			fired->files++;
			return;
		}
	}
	g_array_append_val(all, ((Fired){.rule = rule, .file = file, .files = 1}));
}

static GArray *rules_fired(const GPtrArray *files)
{
	GArray *all = g_array_new(FALSE, FALSE, sizeof(Fired));

	for (guint i = 0; i < files->len; i++) {
		size_t k;
		const json_t *rule;

		json_array_foreach ((json_t *)pick_array(g_ptr_array_index(files, i), "rules"), k,
				    rule) {
			add_fired(all, rule, g_ptr_array_index(files, i));
		}
	}
	return all;
}

/* "attack.t1021.004": the tag that says most. */
static const char *technique_of(const json_t *rule)
{
	size_t i;
	const json_t *tag;

	json_array_foreach ((json_t *)pick_array(rule, "tags"), i, tag) {
		const char *text = json_string_value(tag);

		if (text != NULL && g_str_has_prefix(text, "attack.t")) {
			return text;
		}
	}
	return NULL;
}

static void put_rule(const Paint *paint, GString *out, const Fired *fired, bool of_many,
		     bool with_advice)
{
	const char *title = pick_text(fired->rule, "title");
	const char *advice = pick_text(fired->rule, "advice");
	const char *technique = technique_of(fired->rule);

	facts_put_label(paint, out, "rule");
	paint_foreign(paint, out, grade_style(grade_severity(fired->rule, "level")),
		      title != NULL ? title : "?");
	if (technique != NULL) {
		g_autofree char *safe = paint_safe(technique);

		paint_format(paint, out, STYLE_DIM, "  (%s)", safe);
	}
	if (of_many && fired->files > 1) {
		paint_format(paint, out, STYLE_DIM, "  %u files", fired->files);
	} else if (of_many) {
		const char *path = pick_text(fired->file, "path");

		g_string_append(out, "  ");
		paint_foreign(paint, out, STYLE_DIM, path != NULL ? path : "?");
	}
	g_string_append_c(out, '\n');
	if (advice != NULL && with_advice) {
		paint_indent(out, FACTS_COLUMN);
		paint_wrap(paint, out, STYLE_DIM, advice, FACTS_COLUMN, FACTS_COLUMN);
		g_string_append_c(out, '\n');
	}
}

void alert_rules_put(const Paint *paint, GString *out, const GPtrArray *files, bool with_advice)
{
	g_autoptr(GArray) all = rules_fired(files);

	for (guint i = 0; i < all->len; i++) {
		put_rule(paint, out, &g_array_index(all, Fired, i), files->len > 1, with_advice);
	}
}
