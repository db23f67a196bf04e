/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Damaged stores: what is saved, what comes again, and what stock git says to it. */
#include "snapshot/damage.h"
#include "snapshot/snapshot.h"
#include "stock-git.h"

#include <glib/gstdio.h>

#define NOW (G_GINT64_CONSTANT(1795316645) * 1000000)

typedef struct {
	char *state, *repository;
	Snapshot *snapshot;
} Fixture;

static void reopen(Fixture *f)
{
	g_autoptr(GError) error = NULL;

	snapshot_close(f->snapshot);
	f->snapshot = snapshot_open(f->state, &error);
	g_assert_no_error(error);
}

/* Runs a line of sh in the object folder; gives its output. */
static char *run(const Fixture *f, const char *script)
{
	g_autofree char *line = g_strdup_printf("cd '%s/objects' && %s", f->repository, script);
	const char *const argv[] = {"sh", "-c", line, NULL};
	char *output = NULL;
	int status;

	g_assert_true(g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL,
				   &output, NULL, &status, NULL));
	g_assert_true(g_spawn_check_wait_status(status, NULL));
	return g_strchomp(output);
}

/* One bit in the middle of whatever the pattern names. */
static void flip(const Fixture *f, const char *pattern)
{
	g_autofree char *find = g_strdup_printf("ls -d %s", pattern);
	g_autofree char *name = run(f, find);
	g_autofree char *path = g_build_filename(f->repository, "objects", name, NULL);
	g_autofree char *bytes = NULL;
	gsize size;

	g_chmod(path, 0644);
	g_assert_true(g_file_get_contents(path, &bytes, &size, NULL));
	bytes[size / 2] ^= 1;
	g_assert_true(g_file_set_contents(path, bytes, (gssize)size, NULL));
}

static void put_file(Fixture *f, const char *path, const char *content, gsize size)
{
	FileState state = {
		.type = FILE_REGULAR, .content = CONTENT_STORED, .mode = 0644, .size = size};

	g_assert_true(snapshot_store(f->snapshot, content, size, state.blob, NULL));
	snapshot_put(f->snapshot, path, &state);
}

/* What cannot be compressed takes most of its pack: the flipped bit is in there. */
static char *noise(gsize size)
{
	char *bytes = g_malloc(size);
	GRand *rand = g_rand_new_with_seed(1);

	for (gsize i = 0; i < size; i++) {
		bytes[i] = (char)g_rand_int(rand);
	}
	g_rand_free(rand);
	return bytes;
}

static void say_all(Fixture *f)
{
	FileState directory = {.type = FILE_DIRECTORY, .mode = 0755};
	g_autofree char *big = noise(65536);

	g_assert_true(snapshot_begin(f->snapshot, NULL));
	snapshot_put(f->snapshot, "/etc", &directory);
	put_file(f, "/etc/hosts", "127.0.0.1\n", 10);
	put_file(f, "/etc/big", big, 65536);
}

static void commit(Fixture *f)
{
	g_autoptr(Notes) notes = notes_new(CHANGE_SET_CHANGE);
	g_autoptr(GError) error = NULL;

	notes->recorded_usec = NOW;
	g_assert_cmpint(snapshot_commit(f->snapshot, notes, &error), ==, SNAPSHOT_COMMITTED);
	g_assert_no_error(error);
}

static void setup(Fixture *f, const void *data)
{
	f->state = g_dir_make_tmp("reeve-damage-XXXXXX", NULL);
	f->repository = g_build_filename(f->state, "snapshots.git", NULL);
	reopen(f);
	say_all(f);
	commit(f);
}

static void teardown(Fixture *f, const void *data)
{
	snapshot_close(f->snapshot);
	remove_folder(f->state);
	g_free(f->state);
	g_free(f->repository);
}

static void mend(Fixture *f, guint damaged)
{
	g_autoptr(GError) error = NULL;
	guint found;

	g_assert_true(snapshot_mend(f->snapshot, &found, &error));
	g_assert_no_error(error);
	g_assert_cmpuint(found, ==, damaged);
	g_assert_false(snapshot_is_damaged(f->snapshot));
}

static void check_roots(Fixture *f, const char *expected)
{
	g_autofree char *roots = stock_git(f->repository, "rev-parse observed:files observed:meta");

	g_assert_cmpstr(roots, ==, expected);
}

/* One object of a pack: the others are saved, the trees are what they were, and what is said again
 * is there again. */
static void test_an_object(Fixture *f, const void *data)
{
	g_autofree char *roots = stock_git(f->repository, "rev-parse observed:files observed:meta");
	g_autofree char *aside = NULL;
	g_autoptr(GError) error = NULL;

	flip(f, "pack/pack-*.pack");
	reopen(f);
	mend(f, 1);
	aside = run(f, "ls pack/*.damaged | wc -l");
	g_assert_cmpstr(aside, ==, "2");
	check_roots(f, roots);
	say_all(f);
	g_assert_true(snapshot_refill(f->snapshot, &error));
	g_assert_no_error(error);
	say_all(f);
	put_file(f, "/etc/new", "new\n", 4);
	commit(f);
	stock_git_fsck(f->repository);
}

/* Nothing is known of the packs: all is gone. The same trees come again all the same. */
static void test_all_packs(Fixture *f, const void *data)
{
	g_autofree char *head = g_strdup(snapshot_head(f->snapshot));
	g_autofree char *parent = NULL;

	g_free(run(f, "rm -f pack/pack-*"));
	reopen(f);
	g_assert_true(snapshot_is_damaged(f->snapshot));
	g_assert_cmpstr(snapshot_head(f->snapshot), ==, head);
	mend(f, 0);
	say_all(f);
	g_assert_true(snapshot_refill(f->snapshot, NULL));
	say_all(f);
	put_file(f, "/etc/new", "new\n", 4);
	commit(f);
	parent = stock_git(f->repository, "rev-parse observed^");
	g_assert_cmpstr(g_strchomp(parent), ==, head);
}

/* The pack is whole: its index is made anew, and nothing is lost. */
static void test_an_index(Fixture *f, const void *data)
{
	flip(f, "pack/pack-*.idx");
	reopen(f);
	g_assert_true(snapshot_is_damaged(f->snapshot));
	stock_git_fsck(f->repository);
	mend(f, 0);
}

static void test_a_loose_object(Fixture *f, const void *data)
{
	g_autofree char *unpack = NULL;
	g_autofree char *aside = NULL;

	unpack = run(f, "mv pack/pack-* .. && for p in ../*.pack; do git -C .. unpack-objects -q < "
			"$p; done && rm ../pack-*");
	flip(f, "$(git -C .. rev-parse observed^{tree} | sed 's:^..:&/:')");
	reopen(f);
	g_assert_true(snapshot_is_damaged(f->snapshot));
	mend(f, 1);
	aside = run(f, "ls */" DAMAGE_LOOSE_PREFIX "* | wc -l");
	g_assert_cmpstr(aside, ==, "1");
}

/* The twin. */
static void test_none(Fixture *f, const void *data)
{
	g_autofree char *before = run(f, "find . | sort");
	g_autofree char *after = NULL;

	reopen(f);
	g_assert_false(snapshot_is_damaged(f->snapshot));
	mend(f, 0);
	after = run(f, "find . | sort");
	g_assert_cmpstr(before, ==, after);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add("/damage/" name, Fixture, NULL, setup, function, teardown)
	ADD("an-object", test_an_object);
	ADD("all-packs", test_all_packs);
	ADD("an-index", test_an_index);
	ADD("a-loose-object", test_a_loose_object);
	ADD("none", test_none);
	return g_test_run();
}
