/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Upkeep: packs and objects stay few, and nobody who reads is disturbed. */
#include "snapshot/snapshot.h"

#include "snapshot/pack-merge.h"
#include "fixture.h"

static void many_commits(Fixture *f, guint n)
{
	for (guint i = 0; i < n; i++) {
		g_autofree char *content = g_strdup_printf("%u\n", i);

		begin(f);
		put_file(f, "/etc/passwd", content);
		g_assert_cmpint(commit(f), ==, SNAPSHOT_COMMITTED);
	}
}

/* What the judge does: a reader that has listed the packs, but opened none. */
static void read_all(git_odb *odb, const char *objects)
{
	g_auto(GStrv) lines = g_strsplit(objects, "\n", -1);

	for (char **line = lines; *line != NULL && **line != '\0'; line++) {
		git_odb_object *object;
		git_oid id;

		g_assert_cmpint(git_oid_fromstrp(&id, *line), ==, 0);
		g_assert_cmpint(git_odb_read(&object, odb, &id), ==, 0);
		git_odb_object_free(object);
	}
}

#define NOW_USEC G_GINT64_CONSTANT(1700000000000000)

/* Until there is nothing to do but to wait. */
static SnapshotTidy maintain(Fixture *f, gint64 now_usec, GError **error)
{
	SnapshotTidy done;

	do {
		done = snapshot_maintain(f->snapshot, now_usec, error);
	} while (done == SNAPSHOT_TIDY_MORE);
	return done;
}

/* Merges, and lets the time pass after which merged packs go. */
static void maintain_all(Fixture *f)
{
	g_autoptr(GError) error = NULL;

	g_assert_cmpint(maintain(f, NOW_USEC, &error), ==, SNAPSHOT_TIDY_LATER);
	g_assert_cmpint(maintain(f, NOW_USEC + SUPERSEDED_GRACE_USEC, &error), ==, SNAPSHOT_TIDY);
	g_assert_no_error(error);
}

static void test_maintain_with_readers(Fixture *f, const void *data)
{
	g_autofree char *folder = g_build_filename(f->repository, "objects", NULL);
	g_autofree char *objects = NULL;
	git_odb *cold, *warm;

	many_commits(f, 40);
	objects = git(f, "rev-list --objects --no-object-names --all");
	g_assert_cmpint(git_odb_open(&cold, folder), ==, 0);
	g_assert_cmpint(git_odb_open(&warm, folder), ==, 0);
	read_all(warm, objects);
	maintain_all(f);
	g_assert_cmpuint(count_packs(f), <=, 3);
	read_all(cold, objects);
	read_all(warm, objects);
	git_odb_free(cold);
	git_odb_free(warm);
}

/* One of the packs has rotted: it is said, and nothing is deleted. */
static void test_maintain_damage(Fixture *f, const void *data)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GDir) dir = NULL;
	const char *name;

	many_commits(f, 40);
	dir = g_dir_open(f->packs, 0, NULL);
	while ((name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *path = g_build_filename(f->packs, name, NULL);
		g_autofree char *bytes = NULL;
		gsize size;

		if (g_str_has_suffix(name, ".pack")) {
			g_assert_true(g_file_get_contents(path, &bytes, &size, NULL));
			bytes[size / 2] ^= 1;
			g_assert_true(g_file_set_contents(path, bytes, (gssize)size, NULL));
			break;
		}
	}
	g_assert_cmpint(maintain(f, NOW_USEC, &error), ==, SNAPSHOT_TIDY_ERROR);
	g_assert_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT);
	g_assert_cmpuint(count_packs(f), ==, 40);
}

/* A pack with deltas, made by stock git, is left alone. */
static void test_maintain_foreign(Fixture *f, const void *data)
{
	many_commits(f, 20);
	g_free(git(f, "repack -adqf"));
	g_assert_cmpuint(count_packs(f), ==, 1);
	reopen(f);
	for (guint i = 0; i < 40; i++) {
		g_autofree char *content = g_strdup_printf("later %u\n", i);

		begin(f);
		put_file(f, "/etc/passwd", content);
		commit(f);
	}
	maintain_all(f);
	g_assert_cmpuint(count_packs(f), <=, 3);
	stock_git_fsck(f->repository);
}

