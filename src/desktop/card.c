/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cards: see card.h. */
#include "desktop/card.h"
#include "desktop/gist.h"

#include <string.h>

#define LINE_CHARACTERS 100
#define NAMED 2 /* paths of a card of many; the third line counts the rest */

/* How a change of a verdict is called, one and many. */
static const struct {
	const char *one, *many;
} names[_VERDICT_N] = {
	[VERDICT_NONE] = {"Alert", "alerts"},
	[VERDICT_APPROVED] = {"Risky change", "risky changes"},
	[VERDICT_STANDARD] = {"Risky change", "risky changes"},
	[VERDICT_RESTORED] = {"Risky change", "risky changes"},
	[VERDICT_EMERGENCY] = {"Emergency change", "emergency changes"},
	[VERDICT_UNVERIFIABLE] = {"Unverifiable change", "unverifiable changes"},
	[VERDICT_MISMATCH] = {"Change beside its request", "changes beside their requests"},
	[VERDICT_UNAPPROVED] = {"Unapproved change", "unapproved changes"},
};

Urgency urgency_of(Severity severity)
{
	switch (severity) {
	case SEVERITY_INFORMATIONAL:
	case SEVERITY_LOW:
		return URGENCY_LOW;
	case SEVERITY_MEDIUM:
		return URGENCY_NORMAL;
	case SEVERITY_HIGH:
	case SEVERITY_CRITICAL:
		return URGENCY_CRITICAL;
	case _SEVERITY_N:
		break;
	}
	g_assert_not_reached();
}

static int compare_files(gconstpointer a, gconstpointer b)
{
	const NewsFile *x = *(NewsFile *const *)a, *y = *(NewsFile *const *)b;

	if (x->severity != y->severity) {
		return x->severity > y->severity ? -1 : 1;
	}
	return strcmp(x->path, y->path);
}

/* The worst first. */
static GPtrArray *sorted_files(const CardMatter *matter)
{
	GPtrArray *files = g_ptr_array_new();

	for (guint i = 0; i < matter->files->len; i++) {
		g_ptr_array_add(files, matter->files->pdata[i]);
	}
	g_ptr_array_sort(files, compare_files);
	return files;
}

static char *make_title(const CardMatter *matter, const GPtrArray *files, Severity severity)
{
	Verdict worst = VERDICT_NONE;
	bool is_mixed = false;
	const char *grave = severity < SEVERITY_HIGH        ? ""
			    : severity == SEVERITY_CRITICAL ? " (critical)"
							    : " (high)";

	for (guint i = 0; i < files->len; i++) {
		const NewsFile *file = files->pdata[i];

		is_mixed = is_mixed || (i > 0 && file->verdict != worst);
		worst = MAX(worst, file->verdict);
	}
	if (matter->n == 1) {
		return g_strdup_printf("%s on %s%s", names[worst].one, matter->host, grave);
	}
	return g_strdup_printf("%s%u %s on %s%s", matter->is_floor ? "More than " : "", matter->n,
			       is_mixed ? "changes to look at" : names[worst].many, matter->host,
			       grave);
}

static void put_line(GString *out, const char *text)
{
	g_autofree char *cut = gist_cut(text, LINE_CHARACTERS);

	if (*cut != '\0') {
		g_string_append_printf(out, "%s%s", out->len > 0 ? "\n" : "", cut);
	}
}

static char *body_of_one(const NewsFile *file)
{
	GString *out = g_string_new(NULL);

	put_line(out, file->path);
	put_line(out, file->what);
	if (file->rule != NULL && file->who != NULL) {
		g_autofree char *both = g_strdup_printf("%s \u00b7 %s", file->rule, file->who);

		put_line(out, both);
	} else if (file->rule != NULL || file->who != NULL) {
		put_line(out, file->rule != NULL ? file->rule : file->who);
	}
	return g_string_free(out, FALSE);
}

static char *body_of_many(const CardMatter *matter, const GPtrArray *files)
{
	GString *out = g_string_new(NULL);
	guint named = MIN(files->len, matter->n <= NAMED + 1 ? NAMED + 1 : NAMED);

	for (guint i = 0; i < named; i++) {
		const NewsFile *file = files->pdata[i];
		const char *why = file->rule != NULL ? file->rule : file->what;
		g_autofree char *path = gist_cut(file->path, LINE_CHARACTERS / 2);
		g_autofree char *line = g_strdup_printf("%s: %s", path, why);

		put_line(out, line);
	}
	if (matter->n > named) {
		g_string_append_printf(out, "%sand %u more", out->len > 0 ? "\n" : "",
				       matter->n - named);
	}
	return g_string_free(out, FALSE);
}

static char *make_body(const CardMatter *matter, const GPtrArray *files)
{
	if (matter->n > 1) {
		return body_of_many(matter, files);
	}
	if (files->len == 1) {
		return body_of_one(files->pdata[0]);
	}
	return gist_cut(matter->summary != NULL ? matter->summary : "", 2 * LINE_CHARACTERS);
}

Card *card_of_changes(const char *key, const CardMatter *matter)
{
	g_autoptr(GPtrArray) files = sorted_files(matter);
	Card *card = g_new0(Card, 1);
	Severity severity = matter->severity;

	if (files->len > 0) {
		severity = MAX(severity, ((const NewsFile *)files->pdata[0])->severity);
	}
	card->key = g_strdup(key);
	card->title = make_title(matter, files, severity);
	card->body = make_body(matter, files);
	card->category = g_strdup("x-reeve.alert");
	card->urgency = urgency_of(severity);
	card->ids = g_ptr_array_new_with_free_func(g_free);
	return card;
}

Card *card_of_trouble(const char *key, const char *title, const char *body)
{
	Card *card = g_new0(Card, 1);

	card->key = g_strdup(key);
	card->title = g_strdup(title);
	card->body = g_strdup(body);
	card->category = g_strdup("x-reeve.trouble");
	card->urgency = URGENCY_CRITICAL;
	card->ids = g_ptr_array_new_with_free_func(g_free);
	return card;
}

void card_free(Card *card)
{
	if (card == NULL) {
		return;
	}
	g_free(card->key);
	g_free(card->title);
	g_free(card->body);
	g_free(card->category);
	g_ptr_array_unref(card->ids);
	g_free(card);
}

bool card_equal(const Card *a, const Card *b)
{
	if (strcmp(a->key, b->key) != 0 || strcmp(a->title, b->title) != 0 ||
	    strcmp(a->body, b->body) != 0 || a->urgency != b->urgency ||
	    a->ids->len != b->ids->len) {
		return false;
	}
	for (guint i = 0; i < a->ids->len; i++) {
		if (strcmp(a->ids->pdata[i], b->ids->pdata[i]) != 0) {
			return false;
		}
	}
	return true;
}
