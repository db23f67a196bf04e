/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines as a set: see manifest-lines.h. */
#include "change/manifest-lines.h"

#include "snapshot/manifest.h"

#include <string.h>

typedef struct {
	const char *text; /* without LF; not ended by NUL */
	gsize size;
} Line;

struct ManifestLines {
	GPtrArray *manifests; /* of GBytes: keeps the text of the lines */
	GHashTable *set;      /* of Line */
};

static guint line_hash(gconstpointer key)
{
	const Line *line = key;
	guint hash = 5381;

	for (gsize i = 0; i < line->size; i++) {
		hash = hash * 33 + (guchar)line->text[i];
	}
	return hash;
}

static gboolean line_equal(gconstpointer a, gconstpointer b)
{
	const Line *x = a, *y = b;

	return x->size == y->size && memcmp(x->text, y->text, x->size) == 0;
}

ManifestLines *manifest_lines_new(void)
{
	ManifestLines *lines = g_new0(ManifestLines, 1);

	lines->manifests = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
	lines->set = g_hash_table_new_full(line_hash, line_equal, g_free, NULL);
	return lines;
}

void manifest_lines_free(ManifestLines *lines)
{
	if (lines == NULL) {
		return;
	}
	g_hash_table_unref(lines->set);
	g_ptr_array_unref(lines->manifests);
	g_free(lines);
}

/* The line at *at, and *at behind it; false at the end. An unfinished line is an error. */
static bool next_line(const char **at, const char *end, Line *ret, GError **error)
{
	const char *lf;

	if (*at == end) {
		return false;
	}
	lf = memchr(*at, '\n', (gsize)(end - *at));
	if (lf == NULL) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT,
			    "a manifest does not end with a line's end");
		return false;
	}
	*ret = (Line){*at, (gsize)(lf - *at)};
	*at = lf + 1;
	return true;
}

bool manifest_lines_add(ManifestLines *lines, GBytes *manifest, GError **error)
{
	gsize size;
	const char *at = g_bytes_get_data(manifest, &size);
	const char *end = size == 0 ? at : at + size;
	g_autoptr(GError) local_error = NULL;
	Line line;

	g_ptr_array_add(lines->manifests, g_bytes_ref(manifest));
	while (next_line(&at, end, &line, &local_error)) {
		if (!g_hash_table_add(lines->set, g_memdup2(&line, sizeof(line)))) {
			g_set_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT,
				    "a manifest has the same line twice");
			return false;
		}
	}
	if (local_error != NULL) {
		g_propagate_error(error, g_steal_pointer(&local_error));
		return false;
	}
	return true;
}

void manifest_lines_cancel(ManifestLines *a, ManifestLines *b)
{
	GHashTableIter iter;
	gpointer line;

	g_hash_table_iter_init(&iter, a->set);
	while (g_hash_table_iter_next(&iter, &line, NULL)) {
		if (g_hash_table_remove(b->set, line)) {
			g_hash_table_iter_remove(&iter);
		}
	}
}

static void free_state(gpointer state)
{
	file_state_clear(state);
	g_free(state);
}

GHashTable *manifest_lines_parse(const ManifestLines *lines, GError **error)
{
	g_autoptr(GHashTable) table =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_state);
	GHashTableIter iter;
	gpointer key;

	g_hash_table_iter_init(&iter, lines->set);
	while (g_hash_table_iter_next(&iter, &key, NULL)) {
		const Line *line = key;
		FileState *state = g_new0(FileState, 1);
		char *name;

		if (!manifest_parse(line->text, line->size, &name, state, error)) {
			g_free(state);
			return NULL;
		}
		if (!g_hash_table_insert(table, name, state)) {
			g_set_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT,
				    "a manifest has two lines for one name");
			return NULL;
		}
	}
	return g_steal_pointer(&table);
}

/* A name is written in one way only, so its line starts with exactly these bytes. */
static char *written_name(const char *name)
{
	FileState any = {.type = FILE_FIFO};
	g_autoptr(GString) line = g_string_new(NULL);

	manifest_format(line, name, &any);
	return g_strndup(line->str, (gsize)(strchr(line->str, ' ') + 1 - line->str));
}

bool manifest_lines_find(GBytes *manifest, const char *name, FileState *ret, GError **error)
{
	gsize size;
	const char *at = g_bytes_get_data(manifest, &size);
	const char *end = size == 0 ? at : at + size;
	g_autoptr(GError) local_error = NULL;
	g_autofree char *start = written_name(name);
	gsize length = strlen(start);
	Line line;

	memset(ret, 0, sizeof(*ret));
	while (next_line(&at, end, &line, &local_error)) {
		if (line.size > length && memcmp(line.text, start, length) == 0) {
			g_autofree char *parsed = NULL;

			return manifest_parse(line.text, line.size, &parsed, ret, error);
		}
	}
	if (local_error != NULL) {
		g_propagate_error(error, g_steal_pointer(&local_error));
		return false;
	}
	return true;
}
