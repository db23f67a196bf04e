/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Verifying: any flipped bit of the journal or its cursor is found, and the line is named. */
#include "../thrift.h"
#include "story.h"

#include "journal/cursor.h"

#define LINES 5

static void tell_story(Story *story)
{
	g_autoptr(Journal) journal = story_open_sound(story);

	for (guint i = 0; i < LINES; i++) {
		Event *event = story_event(story, EVENT_CHANGE, "c1");

		story_file(event, "/etc/hosts", 'a', 'b', VERDICT_UNAPPROVED, SEVERITY_LOW);
		story_append(journal, event);
		story_sync(journal);
	}
}

static guint line_of(const char *bytes, gsize at)
{
	guint line = 1;

	for (gsize i = 0; i < at; i++) {
		line += bytes[i] == '\n' ? 1 : 0;
	}
	return line;
}

static bool names_line(const GPtrArray *problems, guint line)
{
	g_autofree char *name = g_strdup_printf("line %u (byte ", line);

	for (guint i = 0; i < problems->len; i++) {
		if (strstr(g_ptr_array_index(problems, i), name) != NULL) {
			return true;
		}
	}
	return false;
}

static void test_sound(void)
{
	g_auto(Story) story = story_begin();
	g_autoptr(GPtrArray) problems = NULL;
	guint64 events;

	tell_story(&story);
	problems = story_verify(&story, &events);
	g_assert_cmpuint(problems->len, ==, 0);
	g_assert_cmpuint(events, ==, LINES);
}

static void test_flipped_event_byte(void)
{
	g_auto(Story) story = story_begin();
	g_autoptr(GBytes) file = NULL;
	g_autofree char *bytes = NULL;
	gsize size;

	tell_story(&story);
	file = story_read(&story, JOURNAL_FILE);
	bytes = g_memdup2(g_bytes_get_data(file, &size), g_bytes_get_size(file));
	for (gsize i = 0; i < size; i += thrift(1, 11)) {
		char mask = (char)(1 << (i % 8));
		guint line = line_of(bytes, i);
		g_autoptr(GPtrArray) problems = NULL;
		guint64 events;

		bytes[i] ^= mask;
		story_write(&story, JOURNAL_FILE, bytes, size);
		bytes[i] ^= mask;
		problems = story_verify(&story, &events);
		if (problems->len == 0 || (!names_line(problems, line) && i != size - 1)) {
			g_test_message("byte %zu (line %u): %s", i, line,
				       problems->len == 0 ? "nothing"
							  : (char *)g_ptr_array_index(problems, 0));
			g_test_fail();
		}
	}
}

static void test_flipped_cursor_byte(void)
{
	g_auto(Story) story = story_begin();
	g_autoptr(GBytes) file = NULL;
	g_autofree char *bytes = NULL;

	tell_story(&story);
	file = story_read(&story, JOURNAL_CURSOR);
	g_assert_cmpuint(g_bytes_get_size(file), ==, CURSOR_BYTES);
	bytes = g_memdup2(g_bytes_get_data(file, NULL), CURSOR_BYTES);
	for (gsize i = 0; i < CURSOR_BYTES; i++) {
		g_autoptr(GPtrArray) problems = NULL;
		guint64 events;

		bytes[i] ^= (char)(1 << (i % 8));
		story_write(&story, JOURNAL_CURSOR, bytes, CURSOR_BYTES);
		bytes[i] ^= (char)(1 << (i % 8));
		problems = story_verify(&story, &events);
		g_assert_cmpuint(problems->len, ==, 1);
		g_assert_nonnull(strstr(g_ptr_array_index(problems, 0), "cursor"));
	}
}

/* What else can be done to a file of lines; each line starts at `line` times a constant. */
static const struct {
	const char *name;
	guint from, to;   /* lines left out */
	guint swap;       /* this line and the next change places; 0: none */
	const char *says; /* in the first problem */
} edits[] = {
	{"first", 1, 1, 0, "line 1 (byte 0, seq 2): the journal does not begin"},
	{"middle", 3, 3, 0, "line 3 (byte "},
	{"two", 2, 3, 0, "2 events are missing"},
	{"last", 5, 5, 0, "but the cursor knew of"},
	{"all", 1, 5, 0, "but the cursor knew of"},
	{"swapped", 0, 0, 2, "1 events are missing"},
};

static void test_edited(gconstpointer data)
{
	guint i = GPOINTER_TO_UINT(data);
	g_auto(Story) story = story_begin();
	g_autofree char *file = NULL;
	g_auto(GStrv) lines = NULL;
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(GPtrArray) problems = NULL;
	guint64 events;

	tell_story(&story);
	file = story_text(&story, JOURNAL_FILE);
	lines = g_strsplit(file, "\n", LINES + 1);
	for (guint n = 1; n <= LINES; n++) {
		guint shown = n == edits[i].swap ? n + 1 : n == edits[i].swap + 1 ? n - 1 : n;

		if (edits[i].swap == 0) {
			shown = n;
		}
		if (n < edits[i].from || n > edits[i].to) {
			g_string_append_printf(text, "%s\n", lines[shown - 1]);
		}
	}
	story_write(&story, JOURNAL_FILE, text->str, text->len);
	problems = story_verify(&story, &events);
	g_assert_cmpuint(problems->len, >, 0);
	g_assert_nonnull(strstr(g_ptr_array_index(problems, 0), edits[i].says));
}

static void test_cursor_gone(void)
{
	g_auto(Story) story = story_begin();
	g_autoptr(GPtrArray) problems = NULL;
	guint64 events;

	tell_story(&story);
	unlinkat(story.fd, JOURNAL_CURSOR, 0);
	problems = story_verify(&story, &events);
	g_assert_cmpuint(problems->len, ==, 1);
	g_assert_nonnull(strstr(g_ptr_array_index(problems, 0), "cursor: missing"));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/verify/sound", test_sound);
	g_test_add_func("/verify/flipped-event-byte", test_flipped_event_byte);
	g_test_add_func("/verify/flipped-cursor-byte", test_flipped_cursor_byte);
	for (guint i = 0; i < G_N_ELEMENTS(edits); i++) {
		g_autofree char *name = g_strconcat("/verify/edited/", edits[i].name, NULL);

		g_test_add_data_func(name, GUINT_TO_POINTER(i), test_edited);
	}
	g_test_add_func("/verify/cursor-gone", test_cursor_gone);
	return g_test_run();
}
