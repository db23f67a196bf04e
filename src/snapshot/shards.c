/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Manifests of a directory: see shards.h. */
#include "snapshot/shards.h"

#include "snapshot/layout.h"

#include <string.h>

/* What all of it works on. */
typedef struct {
	Objects *objects;
	Pile *names;
	const Tree *old;
	GArray *meta;
} Work;

static const char *shard_name(const Work *work, guint shard)
{
	g_autofree char *name = layout_shard_name(shard);

	return pile_text(work->names, name, strlen(name));
}

static bool is_sharded(const Work *work)
{
	for (guint shard = 0; shard < LAYOUT_SHARDS; shard++) {
		g_autofree char *name = layout_shard_name(shard);

		if (tree_find(work->old, name) != NULL) {
			return true;
		}
	}
	return false;
}

/* Stores a manifest under its name; an empty one is taken away. */
static bool write_manifest(const Work *work, const char *name, const GString *text, GError **error)
{
	guint8 id[BLOB_BYTES];

	if (text->len == 0) {
		tree_add_edit(work->meta, name, 0, NULL);
		return true;
	}
	if (!objects_write(work->objects, OBJECT_BLOB, text->str, text->len, id, error)) {
		return false;
	}
	tree_add_edit(work->meta, name, TREE_MODE_FILE, id);
	return true;
}

/* Merges sorted edits into the manifest of this name. */
static bool merge_manifest(const Work *work, const char *name, const GPtrArray *edits, GString *out,
			   guint *ret_lines, GError **error)
{
	const TreeEntry *entry = tree_find(work->old, name);
	g_autoptr(GBytes) bytes = NULL;
	const char *text = "";
	gsize size = 0;

	if (entry != NULL) {
		bytes = objects_read(work->objects, OBJECT_BLOB, entry->id, error);
		if (bytes == NULL) {
			return false;
		}
		text = g_bytes_get_data(bytes, &size);
	}
	return listing_merge(text, size, edits, out, ret_lines, error);
}

static bool write_shard(const Work *work, guint shard, const GPtrArray *edits, GError **error)
{
	g_autoptr(GString) text = g_string_new(NULL);
	const char *name = shard_name(work, shard);
	guint lines;

	return edits->len == 0 || (merge_manifest(work, name, edits, text, &lines, error) &&
				   write_manifest(work, name, text, error));
}

static bool write_touched(const Work *work, const GPtrArray *edits, GError **error)
{
	GPtrArray *sorted[LAYOUT_SHARDS];
	bool written = true;

	for (guint shard = 0; shard < LAYOUT_SHARDS; shard++) {
		sorted[shard] = g_ptr_array_new();
	}
	for (guint i = 0; i < edits->len; i++) {
		const ListingEdit *edit = edits->pdata[i];

		g_ptr_array_add(sorted[layout_shard(edit->name)], edits->pdata[i]);
	}
	for (guint shard = 0; shard < LAYOUT_SHARDS; shard++) {
		written = written && write_shard(work, shard, sorted[shard], error);
		g_ptr_array_unref(sorted[shard]);
	}
	return written;
}

/* From one manifest to shards. */
static bool split_manifest(const Work *work, const GString *text, GError **error)
{
	GString *shards[LAYOUT_SHARDS];
	bool written;

	for (guint shard = 0; shard < LAYOUT_SHARDS; shard++) {
		shards[shard] = g_string_new(NULL);
	}
	tree_add_edit(work->meta, LAYOUT_DIR, 0, NULL);
	written = listing_split(text->str, text->len, shards, error);
	for (guint shard = 0; shard < LAYOUT_SHARDS; shard++) {
		written = written &&
			  write_manifest(work, shard_name(work, shard), shards[shard], error);
		g_string_free(shards[shard], TRUE);
	}
	return written;
}

static bool write_single(const Work *work, const GPtrArray *edits, GError **error)
{
	g_autoptr(GString) text = g_string_new(NULL);
	guint lines;

	if (!merge_manifest(work, LAYOUT_DIR, edits, text, &lines, error)) {
		return false;
	}
	return lines > LAYOUT_SHARD_ABOVE ? split_manifest(work, text, error)
					  : write_manifest(work, LAYOUT_DIR, text, error);
}

bool shards_write(Objects *objects, Pile *names, const Tree *old, GArray *edits, GArray *meta,
		  GError **error)
{
	Work work = {objects, names, old, meta};
	g_autoptr(GPtrArray) sorted = listing_sort(edits);

	if (edits->len == 0) {
		return true;
	}
	return is_sharded(&work) ? write_touched(&work, sorted, error)
				 : write_single(&work, sorted, error);
}
