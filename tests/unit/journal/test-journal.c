/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The journal: appending, opening again after whatever happened. */
#include "story.h"

#include "journal/cursor.h"
#include "journal/seal.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>

static void tell_changes(Story *story, Journal *journal, const char *commit, guint parts)
{
	for (guint n = 1; n <= parts; n++) {
		Event *event = story_event(story, EVENT_CHANGE, commit);
		g_autofree char *path = g_strdup_printf("/etc/%s-%u", commit, n);

		event->part_n = n;
		event->part_of = parts;
		story_file(event, path, 'a', 'b', VERDICT_UNAPPROVED, SEVERITY_LOW);
		story_append(journal, event);
	}
	story_sync(journal);
}

static void test_chain_of_bytes(void)
{
	g_auto(Story) story = story_begin();
	g_autoptr(Journal) journal = story_open_sound(&story);
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;
	char id[EVENT_ID_HEX + 1] = "";

	g_assert_cmpuint(journal_seq(journal), ==, 0);
	g_assert_cmpstr(journal_head(journal), ==, "");
	tell_changes(&story, journal, "c1", 3);
	text = story_text(&story, JOURNAL_FILE);
	lines = g_strsplit(text, "\n", 4);
	for (guint i = 0; i < 3; i++) {
		json_t *event = event_parse(lines[i], strlen(lines[i]), NULL);

		g_assert_nonnull(event);
		g_assert_cmpint(json_integer_value(json_object_get(event, "seq")), ==, i + 1);
		if (i == 0) {
			g_assert_true(json_is_null(json_object_get(event, "prev")));
		} else {
			g_assert_cmpstr(json_string_value(json_object_get(event, "prev")), ==, id);
		}
		event_id(lines[i], strlen(lines[i]), id);
		json_decref(event);
	}
	g_assert_cmpuint(journal_seq(journal), ==, 3);
	g_assert_cmpstr(journal_head(journal), ==, id);
}

static void test_unsynced_is_not_written(void)
{
	g_auto(Story) story = story_begin();
	g_autoptr(Journal) journal = story_open_sound(&story);
	g_autoptr(GBytes) file = NULL;

	story_append(journal, story_event(&story, EVENT_BASELINE, "c1"));
	file = story_read(&story, JOURNAL_FILE);
	g_assert_cmpuint(g_bytes_get_size(file), ==, 0);
}

static void test_reopen_goes_on(void)
{
	g_auto(Story) story = story_begin();
	guint64 events;

	for (guint round = 0; round < 5; round++) {
		g_autoptr(Journal) journal = story_open_sound(&story);
		g_autofree char *commit = g_strdup_printf("c%u", round);

		g_assert_cmpuint(journal_seq(journal), ==, 2 * round);
		tell_changes(&story, journal, commit, 2);
		g_assert_cmpstr(journal_position(journal)->commit, ==, commit);
		g_assert_cmpuint(journal_position(journal)->files->len, ==, 0);
	}
	{
		g_autoptr(GPtrArray) problems = story_verify(&story, &events);

		g_assert_cmpuint(problems->len, ==, 0);
		g_assert_cmpuint(events, ==, 10);
	}
}

/* Everything a crash can leave of the last write: any length of the file between two syncs. */
static void test_torn_tail(void)
{
	g_auto(Story) story = story_begin();
	g_autoptr(GBytes) before = NULL;
	g_autoptr(GBytes) cursor = NULL;
	g_autoptr(GBytes) after = NULL;
	const char *bytes;
	gsize kept, size;

	{
		g_autoptr(Journal) journal = story_open_sound(&story);

		tell_changes(&story, journal, "c1", 1);
		before = story_read(&story, JOURNAL_FILE);
		cursor = story_read(&story, JOURNAL_CURSOR);
		tell_changes(&story, journal, "c2", 2);
		after = story_read(&story, JOURNAL_FILE);
	}
	kept = g_bytes_get_size(before);
	bytes = g_bytes_get_data(after, &size);
	for (gsize length = kept; length <= size; length += 7) {
		g_auto(JournalOpened) opened = {0};
		g_autoptr(Journal) journal = NULL;
		gsize whole = length;

		while (bytes[whole - 1] != '\n') {
			whole--;
		}
		story_write(&story, JOURNAL_FILE, bytes, length);
		story_write(&story, JOURNAL_CURSOR, g_bytes_get_data(cursor, NULL), CURSOR_BYTES);
		journal = story_open(&story, &opened);
		g_assert_cmpuint(opened.cut_bytes, ==, length - whole);
		g_assert_cmpstr(opened.damage, ==, NULL);
		g_assert_cmpuint(journal_seq(journal), ==,
				 whole == kept   ? 1
				 : whole == size ? 3
						 : 2);
	}
}

