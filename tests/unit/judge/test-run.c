/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs of the package manager, on a past written by hand: src/judge/run.c with judge-run.c. */
#include "../thrift.h"
#include "court.h"

#include "base/clock.h"
#include "change/dpkg.h"
#include "judge/run.h"

#define CONF "/etc/tool.conf"
#define BUSY DPKG_UPDATES "/tmp.i"
#define FOREIGNER "/usr/bin/sed"
#define MANAGER "/usr/bin/dpkg"

static Notes *notes_at(gint64 seconds)
{
	Notes *notes = past_notes(CHANGE_SET_CHANGE);

	/* now: what has waited for ten minutes by the wall clock is told */
	notes->first_usec = clock_wall_usec() + seconds * G_USEC_PER_SEC;
	notes->last_usec = notes->recorded_usec = notes->first_usec;
	return notes;
}

static void wrote(Notes *notes, const char *path, const char *exe)
{
	PathNote *note = notes_path(notes, path);
	Actor *actor = actor_new();

	actor->confidence = CONFIDENCE_EXACT;
	actor->pid = 42;
	actor->exe = g_strdup(exe);
	actor->transaction = g_str_equal(exe, MANAGER) ? g_strdup("dpkg[42]") : NULL;
	note->time_usec = notes->first_usec;
	note->actors = actors_add(NULL, actor);
	actor_free(actor);
}

static void put_status(Court *court, const char *version, const char *conf)
{
	g_autofree char *md5 = g_compute_checksum_for_string(G_CHECKSUM_MD5, conf, -1);
	g_autofree char *text = g_strdup_printf(
		"Package: tool\nStatus: install ok installed\nVersion: %s\nConffiles:\n " CONF
		" %s\n",
		version, md5);

	past_file(&court->past, DPKG_STATUS, text);
}

static void begin(Court *court)
{
	past_put(&court->past, "/etc", FILE_DIRECTORY, 0755);
	past_file(&court->past, "/etc/other", "one\n");
	past_file(&court->past, CONF, "1\n");
	put_status(court, "1", "1\n");
	past_commit_kind(&court->past, CHANGE_SET_BASELINE);
	judge_all(court);
}

/* In the middle of the run: the conffile is there, what it should be is not. `exe` NULL: nobody
 * knows who. */
static void middle(Court *court, const char *exe, gint64 seconds)
{
	g_autoptr(Notes) notes = notes_at(seconds);

	past_file(&court->past, BUSY, "");
	past_file(&court->past, CONF, "2\n");
	if (exe != NULL) {
		wrote(notes, BUSY, MANAGER);
		wrote(notes, CONF, exe);
	}
	past_commit(&court->past, notes);
	judge_all(court);
}

static void end(Court *court, const char *exe, gint64 seconds)
{
	g_autoptr(Notes) notes = notes_at(seconds);

	past_remove(&court->past, BUSY);
	put_status(court, "2", "2\n");
	if (exe != NULL) {
		wrote(notes, BUSY, exe);
		wrote(notes, DPKG_STATUS, exe);
	}
	past_commit(&court->past, notes);
	judge_all(court);
	if (judge_hurry(court->judge)) {
		judge_all(court);
	}
}

/* The last that was told of a path; NULL: nothing. Borrowed. */
static const json_t *told(Court *court, const char *path)
{
	const json_t *all = events(court), *found = NULL;

	for (gsize i = 0; i < json_array_size(all); i++) {
		const json_t *files = json_object_get(json_array_get(all, i), "files");

		for (gsize j = 0; j < json_array_size(files); j++) {
			const json_t *file = json_array_get(files, j);

			if (g_strcmp0(text_of(file, "path"), path) == 0) {
				g_assert_null(found); /* exactly once */
				found = file;
			}
		}
	}
	return found;
}

static guint waiting(Court *court)
{
	Health health;

	judge_health(court->judge, JUDGE_IDLE, &health);
	return health.waiting;
}

