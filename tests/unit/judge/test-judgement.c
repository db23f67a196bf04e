/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A judged change-set as events: src/judge/judgement.c. */
#include "judge/judgement.h"

#define COMMIT "1111111111111111111111111111111111111111"
#define PARENT "2222222222222222222222222222222222222222"

static const JudgementFrame frame = {
	.host = {.name = (char *)"web-1"},
	.policy = "policy",
	.time_usec = 1,
};

static ChangeSet *set_of(ChangeSetKind kind, guint n_gaps, guint n_changes)
{
	ChangeSet *set = change_set_new();

	set->kind = kind;
	set->commit = g_strdup(COMMIT);
	set->parent = g_strdup(PARENT);
	set->file_count = 7;
	for (guint i = 0; i < n_gaps; i++) {
		g_ptr_array_add(set->gaps, gap_new("stopped", "/", 1, 2));
	}
	for (guint i = 0; i < n_changes; i++) {
		g_autofree char *path = g_strdup_printf("/etc/f%04u", i);
		Change *change = change_new(path, OP_CREATED);

		change->verdict = VERDICT_UNAPPROVED;
		change->severity = i == 3 ? SEVERITY_HIGH : SEVERITY_LOW;
		g_ptr_array_add(set->changes, change);
	}
	return set;
}

/* "gap baseline change" of the kinds, and every event numbered after `told`. */
static void assert_events(const GPtrArray *events, guint told, const char *wanted)
{
	g_autoptr(GString) kinds = g_string_new(NULL);

	for (guint i = 0; i < events->len; i++) {
		const Event *event = events->pdata[i];

		g_string_append_printf(kinds, "%s%s", i == 0 ? "" : " ",
				       event_kind_word(event->kind));
		g_assert_cmpuint(event->part_n, ==, told + i + 1);
		g_assert_cmpuint(event->part_of, ==, told + events->len);
		g_assert_cmpstr(event->commit, ==, COMMIT);
		g_assert_cmpstr(event->parent, ==, PARENT);
		g_assert_nonnull(event->summary);
	}
	g_assert_cmpstr(kinds->str, ==, wanted);
}

static const struct {
	ChangeSetKind kind;
	guint gaps, changes;
	const char *wanted;
} cases[] = {
	{CHANGE_SET_BASELINE, 0, 0, "baseline"},
	{CHANGE_SET_BASELINE, 1, 0, "gap baseline"},
	{CHANGE_SET_SCOPE, 0, 0, "scope"},
	{CHANGE_SET_SCOPE, 1, 1, "gap scope change"},
	{CHANGE_SET_CHANGE, 0, 1, "change"},
	{CHANGE_SET_CHANGE, 2, 0, "gap gap"},
	{CHANGE_SET_CHANGE, 1, 256, "gap change"},
	{CHANGE_SET_CHANGE, 0, 257, "change change"},
	/* every commit is told */
	{CHANGE_SET_CHANGE, 0, 0, "change"},
};

static void test_cases(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(ChangeSet) set = set_of(cases[i].kind, cases[i].gaps, cases[i].changes);
		g_autoptr(GPtrArray) events = judgement_events(set, &frame, NULL);

		assert_events(events, 0, cases[i].wanted);
	}
}

/* Told in part: what is left is told, and numbered on from there. */
static void test_resume(void)
{
	g_autoptr(ChangeSet) set = set_of(CHANGE_SET_CHANGE, 2, 600);
	g_autoptr(GHashTable) paths = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	JudgementTold told = {3, paths};
	g_autoptr(GPtrArray) events = NULL;

	for (guint i = 0; i < 256; i++) {
		g_hash_table_add(paths, g_strdup_printf("/etc/f%04u", i));
	}
	events = judgement_events(set, &frame, &told);
	assert_events(events, 3, "change change");
	g_assert_cmpstr(((Change *)((Event *)events->pdata[0])->files->pdata[0])->path, ==,
			"/etc/f0256");
}

static void test_resume_in_gaps(void)
{
	g_autoptr(ChangeSet) set = set_of(CHANGE_SET_SCOPE, 2, 1);
	JudgementTold told = {1, NULL};
	g_autoptr(GPtrArray) events = judgement_events(set, &frame, &told);

	assert_events(events, 1, "gap scope change");
}

/* The event is as bad as its worst file. */
static void test_worst(void)
{
	g_autoptr(ChangeSet) set = set_of(CHANGE_SET_CHANGE, 0, 5);
	g_autoptr(GPtrArray) events = NULL;
	const Event *event;

	((Change *)set->changes->pdata[0])->verdict = VERDICT_RESTORED;
	events = judgement_events(set, &frame, NULL);
	event = events->pdata[0];
	g_assert_cmpint(event->verdict, ==, VERDICT_UNAPPROVED);
	g_assert_cmpint(event->severity, ==, SEVERITY_HIGH);
}

static void test_encodes(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(ChangeSet) set = set_of(cases[i].kind, cases[i].gaps, cases[i].changes);
		g_autoptr(GPtrArray) events = judgement_events(set, &frame, NULL);

		for (guint j = 0; j < events->len; j++) {
			Event *event = events->pdata[j];
			g_autoptr(GBytes) body = NULL;
			json_t *parsed;

			event->seq = 1;
			body = event_encode(event);
			parsed = event_parse(g_bytes_get_data(body, NULL), g_bytes_get_size(body),
					     NULL);
			g_assert_nonnull(parsed);
			json_decref(parsed);
		}
	}
}

static void test_health(void)
{
	g_autoptr(Event) plain = judgement_health(&frame, SEVERITY_LOW, "one line", NULL, NULL);
	g_autoptr(Event) about =
		judgement_health(&frame, SEVERITY_HIGH, "first\nsecond", COMMIT, PARENT);

	g_assert_cmpstr(plain->summary, ==, "one line");
	g_assert_null(plain->note);
	g_assert_cmpuint(plain->part_of, ==, 0);
	g_assert_cmpstr(about->summary, ==, "first");
	g_assert_cmpstr(about->note, ==, "first\nsecond");
	g_assert_cmpstr(about->commit, ==, COMMIT);
	g_assert_cmpuint(about->part_n, ==, about->part_of);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/judgement/cases", test_cases);
	g_test_add_func("/judgement/resume", test_resume);
	g_test_add_func("/judgement/resume-in-gaps", test_resume_in_gaps);
	g_test_add_func("/judgement/worst", test_worst);
	g_test_add_func("/judgement/encodes", test_encodes);
	g_test_add_func("/judgement/health", test_health);
	return g_test_run();
}
