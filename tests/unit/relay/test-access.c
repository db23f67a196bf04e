/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The access log: bounded in pace and size, and it says what it left out. */
#include "relay/access.h"

#include <glib/gstdio.h>
#include <string.h>

#define CALLS 3000

static char *read_file(const char *dir, guint n)
{
	g_autofree char *name = g_strdup_printf("access-%u.ndjson", n);
	g_autofree char *path = g_build_filename(dir, name, NULL);
	char *text = NULL;

	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	return text;
}

static void remove_all(const char *dir)
{
	for (guint n = 0; n < 2; n++) {
		g_autofree char *name = g_strdup_printf("access-%u.ndjson", n);
		g_autofree char *path = g_build_filename(dir, name, NULL);

		g_unlink(path);
	}
	g_rmdir(dir);
}

static guint count(const char *text, const char *word)
{
	guint n = 0;

	for (const char *at = strstr(text, word); at != NULL; at = strstr(at + 1, word)) {
		n++;
	}
	return n;
}

static void test_lines(void)
{
	g_autofree char *dir = g_dir_make_tmp("reeve-access-XXXXXX", NULL);
	StageOptions options = {.state_dir = dir, .reader_group = -1};
	g_autoptr(Access) access = access_open(&options, NULL);
	g_autofree char *text = NULL;

	access_note(access, &(AccessEntry){.what = "replay",
					   .granted = true,
					   .who = "siem\n",
					   .user = "key",
					   .from = "192.0.2.7",
					   .since = ""});
	access_note(access, &(AccessEntry){.what = "connect", .who = "uid:0", .user = "uid:0"});
	text = read_file(dir, 0);
	g_assert_nonnull(strstr(text, "\"what\":\"replay\",\"granted\":true,\"who\":\"siem\\\\n\","
				      "\"key\":\"key\",\"from\":\"192.0.2.7\",\"since\":\"\"}\n"));
	g_assert_nonnull(strstr(text, "\"granted\":false,\"who\":\"uid:0\"}\n"));
	remove_all(dir);
}

/* Whatever the second is, nothing is left out without being counted. */
static void test_flood(void)
{
	g_autofree char *dir = g_dir_make_tmp("reeve-access-XXXXXX", NULL);
	StageOptions options = {.state_dir = dir, .reader_group = -1};
	g_autoptr(Access) access = access_open(&options, NULL);
	g_autofree char *text = NULL;

	for (guint i = 0; i < CALLS; i++) {
		access_note(access, &(AccessEntry){.what = "connect"});
	}
	text = read_file(dir, 0);
	g_assert_cmpuint(count(text, "\"connect\"") + access_lost(access), ==, CALLS);
	remove_all(dir);
}

/* A full file gives way to the other one. */
static void test_turns_over(void)
{
	g_autofree char *dir = g_dir_make_tmp("reeve-access-XXXXXX", NULL);
	g_autofree char *full = g_build_filename(dir, "access-0.ndjson", NULL);
	g_autofree char *old = g_strnfill(ACCESS_FILE_BYTES, '\n');
	StageOptions options = {.state_dir = dir, .reader_group = -1};
	g_autoptr(Access) access = NULL;
	g_autofree char *first = NULL, *second = NULL;

	g_assert_true(g_file_set_contents(full, old, ACCESS_FILE_BYTES, NULL));
	access = access_open(&options, NULL);
	access_note(access, &(AccessEntry){.what = "connect"});
	first = read_file(dir, 0);
	second = read_file(dir, 1);
	g_assert_cmpuint(count(first, "connect"), ==, 0);
	g_assert_cmpuint(count(second, "connect"), ==, 1);
	remove_all(dir);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/access/lines", test_lines);
	g_test_add_func("/access/flood", test_flood);
	g_test_add_func("/access/turns-over", test_turns_over);
	return g_test_run();
}
