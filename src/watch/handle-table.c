/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Handles and their numbers: see handle-table.h. */
#include "watch/handle-table.h"

#include <string.h>

struct HandleTable {
	GHashTable *numbers; /* guint8 * (owned) -> number */
	GHashTable *handles; /* number -> guint8 *, the key of `numbers` */
	int last;
};

gsize handle_size(const void *handle)
{
	guint32 bytes;

	memcpy(&bytes, (const guint8 *)handle + HANDLE_FSID_BYTES, sizeof(bytes));
	return HANDLE_HEAD_BYTES + bytes;
}

/* FNV-1a: handles are short, and differ in a few bits of inode number. */
static guint handle_hash(const void *key)
{
	const guint8 *bytes = key;
	gsize size = handle_size(key);
	guint64 hash = G_GUINT64_CONSTANT(0xcbf29ce484222325);

	for (gsize i = 0; i < size; i++) {
		hash = (hash ^ bytes[i]) * G_GUINT64_CONSTANT(0x100000001b3);
	}
	return (guint)(hash ^ (hash >> 32));
}

static gboolean handle_equal(const void *a, const void *b)
{
	gsize size = handle_size(a);

	return size == handle_size(b) && memcmp(a, b, size) == 0;
}

HandleTable *handle_table_new(void)
{
	HandleTable *table = g_new0(HandleTable, 1);

	table->numbers = g_hash_table_new_full(handle_hash, handle_equal, g_free, NULL);
	table->handles = g_hash_table_new(NULL, NULL);
	return table;
}

void handle_table_free(HandleTable *table)
{
	if (table == NULL) {
		return;
	}
	g_hash_table_unref(table->handles);
	g_hash_table_unref(table->numbers);
	g_free(table);
}

int handle_table_find(const HandleTable *table, const void *handle)
{
	int number = GPOINTER_TO_INT(g_hash_table_lookup(table->numbers, handle));

	return number == 0 ? -1 : number;
}

int handle_table_put(HandleTable *table, const void *handle)
{
	int number = handle_table_find(table, handle);
	guint8 *key;

	if (number > 0) {
		return number;
	}
	g_assert(table->last < G_MAXINT);
	number = ++table->last;
	key = g_memdup2(handle, handle_size(handle));
	g_hash_table_insert(table->numbers, key, GINT_TO_POINTER(number));
	g_hash_table_insert(table->handles, GINT_TO_POINTER(number), key);
	return number;
}

void handle_table_drop(HandleTable *table, int number)
{
	void *key = g_hash_table_lookup(table->handles, GINT_TO_POINTER(number));

	if (key != NULL) {
		g_hash_table_remove(table->handles, GINT_TO_POINTER(number));
		g_hash_table_remove(table->numbers, key);
	}
}

guint handle_table_count(const HandleTable *table)
{
	return g_hash_table_size(table->numbers);
}
