/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The index answers: what drifts, what was told, which ids begin so, how much is open. */
#include "story.h"

#include "indexing.h"

static const Told baseline = {EVENT_BASELINE, "c0"};

/* Each case ends with the drift it must leave: path, approved commit, current commit. */
static const struct {
	const char *name;
	Told told[4];
	const char *drift; /* "path approved current verdict severity;" sorted */
} drifts[] = {
	{"none", {{EVENT_GAP, "c1"}}, ""},
	{"updated",
	 {CHANGED("c1", "c0", "/etc/a", 'a', 'b', UNAPPROVED, LOW)},
	 "/etc/a c0 c1 unapproved low;"},
	{"created",
	 {CHANGED("c1", "c0", "/etc/a", '\0', 'b', UNAPPROVED, LOW)},
	 "/etc/a - c1 unapproved low;"},
	{"twice keeps the first approved state and the worst severity",
	 {CHANGED("c1", "c0", "/etc/a", 'a', 'b', UNAPPROVED, HIGH),
	  CHANGED("c2", "c1", "/etc/a", 'b', 'c', MISMATCH, LOW)},
	 "/etc/a c0 c2 mismatch high;"},
	{"restored",
	 {CHANGED("c1", "c0", "/etc/a", 'a', 'b', UNAPPROVED, LOW),
	  CHANGED("c2", "c1", "/etc/b", 'a', 'b', UNAPPROVED, LOW),
	  CHANGED("c3", "c2", "/etc/a", 'b', 'a', RESTORED, LOW)},
	 "/etc/b c1 c2 unapproved low;"},
	{"created and deleted",
	 {CHANGED("c1", "c0", "/etc/a", '\0', 'b', UNAPPROVED, LOW),
	  CHANGED("c2", "c1", "/etc/a", 'b', '\0', RESTORED, LOW)},
	 ""},
	{"approved later",
	 {CHANGED("c1", "c0", "/etc/a", 'a', 'b', UNAPPROVED, LOW),
	  CHANGED("c2", "c1", "/etc/a", 'b', 'c', APPROVED, LOW)},
	 ""},
	{"back without the verdict for it",
	 {CHANGED("c1", "c0", "/etc/a", 'a', 'b', UNAPPROVED, LOW),
	  CHANGED("c2", "c1", "/etc/a", 'b', 'a', UNAPPROVED, LOW)},
	 ""},
	{"transient",
	 {{EVENT_CHANGE, "c1", "c0", "/etc/a", '\0', '\0', VERDICT_UNAPPROVED, SEVERITY_LOW, NULL,
	   OP_TRANSIENT}},
	 ""},
	{"moved",
	 {{EVENT_CHANGE, "c1", "c0", "/etc/b", 'a', 'a', VERDICT_UNAPPROVED, SEVERITY_LOW,
	   "/etc/a"}},
	 "/etc/a c0 c1 unapproved low;/etc/b - c1 unapproved low;"},
	{"moved and back",
	 {{EVENT_CHANGE, "c1", "c0", "/etc/b", 'a', 'a', VERDICT_UNAPPROVED, SEVERITY_LOW,
	   "/etc/a"},
	  {EVENT_CHANGE, "c2", "c1", "/etc/a", 'a', 'a', VERDICT_RESTORED, SEVERITY_LOW, "/etc/b"}},
	 ""},
	{"scope leaves it",
	 {CHANGED("c1", "c0", "/etc/a", 'a', 'b', UNAPPROVED, LOW), {EVENT_SCOPE, "c2", "c1"}},
	 "/etc/a c0 c1 unapproved low;"},
	{"baseline clears it",
	 {CHANGED("c1", "c0", "/etc/a", 'a', 'b', UNAPPROVED, LOW), {EVENT_BASELINE, "c2", "c1"}},
	 ""},
};

static char *drift_text(Index *index)
{
	GError *error = NULL;
	g_autoptr(GPtrArray) all = index_drift(index, &error);
	g_autoptr(GString) text = g_string_new(NULL);

	g_assert_no_error(error);
	g_assert_cmpuint(all->len, ==, index_drift_count(index));
	for (guint i = 0; i < all->len; i++) {
		const Drift *drift = g_ptr_array_index(all, i);

		g_string_append_printf(text, "%s %s %s %s %s;", drift->path,
				       drift->approved_commit == NULL ? "-"
								      : drift->approved_commit,
				       drift->current_commit, verdict_word(drift->verdict),
				       severity_word(drift->severity));
	}
	return g_strdup(text->str);
}

static void test_drift(gconstpointer data)
{
	guint i = GPOINTER_TO_UINT(data);
	g_auto(Story) story = story_begin();
	g_autoptr(Journal) journal = story_open_sound(&story);
	g_autoptr(Index) writer = open_writer(&story);
	g_autoptr(Index) reader = NULL;
	g_autofree char *watched = NULL;
	g_autofree char *read = NULL;

	g_free(tell(&story, journal, &baseline));
	for (guint n = 0; n < G_N_ELEMENTS(drifts[i].told) && drifts[i].told[n].commit != NULL;
	     n++) {
		g_free(tell(&story, journal, &drifts[i].told[n]));
		catch_up(writer);
	}
	reader = open_reader(&story);
	watched = drift_text(writer);
	read = drift_text(reader);
	g_assert_cmpstr(watched, ==, drifts[i].drift);
	g_assert_cmpstr(read, ==, drifts[i].drift);
}