static void test_maintain(Fixture *f, const void *data)
{
	g_autofree char *objects = NULL;
	g_autofree char *merged = NULL;
	g_autoptr(GError) error = NULL;

	baseline(f);
	many_commits(f, 60);
	objects = git(f, "rev-list --objects --all");
	g_assert_cmpuint(count_packs(f), ==, 61);
	/* what was merged stays for whoever is reading it, over a restart too, and is not merged
	 * again
	 */
	g_assert_cmpint(maintain(f, NOW_USEC, &error), ==, SNAPSHOT_TIDY_LATER);
	g_assert_cmpuint(count_packs(f), ==, 62);
	reopen(f);
	g_assert_cmpint(maintain(f, NOW_USEC + 1, &error), ==, SNAPSHOT_TIDY_LATER);
	g_assert_cmpuint(count_packs(f), ==, 62);
	g_assert_cmpint(maintain(f, NOW_USEC + SUPERSEDED_GRACE_USEC, &error), ==, SNAPSHOT_TIDY);
	g_assert_no_error(error);
	g_assert_cmpuint(count_packs(f), <=, 3);
	merged = git(f, "rev-list --objects --all");
	g_assert_cmpstr(objects, ==, merged);
	stock_git_fsck(f->repository);
	begin(f);
	put_file(f, "/etc/passwd", "after");
	g_assert_cmpint(commit(f), ==, SNAPSHOT_COMMITTED);
	g_assert_cmpint(maintain(f, NOW_USEC, &error), ==, SNAPSHOT_TIDY);
	g_assert_no_error(error);
	stock_git_fsck(f->repository);
}

/* Text that packs make little of. */
static char *incompressible(gsize size)
{
	char *text = g_malloc(size + 1);
	guint64 word = (guint64)g_test_rand_int() | 1;

	for (gsize at = 0; at < size; at++) {
		word ^= word << 13;
		word ^= word >> 7;
		word ^= word << 17;
		text[at] = (char)('!' + word % 93);
	}
	text[size] = '\0';
	return text;
}

/* Commits come while a merge is under way, of packs that together are more than one step; and a
 * full disk ends one. */
static void test_maintain_in_steps(Fixture *f, const void *data)
{
	g_autoptr(GError) error = NULL;
	guint steps = 0;
	SnapshotTidy done;

	for (guint i = 0; i < 40; i++) {
		g_autofree char *noise = incompressible(300000);

		begin(f);
		put_file(f, "/etc/noise", noise);
		g_assert_cmpint(commit(f), ==, SNAPSHOT_COMMITTED);
	}
	do {
		g_autofree char *text = g_strdup_printf("step %u\n", steps);

		done = snapshot_maintain(f->snapshot, NOW_USEC, &error);
		g_assert_no_error(error);
		if (steps++ < 6) {
			begin(f);
			put_file(f, "/etc/passwd", text);
			g_assert_cmpint(commit(f), ==, SNAPSHOT_COMMITTED);
		}
		if (steps == 3) {
			g_assert_true(snapshot_make_room(f->snapshot, NOW_USEC));
		}
	} while (done == SNAPSHOT_TIDY_MORE);
	g_assert_cmpuint(steps, >, 6);
	stock_git_fsck(f->repository);
	g_assert_true(snapshot_make_room(f->snapshot, NOW_USEC));
	g_assert_false(snapshot_make_room(f->snapshot, NOW_USEC));
	g_assert_cmpuint(count_packs(f), <, PACK_MERGE_ABOVE);
	stock_git_fsck(f->repository);
}

/*
 * Random change-sets: after each, the trees equal those of another store that is told the whole
 * state at once.
 */

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD("maintain-with-readers", test_maintain_with_readers);
	ADD("maintain-damage", test_maintain_damage);
	ADD("maintain-foreign", test_maintain_foreign);
	ADD("maintain", test_maintain);
	ADD("maintain-in-steps", test_maintain_in_steps);
	return g_test_run();
}