/* The rules are not loaded here: that the run vouches shows in `package`. */
static void assert_vouched(Court *court, bool matches)
{
	const json_t *package = json_object_get(told(court, CONF), "package");

	g_assert_cmpstr(text_of(package, "name"), ==, "tool");
	g_assert_cmpint(json_is_true(json_object_get(package, "matches")), ==, matches);
}

static void run_it(const char *exe)
{
	g_autoptr(Court) court = court_open();
	const json_t *group;

	begin(court);
	middle(court, exe, 1);
	g_assert_null(told(court, CONF));
	g_assert_cmpuint(waiting(court), ==, 2);
	end(court, exe, 2);
	g_assert_cmpuint(waiting(court), ==, 0);
	assert_vouched(court, true);
	group = json_object_get(last_event(court), "group");
	g_assert_cmpstr(json_string_value(json_array_get(json_object_get(group, "packages"), 0)),
			==, "tool 1 -> 2");
}

static void test_waits_for_evidence(void)
{
	run_it(MANAGER);
	run_it(NULL);
}

/* Silent twins: somebody known to be somebody else, and nobody at work, do not wait. */
static void test_others_do_not_wait(void)
{
	g_autoptr(Court) court = court_open();

	begin(court);
	middle(court, FOREIGNER, 1);
	g_assert_nonnull(told(court, CONF));
	g_assert_null(json_object_get(told(court, CONF), "package"));
	past_remove(&court->past, BUSY);
	past_commit_kind(&court->past, CHANGE_SET_CHANGE);
	judge_all(court);
	g_assert_true(judge_hurry(court->judge));
	judge_all(court);
	past_file(&court->past, "/etc/other", "two\n");
	past_commit_kind(&court->past, CHANGE_SET_CHANGE);
	judge_all(court);
	g_assert_nonnull(told(court, "/etc/other"));
}

static void test_foreign_line_is_told_at_once(void)
{
	g_autoptr(Court) court = court_open();
	g_autoptr(Notes) notes = notes_at(2);

	begin(court);
	middle(court, MANAGER, 1);
	past_file(&court->past, CONF, "2\nevil\n");
	wrote(notes, CONF, FOREIGNER);
	past_commit(&court->past, notes);
	judge_all(court);
	g_assert_cmpstr(text_of(told(court, CONF), "verdict"), ==, "unapproved");
	end(court, MANAGER, 3);
	g_assert_nonnull(told(court, CONF)); /* and not again */
	g_assert_cmpuint(drift(court), >=, 1);
}

static void test_other_content(void)
{
	g_autoptr(Court) court = court_open();

	begin(court);
	middle(court, MANAGER, 1);
	past_file(&court->past, CONF, "3\n");
	end(court, MANAGER, 2);
	assert_vouched(court, false);
}

/* What came and went is told as such, and what is as it was before is not told. */
static void test_come_and_gone(void)
{
	g_autoptr(Court) court = court_open();
	g_autoptr(Notes) notes = notes_at(1);

	begin(court);
	past_file(&court->past, "/etc/tool.conf.dpkg-new", "2\n");
	past_file(&court->past, "/etc/other", "two\n");
	wrote(notes, "/etc/tool.conf.dpkg-new", MANAGER);
	wrote(notes, "/etc/other", MANAGER);
	past_commit(&court->past, notes);
	past_remove(&court->past, "/etc/tool.conf.dpkg-new");
	past_file(&court->past, "/etc/other", "one\n");
	middle(court, MANAGER, 2);
	end(court, MANAGER, 3);
	g_assert_cmpstr(text_of(told(court, "/etc/tool.conf.dpkg-new"), "op"), ==, "transient");
	g_assert_null(told(court, "/etc/other"));
}

