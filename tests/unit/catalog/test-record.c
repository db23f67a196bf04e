/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packed entries: what goes in comes out, what is cut or stretched is refused. */
#include "catalog/record.h"

#include <string.h>

static CatalogEntry full_entry(void)
{
	CatalogEntry entry = {
		.dev = G_MAXUINT64,
		.ino = 1,
		.ctime_nsec = G_MININT64,
		.mtime_nsec = G_MAXINT64,
		.stat_size = 127,
		.stat_mode = 0100644,
		.links = 128,
		.seen_nsec = -1,
		.state = {.type = FILE_REGULAR,
			  .content = CONTENT_REDACTED,
			  .mode = 07777,
			  .uid = G_MAXUINT32,
			  .gid = 0,
			  .flags = 0x30,
			  .link = g_strdup("\xff/x")},
	};

	memset(entry.state.blob, 1, BLOB_BYTES);
	memset(entry.state.hmac, 3, DIGEST_BYTES);
	file_state_add_xattr(&entry.state, "user.a", "", 0);
	file_state_add_xattr(&entry.state, "user.b", "\0\1", 2);
	return entry;
}

static void test_round(void)
{
	g_auto(CatalogEntry) entry = full_entry();
	g_auto(CatalogEntry) read = {0};
	g_autoptr(GByteArray) packed = g_byte_array_new();

	record_pack(packed, &entry);
	g_assert_true(record_unpack(packed->data, packed->len, &read));
	g_assert_cmpuint(read.dev, ==, entry.dev);
	g_assert_cmpint(read.ctime_nsec, ==, entry.ctime_nsec);
	g_assert_cmpint(read.mtime_nsec, ==, entry.mtime_nsec);
	g_assert_cmpint(read.seen_nsec, ==, -1);
	g_assert_cmpuint(read.links, ==, 128);
	g_assert_cmpuint(file_state_compare(&entry.state, &read.state), ==, 0);
	g_assert_cmpmem(read.state.blob, BLOB_BYTES, entry.state.blob, BLOB_BYTES);
	g_assert_cmpstr(read.state.link, ==, "\xff/x");
}

static void test_refused(void)
{
	g_auto(CatalogEntry) entry = full_entry();
	g_autoptr(GByteArray) packed = g_byte_array_new();
	g_auto(CatalogEntry) read = {0};

	record_pack(packed, &entry);
	for (guint size = 0; size < packed->len; size++) {
		g_assert_false(record_unpack(packed->data, size, &read));
	}
	g_byte_array_append(packed, (const guint8 *)"", 1);
	g_assert_false(record_unpack(packed->data, packed->len, &read));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/catalog/record/round", test_round);
	g_test_add_func("/catalog/record/refused", test_refused);
	return g_test_run();
}
