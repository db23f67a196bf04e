/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The judge at work, on a past written by hand: src/judge/judge.c with docket and outbox. */
#include "../thrift.h"
#include "court.h"

static void write_hosts(Court *court, const char *text)
{
	past_file(&court->past, "/etc/hosts", text);
	past_commit_kind(&court->past, CHANGE_SET_CHANGE);
}

static void begin(Court *court)
{
	past_put(&court->past, "/etc", FILE_DIRECTORY, 0755);
	past_file(&court->past, "/etc/hosts", "127.0.0.1 localhost\n");
	past_file(&court->past, "/etc/other", "one\n");
	past_commit_kind(&court->past, CHANGE_SET_BASELINE);
	judge_all(court);
}

static void test_nothing(void)
{
	g_autoptr(Court) court = court_open();

	judge_all(court);
	assert_kinds(court, "");
}

static void test_baseline_is_no_alert(void)
{
	g_autoptr(Court) court = court_open();

	begin(court);
	assert_kinds(court, "baseline");
	g_assert_false(event_is_alert(last_event(court)));
	g_assert_cmpint(json_integer_value(json_object_get(last_event(court), "count")), ==, 3);
	g_assert_cmpuint(drift(court), ==, 0);
}

static void test_change_and_back(void)
{
	g_autoptr(Court) court = court_open();
	const json_t *event;

	begin(court);
	write_hosts(court, "127.0.0.1 evil\n");
	judge_all(court);
	event = last_event(court);
	g_assert_cmpstr(text_of(event, "verdict"), ==, "unapproved");
	g_assert_cmpstr(text_of(event, "severity"), ==, "low");
	g_assert_cmpstr(text_of(event, "commit"), ==, court->past.head);
	g_assert_cmpstr(text_of(event, "summary"), ==,
			"/etc/hosts: 127.0.0.1 localhost -> evil, by unknown");
	g_assert_cmpuint(drift(court), ==, 1);
	/* another unapproved state, then the approved one */
	write_hosts(court, "127.0.0.1 worse\n");
	judge_all(court);
	g_assert_cmpstr(text_of(last_event(court), "verdict"), ==, "unapproved");
	write_hosts(court, "127.0.0.1 localhost\n");
	judge_all(court);
	event = last_event(court);
	g_assert_cmpstr(text_of(event, "verdict"), ==, "restored");
	g_assert_cmpstr(text_of(event, "severity"), ==, "informational");
	g_assert_cmpuint(drift(court), ==, 0);
	assert_kinds(court, "baseline change change change");
}

/* The content is back, the mode is not. */
static void test_half_back(void)
{
	g_autoptr(Court) court = court_open();

	begin(court);
	write_hosts(court, "evil\n");
	past_file(&court->past, "/etc/hosts", "127.0.0.1 localhost\n")->mode = 0666;
	past_commit_kind(&court->past, CHANGE_SET_CHANGE);
	judge_all(court);
	g_assert_cmpstr(text_of(last_event(court), "verdict"), ==, "unapproved");
	g_assert_cmpuint(drift(court), ==, 1);
}

/* The same path again and again in commits that are judged together. */
static void test_backlog(void)
{
	g_autoptr(Court) court = court_open();
	const json_t *all;

	begin(court);
	write_hosts(court, "a\n");
	write_hosts(court, "127.0.0.1 localhost\n");
	write_hosts(court, "b\n");
	write_hosts(court, "127.0.0.1 localhost\n");
	judge_all(court);
	all = events(court);
	g_assert_cmpuint(json_array_size(all), ==, 5);
	g_assert_cmpstr(text_of(json_array_get(all, 1), "verdict"), ==, "unapproved");
	g_assert_cmpstr(text_of(json_array_get(all, 2), "verdict"), ==, "restored");
	g_assert_cmpstr(text_of(json_array_get(all, 3), "verdict"), ==, "unapproved");
	g_assert_cmpstr(text_of(json_array_get(all, 4), "verdict"), ==, "restored");
}

static void test_restart_tells_nothing_twice(void)
{
	g_autoptr(Court) court = court_open();

	begin(court);
	write_hosts(court, "a\n");
	judge_all(court);
	unseat(court);
	seat(court);
	judge_all(court);
	assert_kinds(court, "baseline change");
	write_hosts(court, "b\n");
	judge_all(court);
	assert_kinds(court, "baseline change change");
}