static void test_drift_of(void)
{
	static const Told told = CHANGED("c1", "c0", "/etc/a\nb", 'a', 'b', UNAPPROVED, LOW);
	g_auto(Story) story = story_begin();
	g_autoptr(Journal) journal = story_open_sound(&story);
	g_autofree char *id = tell(&story, journal, &told);
	g_autoptr(Index) index = open_writer(&story);
	Drift *drift = index_drift_of(index, "/etc/a\\nb", NULL);
	char approved[DIGEST_HEX + 1];
	FileState before = {0};

	g_assert_nonnull(drift);
	story_set_state(&before, 'a');
	event_state_digest(&before, approved);
	g_assert_cmpstr(drift->approved_state, ==, approved);
	g_assert_cmpstr(drift->event, ==, id);
	g_assert_cmpstr(drift->last_event, ==, id);
	g_assert_cmpint(drift->since_usec, ==, STORY_TIME);
	drift_free(drift);
	g_assert_null(index_drift_of(index, "/etc/a", NULL));
}

#define AT(seconds) (STORY_TIME + (seconds)*G_GINT64_CONSTANT(1000000))
#define ANY .verdict = -1, .min_severity = -1

static const struct {
	const char *name;
	IndexQuery query;
	const char *found; /* numbers of events */
} queries[] = {
	{"all", {ANY}, "0123456"},
	{"newest two", {ANY, .limit = 2}, "56"},
	{"alerts", {ANY, .alerts_only = true}, "126"},
	{"newest alert", {ANY, .alerts_only = true, .limit = 1}, "6"},
	{"path", {ANY, .path = "/etc/hosts"}, "25"},
	{"folder", {ANY, .path = "/etc/ssh"}, "1"},
	{"folder with a slash", {ANY, .path = "/etc/ssh/"}, "1"},
	{"root", {ANY, .path = "/"}, "12456"},
	{"glob", {ANY, .path = "/etc/ssh*/*"}, "14"},
	{"glob in the middle", {ANY, .path = "/**/sshd_config"}, "1"},
	{"glob that finds nothing", {ANY, .path = "/etc/*x"}, ""},
	{"escaped path", {ANY, .path = "/etc/back\\\\slash"}, "6"},
	{"unknown path", {ANY, .path = "/etc/host"}, ""},
	{"verdict", {.verdict = VERDICT_RESTORED, .min_severity = -1}, "5"},
	{"severity", {.verdict = -1, .min_severity = SEVERITY_MEDIUM}, "16"},
	{"since", {ANY, .since_usec = AT(4)}, "456"},
	{"until", {ANY, .until_usec = AT(2)}, "012"},
	{"between", {ANY, .since_usec = AT(1), .until_usec = AT(2)}, "12"},
	{"everything at once",
	 {.path = "/etc",
	  .since_usec = AT(1),
	  .until_usec = AT(5),
	  .verdict = VERDICT_UNAPPROVED,
	  .min_severity = SEVERITY_LOW,
	  .alerts_only = true,
	  .limit = 1},
	 "2"},
};

/* The numbers of the lines that start at the offsets. */
static char *numbers(Story *story, GArray *offsets)
{
	g_autofree char *text = story_text(story, JOURNAL_FILE);
	GString *found = g_string_new(NULL);

	for (guint i = 0; i < offsets->len; i++) {
		guint line = 0;

		for (goffset at = 0; at < g_array_index(offsets, goffset, i); at++) {
			line += text[at] == '\n' ? 1 : 0;
		}
		g_string_append_printf(found, "%u", line);
	}
	return g_string_free(found, FALSE);
}

static void test_query(void)
{
	g_auto(Story) story = story_begin();
	g_autoptr(Journal) journal = story_open_sound(&story);
	g_autoptr(Index) index = NULL;

	tell_all(&story, journal);
	index = open_writer(&story);
	for (guint i = 0; i < G_N_ELEMENTS(queries); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(GArray) offsets = index_query(index, &queries[i].query, &error);
		g_autofree char *found = NULL;

		g_assert_no_error(error);
		found = numbers(&story, offsets);
		g_test_message("%s", queries[i].name);
		g_assert_cmpstr(found, ==, queries[i].found);
	}
}

static void test_find_id(void)
{
	g_auto(Story) story = story_begin();
	g_autoptr(Journal) journal = story_open_sound(&story);
	g_autoptr(Index) index = NULL;
	g_autofree char *head = NULL;
	g_autofree char *found = NULL;
	g_autoptr(GArray) offsets = NULL;

	tell_all(&story, journal);
	index = open_writer(&story);
	for (gsize length = 4; length <= EVENT_ID_HEX; length += 20) {
		g_autofree char *prefix = g_strndup(journal_head(journal), length);
		g_autoptr(GArray) one = index_find_id(index, prefix, NULL);
		g_autofree char *line = numbers(&story, one);

		g_assert_cmpstr(line, ==, "6");
	}
	head = g_ascii_strup(journal_head(journal), 8);
	offsets = index_find_id(index, head, NULL);
	found = numbers(&story, offsets);
	g_assert_cmpstr(found, ==, "6");
}