static void test_crash_between_parts(void)
{
	g_auto(Story) story = story_begin();

	{
		g_autoptr(Journal) journal = story_open_sound(&story);
		Event *gap = story_event(&story, EVENT_GAP, "c2");
		Event *event = story_event(&story, EVENT_CHANGE, "c2");

		tell_changes(&story, journal, "c1", 2);
		gap->part_n = 1;
		gap->part_of = 3;
		gap->gap = gap_new("crash", "/", STORY_TIME, STORY_TIME + 1);
		story_append(journal, gap);
		event->part_n = 2;
		event->part_of = 3;
		story_file(event, "/etc/a\nb", 'a', 'b', VERDICT_UNAPPROVED, SEVERITY_LOW);
		story_append(journal, event);
		story_append(journal, story_event(&story, EVENT_ACK, NULL));
		story_sync(journal);
	}
	for (guint round = 0; round < 2; round++) {
		g_autoptr(Journal) journal = NULL;
		const JournalPosition *position;

		if (round == 1) { /* without the cursor the whole journal says the same */
			g_auto(JournalOpened) opened = {0};

			unlinkat(story.fd, JOURNAL_CURSOR, 0);
			journal = story_open(&story, &opened);
			g_assert_true(opened.cursor_was_lost);
		} else {
			journal = story_open_sound(&story);
		}
		position = journal_position(journal);
		g_assert_cmpstr(position->commit, ==, "c2");
		g_assert_cmpuint(position->part_n, ==, 2);
		g_assert_cmpuint(position->part_of, ==, 3);
		g_assert_cmpuint(position->files->len, ==, 1);
		g_assert_cmpstr(g_ptr_array_index(position->files, 0), ==, "/etc/a\\nb");
	}
}

static void test_truncated(void)
{
	g_auto(Story) story = story_begin();
	g_auto(JournalOpened) opened = {0};
	g_autoptr(Journal) journal = story_open_sound(&story);
	g_autoptr(GBytes) one = NULL;
	g_autofree char *head = NULL;
	g_autoptr(GPtrArray) problems = NULL;
	guint64 events;

	tell_changes(&story, journal, "c1", 1);
	one = story_read(&story, JOURNAL_FILE);
	tell_changes(&story, journal, "c2", 2);
	head = g_strdup(journal_head(journal));
	journal_close(g_steal_pointer(&journal));
	story_write(&story, JOURNAL_FILE, g_bytes_get_data(one, NULL), g_bytes_get_size(one));

	journal = story_open(&story, &opened);
	g_assert_nonnull(opened.damage);
	g_assert_nonnull(strstr(opened.damage, "seq 3"));
	g_assert_cmpuint(journal_seq(journal), ==, 3);
	g_assert_cmpstr(journal_head(journal), ==, head);
	g_assert_cmpstr(journal_position(journal)->commit, ==, "c2");
	tell_changes(&story, journal, "c3", 1);

	problems = story_verify(&story, &events);
	g_assert_cmpuint(events, ==, 2);
	g_assert_cmpuint(problems->len, ==, 1);
	g_assert_nonnull(strstr(g_ptr_array_index(problems, 0), "2 events are missing"));
}

static void test_cursor_flipped(void)
{
	g_auto(Story) story = story_begin();
	g_autoptr(Journal) journal = story_open_sound(&story);
	g_auto(JournalOpened) opened = {0};
	g_autoptr(GBytes) cursor = NULL;
	g_autofree char *bytes = NULL;

	tell_changes(&story, journal, "c1", 2);
	journal_close(g_steal_pointer(&journal));
	cursor = story_read(&story, JOURNAL_CURSOR);
	bytes = g_memdup2(g_bytes_get_data(cursor, NULL), CURSOR_BYTES);
	bytes[20] ^= 1;
	story_write(&story, JOURNAL_CURSOR, bytes, CURSOR_BYTES);
	journal = story_open(&story, &opened);
	g_assert_true(opened.cursor_was_lost);
	g_assert_cmpstr(opened.damage, ==, NULL);
	g_assert_cmpuint(journal_seq(journal), ==, 2);
}

/* A reader need not sync what was synced; but what could not be, and what nobody writes any more.
 */
static void test_seal(void)
{
	g_auto(Story) story = story_begin();
	g_autoptr(Journal) journal = story_open_sound(&story);
	auto_fd int reader = openat(story.fd, "events.ndjson", O_RDONLY | O_CLOEXEC);
	struct rlimit old, small;

	tell_changes(&story, journal, "c1", 1);
	g_assert_true(seal_is_whole(reader));
	getrlimit(RLIMIT_FSIZE, &old);
	small = (struct rlimit){.rlim_cur = 400, .rlim_max = old.rlim_max};
	signal(SIGXFSZ, SIG_IGN);
	story_append(journal, story_event(&story, EVENT_CHANGE, "c2"));
	setrlimit(RLIMIT_FSIZE, &small);
	g_assert_false(journal_sync(journal, NULL));
	setrlimit(RLIMIT_FSIZE, &old);
	g_assert_false(seal_is_whole(reader));
	story_sync(journal);
	g_assert_true(seal_is_whole(reader));
	g_clear_pointer(&journal, journal_close);
	g_assert_false(seal_is_whole(reader));
}

