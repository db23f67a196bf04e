/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A store that was left: by a killed writer, by stock git, damaged, or by another Reeve. */
#include "snapshot/snapshot.h"

#include "fixture.h"

#include <glib/gstdio.h>
#include <utime.h>

static void write_text(const char *folder, const char *name, const char *text)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);

	g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static bool exists(const char *folder, const char *name)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);

	return g_file_test(path, G_FILE_TEST_EXISTS);
}

/* What a killed writer leaves. */
static void test_left_overs(Fixture *f, const void *data)
{
	g_autofree char *heads = g_build_filename(f->repository, "refs", "heads", NULL);
	g_autofree char *orphan = g_build_filename(f->packs, "pack-old.pack", NULL);
	struct utimbuf past = {0, 0};

	baseline(f);
	write_text(f->packs, "tmp_reeve_1.pack", "half");
	write_text(f->packs, "pack-old.pack", "no index");
	write_text(f->packs, "pack-fresh.pack", "its index comes in a moment");
	g_assert_cmpint(g_utime(orphan, &past), ==, 0);
	write_text(heads, "observed.lock", "half");
	reopen(f);
	g_assert_false(exists(f->packs, "tmp_reeve_1.pack"));
	g_assert_false(exists(f->packs, "pack-old.pack"));
	g_assert_true(exists(f->packs, "pack-fresh.pack"));
	g_assert_false(exists(heads, "observed.lock"));
	begin(f);
	put_file(f, "/etc/x", "x");
	g_assert_cmpint(commit(f), ==, SNAPSHOT_COMMITTED);
}

static void test_reopen(Fixture *f, const void *data)
{
	g_autofree char *head = NULL;

	baseline(f);
	head = g_strdup(snapshot_head(f->snapshot));
	reopen(f);
	g_assert_cmpstr(snapshot_head(f->snapshot), ==, head);
	begin(f);
	put_some(f);
	g_assert_cmpint(commit(f), ==, SNAPSHOT_UNCHANGED);
}

/* Stock git may repack and pack refs under us. */
static void test_stock_gc(Fixture *f, const void *data)
{
	g_autofree char *output = NULL;

	baseline(f);
	begin(f);
	put_file(f, "/etc/passwd", "root:x:0:0\nalice:x:1000:1000\n");
	commit(f);
	output = git(f, "gc -q");
	begin(f);
	put_file(f, "/etc/x", "x");
	g_assert_cmpint(commit(f), ==, SNAPSHOT_COMMITTED);
	g_assert_cmpuint(count_lines(f, "log --format=%h"), ==, 3);
	g_free(git(f, "pack-refs --all"));
	reopen(f);
	g_assert_nonnull(snapshot_head(f->snapshot));
	begin(f);
	put_file(f, "/etc/y", "y");
	g_assert_cmpint(commit(f), ==, SNAPSHOT_COMMITTED);
	g_assert_cmpuint(count_lines(f, "log --format=%h"), ==, 4);
	stock_git_fsck(f->repository);
}

static void check_refused(Fixture *f, ReeveError code)
{
	g_autoptr(GError) error = NULL;

	snapshot_close(f->snapshot);
	f->snapshot = snapshot_open(f->state, &error);
	g_assert_null(f->snapshot);
	g_assert_error(error, REEVE_ERROR, (int)code);
}

static void test_refused(Fixture *f, const void *data)
{
	g_autofree char *heads = g_build_filename(f->repository, "refs", "heads", NULL);

	baseline(f);
	write_text(heads, "observed", "nonsense\n");
	check_refused(f, REEVE_ERROR_CORRUPT);
	write_text(f->repository, "config", "[reeve]\n\tschema = 2\n");
	check_refused(f, REEVE_ERROR_VERSION);
	write_text(f->repository, "config", "[core]\n\tbare = true\n");
	check_refused(f, REEVE_ERROR_CORRUPT);
}

static void test_damage(Fixture *f, const void *data)
{
	baseline(f);
	g_assert_false(snapshot_is_damaged(f->snapshot));
	damage_packs(f);
	reopen(f);
	g_assert_true(snapshot_is_damaged(f->snapshot));
}

static void check_mode(const char *folder, const char *name, guint32 mode)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	GStatBuf st;

	g_assert_cmpint(g_stat(path, &st), ==, 0);
	g_assert_cmpint(st.st_mode & 0777, ==, mode);
}

static void test_modes(Fixture *f, const void *data)
{
	g_autoptr(GDir) dir = NULL;
	const char *name;

	baseline(f);
	check_mode(f->repository, ".", 0750);
	check_mode(f->repository, "objects", 0750);
	check_mode(f->repository, "config", 0640);
	check_mode(f->repository, "refs/heads/observed", 0640);
	dir = g_dir_open(f->packs, 0, NULL);
	while ((name = g_dir_read_name(dir)) != NULL) {
		check_mode(f->packs, name, 0440);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD("left-overs", test_left_overs);
	ADD("reopen", test_reopen);
	ADD("stock-gc", test_stock_gc);
	ADD("refused", test_refused);
	ADD("damage", test_damage);
	ADD("modes", test_modes);
	return g_test_run();
}
