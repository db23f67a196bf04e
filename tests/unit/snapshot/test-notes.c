/* SPDX-License-Identifier: GPL-3.0-or-later */
/* change-set.json: written, read back, and refused when it is not ours. */
#include "snapshot/notes.h"

#include <string.h>

#define T G_GINT64_CONSTANT(1795316645123456)

static Notes *full_notes(void)
{
	Notes *notes = notes_new(CHANGE_SET_SCOPE);
	PathNote *note = notes_path(notes, "/etc/a\n\xff");
	Actor *actor = actor_new();
	Gap *gap = gap_new("stopped", "/", T - 5, T);

	notes->first_usec = T - 2;
	notes->last_usec = T - 1;
	notes->recorded_usec = T;
	notes->entries = 1234;
	notes->roots = g_strsplit("/etc:/root", ":", -1);
	notes->scope_added = g_strsplit("/root", ":", -1);
	notes->scope_removed = g_new0(char *, 1);
	note->time_usec = T;
	note->ctime_usec = T - 9;
	note->is_open = true;
	note->moved_from = g_strdup("/etc/b");
	note->actors = g_ptr_array_new_with_free_func((GDestroyNotify)actor_free);
	actor->confidence = CONFIDENCE_INFERRED;
	actor->pid = 7;
	actor->uid = 0;
	actor->exe = g_strdup("/bin/\xf0sh");
	actor->unit = g_strdup("cron.service");
	actor->container = g_strdup("web");
	actor->remote = g_strdup("192.0.2.7");
	actor->transaction = g_strdup("apt-get[4242]");
	actor->is_own = true;
	actor_add_parent(actor, 6, "/bin/bash", "bash \xff");
	actor_add_parent(actor, 5, NULL, NULL);
	g_ptr_array_add(note->actors, actor);
	notes_add_transient(notes, "/etc/seen", T)->actors = actors_add(NULL, actor);
	notes_path(notes, "/etc/offline")->is_offline = true;
	notes_path(notes, "/etc/nothing-to-say");
	gap->closed_usec = T + 1;
	g_ptr_array_add(notes->gaps, gap);
	notes_add_transient(notes, "/etc/t", T);
	return notes;
}

static void test_round(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Notes) notes = full_notes();
	g_autoptr(GBytes) bytes = notes_format(notes);
	g_autoptr(Notes) read = NULL;
	g_autoptr(GBytes) again = NULL;
	PathNote *note;

	read = notes_parse(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), &error);
	g_assert_no_error(error);
	again = notes_format(read);
	g_assert_true(g_bytes_equal(bytes, again));
	g_assert_cmpuint(g_hash_table_size(read->paths), ==, 2);
	note = notes_path(read, "/etc/a\n\xff");
	g_assert_cmpint(note->time_usec, ==, T);
	g_assert_cmpint(note->ctime_usec, ==, T - 9);
	g_assert_true(note->is_open);
	g_assert_false(note->is_offline);
	g_assert_cmpstr(note->moved_from, ==, "/etc/b");
	g_assert_cmpstr(((Actor *)note->actors->pdata[0])->exe, ==, "/bin/\xf0sh");
	g_assert_cmpint(((Actor *)note->actors->pdata[0])->login_uid, ==, -1);
	g_assert_true(((Actor *)note->actors->pdata[0])->is_own);
	g_assert_cmpuint(((Actor *)note->actors->pdata[0])->parents->len, ==, 2);
	g_assert_cmpstr(
		((ActorParent *)((Actor *)note->actors->pdata[0])->parents->pdata[0])->cmdline, ==,
		"bash \xff");
	/* equal actors stand in the list once */
	g_assert_cmpuint(read->actors->len, ==, 1);
	g_assert_true(((Transient *)read->transients->pdata[0])->actors->pdata[0] ==
		      note->actors->pdata[0]);
	g_assert_cmpint(((Gap *)read->gaps->pdata[0])->closed_usec, ==, T + 1);
	g_assert_cmpstr(((Transient *)read->transients->pdata[1])->path, ==, "/etc/t");
	g_assert_cmpstr(read->scope_added[0], ==, "/root");
	g_assert_null(read->scope_removed[0]);
	g_assert_cmpuint(read->entries, ==, 1234);
}

static void test_empty(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Notes) notes = notes_new(CHANGE_SET_BASELINE);
	g_autoptr(GBytes) bytes = notes_format(notes);
	g_autoptr(Notes) read =
		notes_parse(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), &error);

	g_assert_no_error(error);
	g_assert_cmpint(read->kind, ==, CHANGE_SET_BASELINE);
	g_assert_cmpint(read->first_usec, ==, 0);
}

#define HEAD "{\"schema\":\"reeve.change-set/1\",\"kind\":\"change\",\"roots\":[],\"entries\":0"

static void test_refused(void)
{
	static const struct {
		const char *text;
		ReeveError code;
	} cases[] = {
		{"", REEVE_ERROR_CORRUPT},
		{"[]", REEVE_ERROR_CORRUPT},
		{"{}", REEVE_ERROR_CORRUPT},
		{"{\"schema\":\"reeve.change-set/2\"}", REEVE_ERROR_VERSION},
		{"{\"schema\":\"reeve.event/1\"}", REEVE_ERROR_CORRUPT},
		{HEAD ",\"new\":1}", REEVE_ERROR_CORRUPT},
		{HEAD ",\"first\":\"yesterday\"}", REEVE_ERROR_CORRUPT},
		{HEAD ",\"first\":7}", REEVE_ERROR_CORRUPT},
		{HEAD ",\"entries\":0}", REEVE_ERROR_CORRUPT},
		{HEAD ",\"paths\":[]}", REEVE_ERROR_CORRUPT},
		{HEAD ",\"paths\":{\"etc\":{}}}", REEVE_ERROR_CORRUPT},
		{HEAD ",\"paths\":{\"/etc/..\":{}}}", REEVE_ERROR_CORRUPT},
		{HEAD ",\"paths\":{\"/etc\":{\"open\":1}}}", REEVE_ERROR_CORRUPT},
		{HEAD ",\"paths\":{\"/a\\\\x00b\":{}}}", REEVE_ERROR_CORRUPT},
		{HEAD ",\"gaps\":[{\"cause\":\"x\"}]}", REEVE_ERROR_CORRUPT},
		{HEAD ",\"gaps\":{}}", REEVE_ERROR_CORRUPT},
		{HEAD ",\"transients\":[{}]}", REEVE_ERROR_CORRUPT},
		{HEAD ",\"scope\":{\"added\":[1],\"removed\":[]}}", REEVE_ERROR_CORRUPT},
		{HEAD "}x", REEVE_ERROR_CORRUPT},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;

		g_test_message("text: %s", cases[i].text);
		g_assert_null(notes_parse(cases[i].text, strlen(cases[i].text), &error));
		g_assert_error(error, REEVE_ERROR, (int)cases[i].code);
	}
}

static void test_scope_is_required(void)
{
	static const char text[] = "{\"schema\":\"reeve.change-set/1\",\"kind\":\"scope\","
				   "\"roots\":[],\"entries\":0}";
	g_autoptr(GError) error = NULL;

	g_assert_null(notes_parse(text, strlen(text), &error));
	g_assert_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/snapshot/notes/round", test_round);
	g_test_add_func("/snapshot/notes/empty", test_empty);
	g_test_add_func("/snapshot/notes/refused", test_refused);
	g_test_add_func("/snapshot/notes/scope-is-required", test_scope_is_required);
	return g_test_run();
}
