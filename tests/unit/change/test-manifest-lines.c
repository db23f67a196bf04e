/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Manifest lines as a set: src/change/manifest-lines.c. */
#include "change/manifest-lines.h"

#include <string.h>

#define DIR_LINE(name) name " type=dir mode=0755 uid=0 gid=0\n"

static ManifestLines *lines_of(const char *text)
{
	ManifestLines *lines = manifest_lines_new();
	g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
	g_autoptr(GError) error = NULL;

	manifest_lines_add(lines, bytes, &error);
	g_assert_no_error(error);
	return lines;
}

static void test_cancel(void)
{
	g_autoptr(ManifestLines) old_lines = lines_of(DIR_LINE("a") DIR_LINE("b") DIR_LINE("c"));
	g_autoptr(ManifestLines) new_lines =
		lines_of(DIR_LINE("a") "b type=dir mode=0700 uid=0 gid=0\n" DIR_LINE("d"));
	g_autoptr(GHashTable) old_states = NULL;
	g_autoptr(GHashTable) new_states = NULL;

	manifest_lines_cancel(old_lines, new_lines);
	old_states = manifest_lines_parse(old_lines, NULL);
	new_states = manifest_lines_parse(new_lines, NULL);
	g_assert_cmpuint(g_hash_table_size(old_states), ==, 2);
	g_assert_cmpuint(g_hash_table_size(new_states), ==, 2);
	g_assert_cmpuint(((FileState *)g_hash_table_lookup(old_states, "b"))->mode, ==, 0755);
	g_assert_cmpuint(((FileState *)g_hash_table_lookup(new_states, "b"))->mode, ==, 0700);
	g_assert_true(g_hash_table_contains(old_states, "c"));
	g_assert_true(g_hash_table_contains(new_states, "d"));
}

static void test_corrupt(void)
{
	static const char *const texts[] = {
		"a type=dir mode=0755 uid=0 gid=0",    /* no LF */
		DIR_LINE("a") DIR_LINE("a"),           /* a line twice */
		"a type=dir mode=0755 uid=0 gid=0 \n", /* a space more */
		"\n",
		"a/b type=dir mode=0755 uid=0 gid=0\n",
		".. type=dir mode=0755 uid=0 gid=0\n",
		DIR_LINE("a") "a type=dir mode=0700 uid=0 gid=0\n", /* a name twice */
	};

	for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autoptr(ManifestLines) lines = manifest_lines_new();
		g_autoptr(GBytes) bytes = g_bytes_new(texts[i], strlen(texts[i]));
		g_autoptr(GHashTable) states = NULL;
		g_autoptr(GError) error = NULL;

		if (manifest_lines_add(lines, bytes, &error)) {
			states = manifest_lines_parse(lines, &error);
		}
		g_assert_null(states);
		g_assert_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT);
	}
}

static void test_find(void)
{
	static const char text[] = DIR_LINE("a") DIR_LINE("a\\040b") DIR_LINE("ab");
	static const struct {
		const char *name;
		FileType type;
	} cases[] = {{"a", FILE_DIRECTORY},
		     {"a b", FILE_DIRECTORY},
		     {"ab", FILE_DIRECTORY},
		     {"b", FILE_ABSENT},
		     {"a\\040b", FILE_ABSENT}};
	g_autoptr(GBytes) bytes = g_bytes_new_static(text, strlen(text));
	g_autoptr(GBytes) empty = g_bytes_new_static("", 0);

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_auto(FileState) state = {0};

		g_assert_true(manifest_lines_find(bytes, cases[i].name, &state, NULL));
		g_assert_cmpint(state.type, ==, cases[i].type);
		g_assert_true(manifest_lines_find(empty, cases[i].name, &state, NULL));
		g_assert_cmpint(state.type, ==, FILE_ABSENT);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/manifest-lines/cancel", test_cancel);
	g_test_add_func("/manifest-lines/corrupt", test_corrupt);
	g_test_add_func("/manifest-lines/find", test_find);
	return g_test_run();
}
