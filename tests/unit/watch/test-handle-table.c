/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Handles and their numbers: any alignment, any length, never a number twice. */
#include "watch/handle-table.h"

#include <string.h>

/* A handle with these bytes, at an odd address. */
static const void *make(char *room, char fsid, char type, const char *bytes)
{
	guint32 size = (guint32)strlen(bytes);
	char *handle = room + 1;

	memset(handle, 0, HANDLE_HEAD_BYTES);
	handle[0] = fsid;
	memcpy(handle + HANDLE_FSID_BYTES, &size, sizeof(size));
	handle[HANDLE_FSID_BYTES + 4] = type;
	memcpy(handle + HANDLE_HEAD_BYTES, bytes, size);
	return handle;
}

static void test_numbers(void)
{
	g_autoptr(HandleTable) table = handle_table_new();
	char a[HANDLE_MAX_BYTES + 1], b[HANDLE_MAX_BYTES + 1];
	int first, second;

	g_assert_cmpint(handle_table_find(table, make(a, 1, 1, "inode")), ==, -1);
	first = handle_table_put(table, make(a, 1, 1, "inode"));
	g_assert_cmpint(first, >, 0);
	g_assert_cmpint(handle_table_put(table, make(b, 1, 1, "inode")), ==, first);
	g_assert_cmpint(handle_table_find(table, make(b, 1, 1, "inode")), ==, first);
	g_assert_cmpuint(handle_size(make(b, 1, 1, "inode")), ==, HANDLE_HEAD_BYTES + 5);
	handle_table_drop(table, first);
	handle_table_drop(table, first);
	g_assert_cmpint(handle_table_find(table, make(a, 1, 1, "inode")), ==, -1);
	second = handle_table_put(table, make(a, 1, 1, "inode"));
	g_assert_cmpint(second, >, first);
	g_assert_cmpuint(handle_table_count(table), ==, 1);
}

/* Equal bytes of another file system, another type or another length are something else. */
static void test_differences(void)
{
	static const struct {
		char fsid, type;
		const char *bytes;
	} others[] = {
		{2, 1, "inode"}, {1, 2, "inode"}, {1, 1, "inod"}, {1, 1, "inodf"}, {1, 1, ""}};
	g_autoptr(HandleTable) table = handle_table_new();
	char room[HANDLE_MAX_BYTES + 1];

	handle_table_put(table, make(room, 1, 1, "inode"));
	for (gsize i = 0; i < G_N_ELEMENTS(others); i++) {
		const void *other = make(room, others[i].fsid, others[i].type, others[i].bytes);

		g_assert_cmpint(handle_table_find(table, other), ==, -1);
		g_assert_cmpint(handle_table_put(table, other), ==, (int)i + 2);
	}
	g_assert_cmpint(handle_table_find(table, make(room, 1, 1, "inode")), ==, 1);
	g_assert_cmpuint(handle_table_count(table), ==, 1 + G_N_ELEMENTS(others));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/handle-table/numbers", test_numbers);
	g_test_add_func("/handle-table/differences", test_differences);
	return g_test_run();
}