static void test_ten_minutes(void)
{
	g_autoptr(Court) court = court_open();
	g_autoptr(Notes) notes = notes_at(RUN_MAX_USEC / G_USEC_PER_SEC + 2);

	begin(court);
	middle(court, MANAGER, 1);
	past_file(&court->past, "/etc/other", "two\n");
	past_commit(&court->past, notes);
	judge_all(court);
	g_assert_nonnull(told(court, CONF));
}

static void test_waiting_survives_a_restart(void)
{
	g_autoptr(Court) court = court_open();

	begin(court);
	middle(court, MANAGER, 1);
	unseat(court);
	seat(court);
	judge_all(court);
	g_assert_null(told(court, CONF));
	g_assert_cmpuint(waiting(court), ==, 2);
	end(court, MANAGER, 2);
	assert_vouched(court, true);
	unseat(court);
	seat(court);
	judge_all(court);
	g_assert_cmpuint(waiting(court), ==, 0);
	assert_vouched(court, true); /* told() asserts: once */
}

/* A run with many files: the middle, the end, and the parts of what waited. */
static void run_many(Court *court, guint n)
{
	g_autoptr(Notes) notes = notes_at(0);

	for (guint i = 0; i < n; i++) {
		g_autofree char *path = g_strdup_printf("/etc/many%04u", i);

		past_file(&court->past, path, path);
		wrote(notes, path, MANAGER);
	}
	past_commit(&court->past, notes);
	middle(court, MANAGER, 1);
	end(court, MANAGER, 2);
}

static gsize count_told(Court *court, GHashTable *paths)
{
	const json_t *all = events(court);
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

/* Killed after any number of whole lines: nothing is lost, nothing is told twice. */
static void kill_after(guint keep)
{
	g_autoptr(Court) court = court_open();
	g_autofree char *file = g_build_filename(court->journal_dir, JOURNAL_FILE, NULL);
	g_autofree char *cursor = g_build_filename(court->journal_dir, JOURNAL_CURSOR, NULL);
	g_autofree char *saved = NULL;
	g_autofree char *text = NULL;
	g_autoptr(GHashTable) paths = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	gsize saved_size, at = 0;

	begin(court);
	g_assert_true(g_file_get_contents(cursor, &saved, &saved_size, NULL));
	run_many(court, 600);
	g_assert_cmpuint(json_array_size(events(court)), ==, 7);
	unseat(court);
	g_assert_true(g_file_get_contents(file, &text, NULL, NULL));
	for (guint i = 0; i < keep; i++) {
		at = (gsize)(strchr(text + at, '\n') - text) + 1;
	}
	g_assert_cmpint(truncate(file, (off_t)at), ==, 0);
	g_assert_true(g_file_set_contents(cursor, saved, (gssize)saved_size, NULL));
	seat(court);
	judge_all(court);
	if (judge_hurry(court->judge)) {
		judge_all(court);
	}
	/* the files, the conffile, the status, and tmp.i, which came and went */
	g_assert_cmpuint(count_told(court, paths), ==, 603);
	g_assert_cmpuint(g_hash_table_size(paths), ==, 603);
	g_assert_cmpuint(waiting(court), ==, 0);
	assert_vouched(court, true);
}

static void test_killed_in_the_middle(void)
{
	/* baseline, two commits while it runs, one at its end, three parts */
	for (guint keep = 1; keep <= 7; keep += thrift(1, 7)) {
		kill_after(keep);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/run/waits-for-evidence", test_waits_for_evidence);
	g_test_add_func("/run/others-do-not-wait", test_others_do_not_wait);
	g_test_add_func("/run/foreign-line-is-told-at-once", test_foreign_line_is_told_at_once);
	g_test_add_func("/run/other-content", test_other_content);
	g_test_add_func("/run/come-and-gone", test_come_and_gone);
	g_test_add_func("/run/ten-minutes", test_ten_minutes);
	g_test_add_func("/run/waiting-survives-a-restart", test_waiting_survives_a_restart);
	g_test_add_func("/run/killed-in-the-middle", test_killed_in_the_middle);
	return g_test_run();
}