static void change_many(Court *court, guint n)
{
	for (guint i = 0; i < n; i++) {
		g_autofree char *path = g_strdup_printf("/etc/many%04u", i);

		past_file(&court->past, path, path);
	}
	past_commit_kind(&court->past, CHANGE_SET_CHANGE);
}

static gint64 part(const json_t *event, const char *member)
{
	return json_integer_value(json_object_get(json_object_get(event, "part"), member));
}

static gsize files_told(const json_t *all, GHashTable *paths)
{
	gsize n = 0;

	for (gsize i = 0; i < json_array_size(all); i++) {
		const json_t *files = json_object_get(json_array_get(all, i), "files");

		for (gsize j = 0; j < json_array_size(files); j++, n++) {
			g_hash_table_add(paths,
					 g_strdup(text_of(json_array_get(files, j), "path")));
		}
	}
	return n;
}

/* Killed after any number of whole lines: what was told is not told again, the rest is. */
static void test_killed_in_the_middle(void)
{
	for (guint keep = 1; keep < 5; keep += thrift(1, 4)) {
		g_autoptr(Court) court = court_open();
		g_autofree char *file = g_build_filename(court->journal_dir, JOURNAL_FILE, NULL);
		g_autofree char *cursor =
			g_build_filename(court->journal_dir, JOURNAL_CURSOR, NULL);
		g_autofree char *saved = NULL;
		g_autofree char *text = NULL;
		g_autoptr(GHashTable) paths =
			g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
		gsize saved_size, at = 0;
		const json_t *all;

		begin(court);
		g_assert_true(g_file_get_contents(cursor, &saved, &saved_size, NULL));
		change_many(court, 900);
		judge_all(court);
		assert_kinds(court, "baseline change change change change");
		g_assert_cmpint(part(last_event(court), "n"), ==, 4);
		g_assert_cmpint(part(last_event(court), "of"), ==, 4);
		unseat(court);
		/* the cursor is written last, so a kill leaves the old one */
		g_assert_true(g_file_get_contents(file, &text, NULL, NULL));
		for (guint i = 0; i < keep; i++) {
			at = (gsize)(strchr(text + at, '\n') - text) + 1;
		}
		g_assert_cmpint(truncate(file, (off_t)at), ==, 0);
		g_assert_true(g_file_set_contents(cursor, saved, (gssize)saved_size, NULL));
		seat(court);
		judge_all(court);
		all = events(court);
		g_assert_cmpuint(files_told(all, paths), ==, 900);
		g_assert_cmpuint(g_hash_table_size(paths), ==, 900);
		g_assert_cmpint(part(last_event(court), "n"), ==, part(last_event(court), "of"));
		g_assert_cmpuint(drift(court), ==, 900);
	}
}

static void test_gap(void)
{
	g_autoptr(Court) court = court_open();
	g_autoptr(Notes) notes = past_notes(CHANGE_SET_CHANGE);

	begin(court);
	g_ptr_array_add(notes->gaps, gap_new("stopped", "/", PAST_TIME, PAST_TIME + 1));
	g_ptr_array_add(notes->gaps, gap_new("overflow", "/etc", PAST_TIME, PAST_TIME + 1));
	past_commit(&court->past, notes);
	judge_all(court);
	assert_kinds(court, "baseline gap gap");
	g_assert_cmpstr(text_of(json_array_get(court->events, 1), "severity"), ==, "low");
	g_assert_cmpstr(text_of(json_array_get(court->events, 2), "severity"), ==, "medium");
	g_assert_cmpstr(text_of(last_event(court), "commit"), ==, court->past.head);
}

static char *object_file(const Court *court, const char *id)
{
	return g_strdup_printf("%s/snapshots.git/objects/%.2s/%s", court->past.dir, id, id + 2);
}

static void damage(const Court *court, const char *id)
{
	g_autofree char *path = object_file(court, id);

	g_assert_cmpint(g_chmod(path, 0600), ==, 0);
	g_assert_true(g_file_set_contents(path, "no object", -1, NULL));
}

/* A commit that cannot be read is told, and what it changed comes with the next. */
static void test_damaged_commit(void)
{
	g_autoptr(Court) court = court_open();

	begin(court);
	past_file(&court->past, "/etc/other", "two\n");
	past_commit_kind(&court->past, CHANGE_SET_CHANGE);
	damage(court, court->past.head);
	judge_all(court);
	assert_kinds(court, "baseline health");
	g_assert_cmpstr(text_of(last_event(court), "severity"), ==, "high");
	judge_all(court);
	assert_kinds(court, "baseline health");
}

