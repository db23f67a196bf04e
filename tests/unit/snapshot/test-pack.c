/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packs and their indexes, byte for byte against git's own. */
#include "snapshot/pack.h"

#include "base/fd.h"
#include "base/io.h"
#include "snapshot/pack-index.h"
#include "stock-git.h"

#include <fcntl.h>

typedef struct {
	char *dir, *folder;
	int fd;
} Fixture;

static void setup(Fixture *f, const void *data)
{
	g_autofree char *output = NULL;

	f->dir = g_dir_make_tmp("reeve-pack-XXXXXX", NULL);
	output = stock_git(f->dir, "init -q --bare .");
	f->folder = g_build_filename(f->dir, "objects", "pack", NULL);
	f->fd = open(f->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	g_assert_cmpint(f->fd, >=, 0);
}

static void teardown(Fixture *f, const void *data)
{
	fd_close(&f->fd);
	remove_folder(f->dir);
	g_free(f->folder);
	g_free(f->dir);
}

static void name_blob(const char *data, gsize size, guint8 *ret)
{
	g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA1);
	g_autofree char *header = g_strdup_printf("blob %" G_GSIZE_FORMAT, size);
	gsize length = BLOB_BYTES;

	g_checksum_update(checksum, (const guchar *)header, (gssize)strlen(header) + 1);
	g_checksum_update(checksum, (const guchar *)data, (gssize)size);
	g_checksum_get_digest(checksum, ret, &length);
}

static void add_blob(Pack *pack, const char *data, gsize size)
{
	g_autoptr(GError) error = NULL;
	guint8 id[BLOB_BYTES];

	name_blob(data, size, id);
	g_assert_false(pack_has(pack, id));
	pack_add(pack, OBJECT_BLOB, data, size, id, &error);
	g_assert_no_error(error);
	g_assert_true(pack_has(pack, id));
}

static guint count_files(Fixture *f)
{
	g_autoptr(GDir) dir = g_dir_open(f->folder, 0, NULL);
	guint n = 0;

	while (g_dir_read_name(dir) != NULL) {
		n++;
	}
	return n;
}

/* git makes the same index of the pack, and every object is what its name says. */
static void check_pack(Fixture *f, const char *name)
{
	g_autofree char *pack = g_strdup_printf("%s/pack-%s.pack", f->folder, name);
	g_autofree char *ours = g_strdup_printf("pack-%s.idx", name);
	g_autofree char *build = g_strdup_printf("index-pack -o theirs.idx %s", pack);
	g_autofree char *verify = g_strdup_printf("verify-pack %s", pack);
	g_autofree char *built = stock_git(f->dir, build);
	g_autofree char *verified = stock_git(f->dir, verify);
	g_autofree char *theirs = g_build_filename(f->dir, "theirs.idx", NULL);
	g_autoptr(GBytes) a = io_read_file(f->fd, ours, G_MAXINT32, NULL);
	g_autoptr(GBytes) b = io_read_file(AT_FDCWD, theirs, G_MAXINT32, NULL);

	g_assert_nonnull(built);
	g_assert_nonnull(verified);
	g_assert_nonnull(a);
	g_assert_nonnull(b);
	g_assert_true(g_bytes_equal(a, b));
}

static void finish(Fixture *f, Pack *pack)
{
	g_autoptr(GError) error = NULL;
	char name[2 * BLOB_BYTES + 1];

	pack_finish(pack, name, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(count_files(f), ==, 2);
	check_pack(f, name);
}

static void test_small(Fixture *f, const void *data)
{
	g_autoptr(Pack) pack = pack_new(f->fd);

	add_blob(pack, "", 0);
	add_blob(pack, "x", 1);
	for (guint i = 0; i < 300; i++) {
		g_autofree char *text = g_strnfill(i + 2, (char)('a' + i % 26));

		add_blob(pack, text, strlen(text));
	}
	g_assert_cmpuint(count_files(f), ==, 0);
	g_assert_cmpuint(pack_count(pack), ==, 302);
	finish(f, pack);
}

/* Grows out of memory into its file, with objects that do not shrink. */
static void test_big(Fixture *f, const void *data)
{
	g_autoptr(Pack) pack = pack_new(f->fd);
	gsize sizes[] = {100000, 3000000, 15, 16, 2047, 2048, 1048576, 700000};

	for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
		g_autofree char *bytes = g_malloc(sizes[i]);

		for (gsize at = 0; at < sizes[i]; at++) {
			bytes[at] = (char)g_test_rand_int();
		}
		add_blob(pack, bytes, sizes[i]);
	}
	finish(f, pack);
}

static void test_dropped(Fixture *f, const void *data)
{
	Pack *pack = pack_new(f->fd);
	g_autofree char *bytes = g_malloc(3000000);

	for (gsize at = 0; at < 3000000; at++) {
		bytes[at] = (char)g_test_rand_int();
	}
	add_blob(pack, bytes, 3000000);
	g_assert_cmpuint(count_files(f), ==, 1);
	pack_free(pack);
	g_assert_cmpuint(count_files(f), ==, 0);
}

/* An index with offsets that need more than 31 bits reads back, and any damage is seen. */
static void test_index(void)
{
	g_autoptr(GPtrArray) entries = g_ptr_array_new();
	PackEntry list[] = {{.id = {9}, .crc = 1, .offset = G_GUINT64_CONSTANT(0x123456789)},
			    {.id = {1}, .crc = 2, .offset = 12},
			    {.id = {5}, .crc = 3, .offset = 0x7fffffff},
			    {.id = {6}, .crc = 4, .offset = 0x80000000U}};
	guint8 checksum[BLOB_BYTES] = {7};
	g_autoptr(GByteArray) bytes = NULL;
	g_autoptr(GArray) read = NULL;

	for (gsize i = 0; i < G_N_ELEMENTS(list); i++) {
		g_ptr_array_add(entries, &list[i]);
	}
	bytes = pack_index_format(entries, checksum);
	read = pack_index_parse(bytes->data, bytes->len, NULL);
	g_assert_nonnull(read);
	g_assert_cmpuint(read->len, ==, G_N_ELEMENTS(list));
	for (guint i = 0; i < read->len; i++) {
		const PackEntry *expected = entries->pdata[i];
		const PackEntry *entry = &g_array_index(read, PackEntry, i);

		g_assert_cmpmem(entry->id, BLOB_BYTES, expected->id, BLOB_BYTES);
		g_assert_cmpuint(entry->offset, ==, expected->offset);
		g_assert_cmpuint(entry->crc, ==, expected->crc);
	}
	for (guint i = 0; i < bytes->len; i += 7) {
		bytes->data[i] ^= 1;
		g_assert_null(pack_index_parse(bytes->data, bytes->len, NULL));
		bytes->data[i] ^= 1;
	}
	g_assert_null(pack_index_parse(bytes->data, bytes->len - 1, NULL));
	g_assert_null(pack_index_parse(bytes->data, 100, NULL));
}

#define ADD(name, function) \
	g_test_add("/snapshot/pack/" name, Fixture, NULL, setup, function, teardown)

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD("small", test_small);
	ADD("big", test_big);
	ADD("dropped", test_dropped);
	g_test_add_func("/snapshot/pack/index", test_index);
	return g_test_run();
}
