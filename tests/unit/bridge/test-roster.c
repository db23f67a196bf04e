/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The roster follows its file, and keeps what it knew when that is wrong. */
#include "bridge/roster.h"

#include <glib/gstdio.h>

#define PEOPLE "alice: {answers: [{paths: [\"/etc/**\"], next: [bob]}]}\nbob: {}\n"
#define LEFT                                                                                  \
	"alice: {valid-before: 2020-01-01T00:00:00Z, answers: [{paths: [\"/etc/**\"], next: " \
	"[bob]}]}\nbob: {}\n"

typedef struct {
	char *folder, *file;
	Roster *roster;
} Case;

static void case_begin(Case *one, gconstpointer data)
{
	one->folder = g_dir_make_tmp("reeve-roster-XXXXXX", NULL);
	one->file = g_build_filename(one->folder, "people.yaml", NULL);
	g_assert_true(g_file_set_contents(one->file, PEOPLE, -1, NULL));
	one->roster = roster_new(one->file, NULL);
	g_assert_nonnull(one->roster);
}

static void case_end(Case *one, gconstpointer data)
{
	roster_free(one->roster);
	g_unlink(one->file);
	g_rmdir(one->folder);
	g_free(one->file);
	g_free(one->folder);
}

static bool answers(const Roster *roster, const char *name, const char *path)
{
	char *owners[] = {(char *)name, NULL};
	json_t *event =
		json_pack("{s:{s:s}, s:[{s:s}]}", "host", "name", "web-1", "files", "path", path);
	Record record = {event, "1", json_array_get(json_object_get(event, "files"), 0), 0};
	bool fits = roster_fits(roster, owners, &record);

	g_assert_true(roster_fits(roster, NULL, &record));
	json_decref(event);
	return fits;
}

static void test_owners(Case *one, gconstpointer data)
{
	g_assert_true(answers(one->roster, "alice", "/etc/motd"));
	g_assert_false(answers(one->roster, "bob", "/etc/motd"));
	g_assert_false(answers(one->roster, "alice", "/srv/x"));
	g_assert_false(answers(NULL, "alice", "/etc/motd"));
}

static void test_leaving(Case *one, gconstpointer data)
{
	g_assert_true(g_file_set_contents(one->file, LEFT, -1, NULL));
	g_assert_true(roster_look(one->roster));
	g_assert_false(answers(one->roster, "alice", "/etc/motd"));
	g_assert_true(answers(one->roster, "bob", "/etc/motd"));
	/* not each time that somebody asks */
	g_assert_false(roster_look(one->roster));
}

static void test_wrong(Case *one, gconstpointer data)
{
	g_autoptr(GError) error = NULL;

	g_assert_true(g_file_set_contents(one->file, "alice: [", -1, NULL));
	g_assert_null(roster_new(one->file, &error));
	g_assert_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX);
	g_assert_false(roster_look(one->roster));
	g_assert_true(answers(one->roster, "alice", "/etc/motd"));
}

static void test_missing(Case *one, gconstpointer data)
{
	g_unlink(one->file);
	g_assert_null(roster_new(one->file, NULL));
	g_assert_false(roster_look(one->roster));
	g_assert_true(answers(one->roster, "alice", "/etc/motd"));
	g_assert_false(roster_look(NULL));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add("/roster/owners", Case, NULL, case_begin, test_owners, case_end);
	g_test_add("/roster/leaving", Case, NULL, case_begin, test_leaving, case_end);
	g_test_add("/roster/wrong", Case, NULL, case_begin, test_wrong, case_end);
	g_test_add("/roster/missing", Case, NULL, case_begin, test_missing, case_end);
	return g_test_run();
}
