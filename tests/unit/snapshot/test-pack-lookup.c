/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which objects are in the packs of a folder: no more, no less, and never by an index that is none.
 */
#include "snapshot/pack-lookup.h"

#include "base/fd.h"
#include "snapshot/pack.h"
#include "stock-git.h"

#include <fcntl.h>

typedef struct {
	char *dir;
	int fd;
} Fixture;

static void setup(Fixture *f, const void *data)
{
	f->dir = g_dir_make_tmp("reeve-lookup-XXXXXX", NULL);
	f->fd = open(f->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	g_assert_cmpint(f->fd, >=, 0);
}

static void teardown(Fixture *f, const void *data)
{
	fd_close(&f->fd);
	remove_folder(f->dir);
	g_free(f->dir);
}

/* Ids of all first bytes; odd and even numbers never meet. */
static void make_id(guint number, guint8 ret[BLOB_BYTES])
{
	memset(ret, (int)(number % 256), BLOB_BYTES);
	ret[BLOB_BYTES - 1] = (guint8)(number / 256);
}

/* Every second number from `from` on. */
static void write_pack(Fixture *f, guint from, guint count, char *ret_name)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Pack) pack = pack_new(f->fd);
	guint8 id[BLOB_BYTES];

	for (guint i = 0; i < count; i++) {
		make_id(from + 2 * i, id);
		pack_add(pack, OBJECT_BLOB, &i, sizeof(i), id, &error);
		g_assert_no_error(error);
	}
	pack_finish(pack, ret_name, &error);
	g_assert_no_error(error);
}

static PackLookup *open_lookup(Fixture *f)
{
	g_autoptr(GError) error = NULL;
	PackLookup *lookup = pack_lookup_open(f->fd, &error);

	g_assert_no_error(error);
	return lookup;
}

static bool has(const PackLookup *lookup, guint number)
{
	guint8 id[BLOB_BYTES];

	make_id(number, id);
	return pack_lookup_has(lookup, id);
}

static void test_nothing(Fixture *f, const void *data)
{
	g_autoptr(PackLookup) lookup = open_lookup(f);

	g_assert_false(has(lookup, 0));
	g_assert_false(has(lookup, 255));
}

static void test_all_and_no_others(Fixture *f, const void *data)
{
	char name[2 * BLOB_BYTES + 1];
	g_autoptr(PackLookup) lookup = NULL;

	write_pack(f, 0, 500, name);
	write_pack(f, 2000, 3, name);
	lookup = open_lookup(f);
	for (guint i = 0; i < 1000; i++) {
		g_assert_cmpint(has(lookup, i), ==, i % 2 == 0);
	}
	g_assert_true(has(lookup, 2004));
	g_assert_false(has(lookup, 2006));
}

static void test_new_one(Fixture *f, const void *data)
{
	char name[2 * BLOB_BYTES + 1];
	g_autoptr(PackLookup) lookup = open_lookup(f);

	write_pack(f, 0, 1, name);
	g_assert_false(has(lookup, 0));
	pack_lookup_add(lookup, name);
	g_assert_true(has(lookup, 0));
	g_assert_false(has(lookup, 1));
}

/* An index alone holds nothing: what it names has to be written again. */
static void test_without_pack(Fixture *f, const void *data)
{
	char name[2 * BLOB_BYTES + 1];
	g_autofree char *pack = NULL;
	g_autoptr(PackLookup) lookup = NULL;

	write_pack(f, 0, 1, name);
	pack = g_strdup_printf("pack-%s.pack", name);
	g_assert_cmpint(unlinkat(f->fd, pack, 0), ==, 0);
	lookup = open_lookup(f);
	g_assert_false(has(lookup, 0));
}

/* Cut anywhere, or with a count too big for it: passed over, never read beyond. */
static void test_no_index(Fixture *f, const void *data)
{
	char name[2 * BLOB_BYTES + 1];
	g_autofree char *path = NULL;
	g_autofree char *bytes = NULL;
	static const gsize cuts[] = {0, 4, 8, 600, 1032, 1071, 1072, 1100};
	gsize size;

	write_pack(f, 0, 5, name);
	path = g_strdup_printf("%s/pack-%s.idx", f->dir, name);
	g_assert_true(g_file_get_contents(path, &bytes, &size, NULL));
	for (guint i = 0; i < G_N_ELEMENTS(cuts); i++) {
		g_autoptr(PackLookup) lookup = NULL;

		g_assert_cmpint(unlink(path), ==, 0);
		g_assert_true(g_file_set_contents(path, bytes, (gssize)cuts[i], NULL));
		lookup = open_lookup(f);
		g_assert_false(has(lookup, 0));
	}
	bytes[8 + 10 * 4] = 1; /* the fan-out goes down again */
	g_assert_true(g_file_set_contents(path, bytes, (gssize)size, NULL));
	{
		g_autoptr(PackLookup) lookup = open_lookup(f);

		g_assert_false(has(lookup, 0));
	}
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*test)(Fixture *f, const void *data);
	} tests[] = {
		{"/pack-lookup/nothing", test_nothing},
		{"/pack-lookup/all-and-no-others", test_all_and_no_others},
		{"/pack-lookup/new-one", test_new_one},
		{"/pack-lookup/without-pack", test_without_pack},
		{"/pack-lookup/no-index", test_no_index},
	};

	g_test_init(&argc, &argv, NULL);
	for (guint i = 0; i < G_N_ELEMENTS(tests); i++) {
		g_test_add(tests[i].name, Fixture, NULL, setup, tests[i].test, teardown);
	}
	return g_test_run();
}