static char *manifest_id(const Court *court)
{
	g_autofree char *command =
		g_strdup_printf("git -C '%s/snapshots.git' rev-parse %s:meta/etc/%%dir",
				court->past.dir, court->past.head);
	char *out = NULL;

	g_assert_true(g_spawn_command_line_sync(command, &out, NULL, NULL, NULL));
	return g_strchomp(out);
}

/* A manifest that cannot be read: the commit is told as such; the next one, which does not have it
 * any more, tells what happened in between. */
static void test_damaged_manifest(void)
{
	g_autoptr(Court) court = court_open();
	g_autofree char *id = NULL;
	const json_t *files;

	begin(court);
	past_file(&court->past, "/etc/other", "two\n");
	past_commit_kind(&court->past, CHANGE_SET_CHANGE);
	id = manifest_id(court);
	damage(court, id);
	judge_all(court);
	assert_kinds(court, "baseline health");
	g_assert_cmpstr(text_of(last_event(court), "commit"), ==, court->past.head);
	write_hosts(court, "127.0.0.1 evil\n");
	judge_all(court);
	assert_kinds(court, "baseline health change");
	files = json_object_get(last_event(court), "files");
	g_assert_cmpuint(json_array_size(files), ==, 2);
	/* nothing hangs, nothing is repeated */
	unseat(court);
	seat(court);
	judge_all(court);
	assert_kinds(court, "baseline health change");
}

static void set_back(const Court *court, const char *commit)
{
	g_autofree char *command = g_strdup_printf(
		"git -C '%s/snapshots.git' update-ref " LAYOUT_REF " %s", court->past.dir, commit);
	int status = -1;

	g_assert_true(g_spawn_command_line_sync(command, NULL, NULL, &status, NULL));
	g_assert_cmpint(status, ==, 0);
}

/* Somebody sets the branch back: that is told, and the present is compared with what was known. */
static void test_history_set_back(void)
{
	g_autoptr(Court) court = court_open();
	g_autofree char *baseline = NULL;

	begin(court);
	baseline = g_strdup(court->past.head);
	write_hosts(court, "evil\n");
	judge_all(court);
	set_back(court, baseline);
	judge_all(court);
	assert_kinds(court, "baseline change health change");
	g_assert_cmpstr(text_of(json_array_get(court->events, 2), "severity"), ==, "critical");
	g_assert_cmpstr(text_of(last_event(court), "verdict"), ==, "restored");
}

static void test_lost_store(void)
{
	g_autoptr(Court) court = court_open();
	g_autofree char *ref = g_build_filename(court->past.dir, "snapshots.git", LAYOUT_REF, NULL);
	Health health;
	JudgeStep step;

	begin(court);
	g_assert_cmpint(g_unlink(ref), ==, 0);
	step = judge_step(court->judge);
	g_assert_cmpint(step, ==, JUDGE_STUCK);
	judge_health(court->judge, step, &health);
	g_assert_cmpint(health.state, ==, HEALTH_DEGRADED);
	g_assert_nonnull(strstr(health.text, "observed"));
}

static void test_health(void)
{
	g_autoptr(Court) court = court_open();
	Health health;

	begin(court);
	judge_health(court->judge, JUDGE_IDLE, &health);
	g_assert_cmpint(health.state, ==, HEALTH_READY);
	g_assert_cmpstr(health.judged, ==, court->past.head);
	g_assert_cmpuint(health.behind, ==, 0);
	g_assert_cmpuint(health.seq, ==, 1);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/judge/nothing", test_nothing);
	g_test_add_func("/judge/baseline-is-no-alert", test_baseline_is_no_alert);
	g_test_add_func("/judge/change-and-back", test_change_and_back);
	g_test_add_func("/judge/half-back", test_half_back);
	g_test_add_func("/judge/backlog", test_backlog);
	g_test_add_func("/judge/restart-tells-nothing-twice", test_restart_tells_nothing_twice);
	g_test_add_func("/judge/killed-in-the-middle", test_killed_in_the_middle);
	g_test_add_func("/judge/gap", test_gap);
	g_test_add_func("/judge/damaged-commit", test_damaged_commit);
	g_test_add_func("/judge/damaged-manifest", test_damaged_manifest);
	g_test_add_func("/judge/history-set-back", test_history_set_back);
	g_test_add_func("/judge/lost-store", test_lost_store);
	g_test_add_func("/judge/health", test_health);
	return g_test_run();
}
