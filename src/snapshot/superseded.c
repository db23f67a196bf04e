/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Superseded packs: see superseded.h. One line each: the name, and when in microseconds. */
#include "snapshot/superseded.h"

#include "base/io.h"
#include "event/file-state.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define LIST_NAME "superseded"
#define LIST_MAX_BYTES (16 * 1024 * 1024)
#define LIST_MODE 0640
#define NAME_HEX (2 * BLOB_BYTES)

struct Superseded {
	int repository_fd, pack_fd;
	GHashTable *since; /* name -> gint64 */
};

static void take(Superseded *superseded, const char *name, gint64 usec)
{
	g_hash_table_replace(superseded->since, g_strdup(name), g_memdup2(&usec, sizeof(usec)));
}

static void parse_line(Superseded *superseded, const char *line)
{
	g_auto(GStrv) words = g_strsplit(line, " ", -1);
	guint64 usec;

	if (g_strv_length(words) == 2 && strlen(words[0]) == NAME_HEX &&
	    strspn(words[0], "0123456789abcdef") == NAME_HEX &&
	    g_ascii_string_to_unsigned(words[1], 10, 0, G_MAXINT64, &usec, NULL)) {
		take(superseded, words[0], (gint64)usec);
	}
}

Superseded *superseded_open(int repository_fd, int pack_fd)
{
	Superseded *superseded = g_new0(Superseded, 1);
	g_autoptr(GBytes) bytes = io_read_file(repository_fd, LIST_NAME, LIST_MAX_BYTES, NULL);
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;

	superseded->repository_fd = repository_fd;
	superseded->pack_fd = pack_fd;
	superseded->since = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	if (bytes == NULL) {
		return superseded;
	}
	text = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
	lines = g_strsplit(text, "\n", -1);
	for (char **line = lines; *line != NULL; line++) {
		parse_line(superseded, *line);
	}
	return superseded;
}

void superseded_free(Superseded *superseded)
{
	if (superseded == NULL) {
		return;
	}
	g_hash_table_unref(superseded->since);
	g_free(superseded);
}

bool superseded_has(const Superseded *superseded, const char *name)
{
	return g_hash_table_contains(superseded->since, name);
}

guint superseded_count(const Superseded *superseded)
{
	return g_hash_table_size(superseded->since);
}

static bool write_list(Superseded *superseded, GError **error)
{
	g_autoptr(GString) text = g_string_new(NULL);
	GHashTableIter iter;
	void *name, *usec;

	g_hash_table_iter_init(&iter, superseded->since);
	while (g_hash_table_iter_next(&iter, &name, &usec)) {
		g_string_append_printf(text, "%s %" G_GINT64_FORMAT "\n", (const char *)name,
				       *(const gint64 *)usec);
	}
	return io_replace_file(superseded->repository_fd, LIST_NAME, text->str, text->len,
			       LIST_MODE, error);
}

bool superseded_add(Superseded *superseded, const GPtrArray *names, gint64 now_usec, GError **error)
{
	for (guint i = 0; i < names->len; i++) {
		take(superseded, names->pdata[i], now_usec);
	}
	return write_list(superseded, error);
}

/* The index first: a pack without one is nobody's. The rest is what git may have put beside. */
static void remove_pack(int folder_fd, const char *name)
{
	static const char *const suffixes[] = {".idx", ".pack", ".rev", ".bitmap"};

	for (gsize i = 0; i < G_N_ELEMENTS(suffixes); i++) {
		g_autofree char *file = g_strdup_printf("pack-%s%s", name, suffixes[i]);

		unlinkat(folder_fd, file, 0);
	}
}

bool superseded_expire(Superseded *superseded, gint64 now_usec, gint64 grace_usec,
		       guint *ret_removed, GError **error)
{
	GHashTableIter iter;
	void *name, *usec;

	*ret_removed = 0;
	g_hash_table_iter_init(&iter, superseded->since);
	while (g_hash_table_iter_next(&iter, &name, &usec)) {
		gint64 since_usec = *(const gint64 *)usec;

		if (since_usec > now_usec || now_usec - since_usec >= grace_usec) {
			remove_pack(superseded->pack_fd, name);
			g_hash_table_iter_remove(&iter);
			++*ret_removed;
		}
	}
	return *ret_removed == 0 || write_list(superseded, error);
}