static void test_find_id_refuses(void)
{
	static const char *const bad[] = {"", "abc", "xyzw", "abcd%", "abcd*"};
	g_auto(Story) story = story_begin();
	g_autoptr(Journal) journal = story_open_sound(&story);
	g_autoptr(Index) index = open_writer(&story);
	g_autoptr(GArray) none = index_find_id(index, "abcd", NULL);

	g_assert_cmpuint(journal_seq(journal), ==, 0);
	g_assert_cmpuint(none->len, ==, 0);
	for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autoptr(GError) error = NULL;

		g_assert_null(index_find_id(index, bad[i], &error));
		g_assert_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX);
	}
}

static void test_totals_and_open_alerts(void)
{
	g_auto(Story) story = story_begin();
	g_autoptr(Journal) journal = story_open_sound(&story);
	g_autoptr(Index) index = open_writer(&story);
	IndexTotals totals;
	char *first;
	Event *ack;

	g_assert_true(index_totals(index, &totals, NULL));
	g_assert_cmpuint(totals.events, ==, 0);
	g_assert_cmpstr(totals.head_id, ==, "");
	g_free(tell(&story, journal, &events[0]));
	first = tell(&story, journal, &events[1]);
	g_free(tell(&story, journal, &events[2]));
	catch_up(index);
	g_assert_true(index_totals(index, &totals, NULL));
	g_assert_cmpuint(totals.open_alerts, ==, 2);
	for (guint i = 3; i < G_N_ELEMENTS(events); i++) {
		g_free(tell(&story, journal, &events[i]));
	}
	catch_up(index);
	g_assert_true(index_totals(index, &totals, NULL));
	g_assert_cmpuint(totals.events, ==, G_N_ELEMENTS(events));
	g_assert_cmpuint(totals.alerts, ==, 3);
	g_assert_cmpuint(totals.open_alerts, ==, 2); /* /etc/hosts was restored */
	g_assert_cmpuint(totals.gaps, ==, 1);
	g_assert_cmpuint(totals.head_seq, ==, G_N_ELEMENTS(events));
	g_assert_cmpstr(totals.head_id, ==, journal_head(journal));
	g_assert_cmpint(totals.first_usec, ==, STORY_TIME);
	g_assert_cmpint(totals.last_usec, ==, AT(6));

	ack = story_event(&story, EVENT_ACK, NULL);
	g_ptr_array_add(ack->refers, first);
	story_append(journal, ack);
	story_sync(journal);
	catch_up(index);
	g_assert_true(index_totals(index, &totals, NULL));
	g_assert_cmpuint(totals.open_alerts, ==, 1);
}

/* An alert about two paths stays open until both are settled. */
static void test_alert_of_two_paths(void)
{
	static const Told back[] = {
		CHANGED("c2", "c1", "/etc/a", 'b', 'a', RESTORED, LOW),
		CHANGED("c3", "c2", "/etc/b", 'b', 'a', RESTORED, LOW),
	};
	g_auto(Story) story = story_begin();
	g_autoptr(Journal) journal = story_open_sound(&story);
	g_autoptr(Index) index = open_writer(&story);
	Event *event = story_event(&story, EVENT_CHANGE, "c1");
	IndexTotals totals;

	story_file(event, "/etc/a", 'a', 'b', VERDICT_UNAPPROVED, SEVERITY_LOW);
	story_file(event, "/etc/b", 'a', 'b', VERDICT_UNAPPROVED, SEVERITY_LOW);
	story_append(journal, event);
	story_sync(journal);
	for (guint i = 0; i < 2; i++) {
		g_free(tell(&story, journal, &back[i]));
		catch_up(index);
		g_assert_true(index_totals(index, &totals, NULL));
		g_assert_cmpuint(totals.open_alerts, ==, 1 - i);
	}
}

static void add_tests_of_drift(const char *prefix, GTestDataFunc test)
{
	for (guint i = 0; i < G_N_ELEMENTS(drifts); i++) {
		g_autofree char *name = g_strconcat(prefix, drifts[i].name, NULL);

		g_test_add_data_func(name, GUINT_TO_POINTER(i), test);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	add_tests_of_drift("/index/drift/", test_drift);
	g_test_add_func("/index/drift-of", test_drift_of);
	g_test_add_func("/index/query", test_query);
	g_test_add_func("/index/find-id", test_find_id);
	g_test_add_func("/index/find-id-refuses", test_find_id_refuses);
	g_test_add_func("/index/totals-and-open-alerts", test_totals_and_open_alerts);
	g_test_add_func("/index/alert-of-two-paths", test_alert_of_two_paths);
	return g_test_run();
}