static void test_failed_write_is_tried_again(void)
{
	g_auto(Story) story = story_begin();
	g_autoptr(Journal) journal = story_open_sound(&story);
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) problems = NULL;
	struct rlimit old, small;
	guint64 events;

	tell_changes(&story, journal, "c1", 1);
	story_append(journal, story_event(&story, EVENT_CHANGE, "c2"));
	getrlimit(RLIMIT_FSIZE, &old);
	small = (struct rlimit){.rlim_cur = 700, .rlim_max = old.rlim_max};
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &small);
	g_assert_false(journal_sync(journal, &error));
	setrlimit(RLIMIT_FSIZE, &old);
	g_assert_error(error, REEVE_ERROR, REEVE_ERROR_IO);
	story_append(journal, story_event(&story, EVENT_CHANGE, "c3"));
	story_sync(journal);
	problems = story_verify(&story, &events);
	g_assert_cmpuint(problems->len, ==, 0);
	g_assert_cmpuint(events, ==, 3);
}

/* Nothing is told into a file that nobody will find; opened again, the journal has a hole. */
static void test_removed_or_cut_in_use(void)
{
	for (guint round = 0; round < 2; round++) {
		g_auto(Story) story = story_begin();
		g_autoptr(Journal) journal = story_open_sound(&story);
		g_auto(JournalOpened) opened = {0};
		g_autoptr(GError) error = NULL;

		tell_changes(&story, journal, "c1", 2);
		if (round == 0) {
			unlinkat(story.fd, JOURNAL_FILE, 0);
		} else {
			story_write(&story, JOURNAL_FILE, "", 0);
		}
		story_append(journal, story_event(&story, EVENT_CHANGE, "c2"));
		g_assert_false(journal_sync(journal, &error));
		g_assert_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT);
		journal_close(g_steal_pointer(&journal));

		journal = story_open(&story, &opened);
		g_assert_nonnull(opened.damage);
		g_assert_cmpuint(journal_seq(journal), ==, 2);
		/* what was judged cannot be read any more: it is judged again */
		g_assert_cmpuint(opened.lost_events, ==, 2);
		g_assert_cmpstr(journal_position(journal)->commit, ==, NULL);
	}
}

static Journal *open_witnessed(Story *story, int witness, JournalOpened *opened)
{
	g_autoptr(GError) error = NULL;
	Journal *journal = journal_open(story->fd, witness, opened, &error);

	g_assert_no_error(error);
	return journal;
}

/* The folder is removed as a whole, cursor and all, or an older copy is put in its place. */
static void test_witness(void)
{
	g_auto(Story) story = story_begin();
	auto_fd int witness = memfd_create("witness", MFD_CLOEXEC);
	g_autoptr(GBytes) old = NULL;
	g_autoptr(GBytes) old_cursor = NULL;
	g_autofree char *head = NULL;

	for (guint i = 1; i <= 2; i++) {
		g_auto(JournalOpened) opened = {0};
		g_autoptr(Journal) journal = open_witnessed(&story, witness, &opened);
		g_autofree char *commit = g_strdup_printf("c%u", i);

		/* the twin: nothing was removed */
		g_assert_cmpuint(opened.lost_events, ==, 0);
		g_assert_cmpstr(opened.damage, ==, NULL);
		g_clear_pointer(&old, g_bytes_unref);
		g_clear_pointer(&old_cursor, g_bytes_unref);
		old = story_read(&story, JOURNAL_FILE);
		old_cursor = story_read(&story, JOURNAL_CURSOR);
		tell_changes(&story, journal, commit, 2);
		g_free(head);
		head = g_strdup(journal_head(journal));
	}
	for (guint round = 0; round < 2; round++) {
		g_auto(JournalOpened) opened = {0};
		g_autoptr(Journal) journal = NULL;
		bool is_removed = round == 1;
		gsize size;
		const char *bytes = g_bytes_get_data(old, &size);

		story_write(&story, JOURNAL_FILE, bytes, is_removed ? 0 : size);
		story_write(&story, JOURNAL_CURSOR, g_bytes_get_data(old_cursor, NULL),
			    is_removed ? 0 : CURSOR_BYTES);
		journal = open_witnessed(&story, witness, &opened);
		g_assert_nonnull(opened.damage);
		g_assert_cmpuint(opened.lost_events, ==, is_removed ? 4 : 0);
		g_assert_cmpuint(journal_seq(journal), ==, 4);
		g_assert_cmpstr(journal_head(journal), ==, head);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/journal/chain-of-bytes", test_chain_of_bytes);
	g_test_add_func("/journal/unsynced-is-not-written", test_unsynced_is_not_written);
	g_test_add_func("/journal/reopen-goes-on", test_reopen_goes_on);
	g_test_add_func("/journal/torn-tail", test_torn_tail);
	g_test_add_func("/journal/crash-between-parts", test_crash_between_parts);
	g_test_add_func("/journal/truncated", test_truncated);
	g_test_add_func("/journal/cursor-flipped", test_cursor_flipped);
	g_test_add_func("/journal/seal", test_seal);
	g_test_add_func("/journal/failed-write-is-tried-again", test_failed_write_is_tried_again);
	g_test_add_func("/journal/removed-or-cut-in-use", test_removed_or_cut_in_use);
	g_test_add_func("/journal/witness", test_witness);
	return g_test_run();
}
