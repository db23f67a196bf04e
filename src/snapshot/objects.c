/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Objects: see objects.h. */
#include "snapshot/objects.h"

#include "snapshot/damage.h"
#include "snapshot/pack-lookup.h"
#include "snapshot/sha1.h"

#include <git2.h>
#include <stdio.h>
#include <string.h>

/* How much of the packs libgit2 maps at once, and in all. */
#define WINDOW_BYTES (4 * 1024 * 1024)
#define WINDOWS_BYTES (32 * 1024 * 1024)

struct Objects {
	char *folder;
	int pack_fd;
	git_odb *odb;
	PackLookup *packs;
	Sha1 *sha1;
	Pack *pack; /* NULL: nothing written yet */
	bool is_damaged;
};

static const char *const type_words[] = {
	[OBJECT_COMMIT] = "commit", [OBJECT_TREE] = "tree", [OBJECT_BLOB] = "blob"};

static bool fail(GError **error, const char *doing)
{
	const git_error *mistake = git_error_last();

	g_set_error(error, REEVE_ERROR, REEVE_ERROR_IO, "%s: %s", doing,
		    mistake == NULL ? "unknown trouble" : mistake->message);
	return false;
}

bool objects_reopen(Objects *objects, GError **error)
{
	g_autoptr(PackLookup) packs = pack_lookup_open(objects->pack_fd, error);
	git_odb *odb = NULL;

	if (packs == NULL) {
		return false;
	}
	if (git_odb_open(&odb, objects->folder) != 0) {
		return fail(error, "cannot open the objects of snapshots.git");
	}
	git_odb_free(objects->odb);
	pack_lookup_free(objects->packs);
	objects->odb = odb;
	objects->packs = g_steal_pointer(&packs);
	return true;
}

Objects *objects_open(const char *folder, int pack_fd, GError **error)
{
	g_autoptr(Objects) objects = g_new0(Objects, 1);
	guint damaged;

	git_libgit2_init();
	/* What is read is read once: a cache would only grow, and so would maps of whole packs. */
	git_libgit2_opts(GIT_OPT_ENABLE_CACHING, 0);
	git_libgit2_opts(GIT_OPT_SET_MWINDOW_SIZE, (size_t)WINDOW_BYTES);
	git_libgit2_opts(GIT_OPT_SET_MWINDOW_MAPPED_LIMIT, (size_t)WINDOWS_BYTES);
	objects->folder = g_strdup(folder);
	objects->pack_fd = pack_fd;
	objects->sha1 = sha1_new();
	/* libgit2 trusts the offsets in an index, and crashes on false ones */
	if (!damage_put_aside(folder, pack_fd, DAMAGE_INDEXES, &damaged, error)) {
		return NULL;
	}
	objects->is_damaged = damaged > 0;
	return objects_reopen(objects, error) ? g_steal_pointer(&objects) : NULL;
}

void objects_close(Objects *objects)
{
	if (objects == NULL) {
		return;
	}
	objects_abandon(objects);
	git_odb_free(objects->odb);
	pack_lookup_free(objects->packs);
	git_libgit2_shutdown();
	sha1_free(objects->sha1);
	g_free(objects->folder);
	g_free(objects);
}

static void free_object(void *object)
{
	git_odb_object_free(object);
}

GBytes *objects_read(Objects *objects, ObjectType type, const guint8 id[BLOB_BYTES], GError **error)
{
	git_odb_object *object = NULL;
	char hex[2 * BLOB_BYTES + 1];
	git_oid oid;

	memcpy(oid.id, id, BLOB_BYTES);
	hex_encode(id, BLOB_BYTES, hex);
	if (git_odb_read(&object, objects->odb, &oid) != 0) {
		const git_error *mistake = git_error_last();

		objects->is_damaged = true;
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT, "%s %s: %s", type_words[type],
			    hex, mistake == NULL ? "cannot be read" : mistake->message);
		return NULL;
	}
	if ((int)git_odb_object_type(object) != (int)type) {
		git_odb_object_free(object);
		objects->is_damaged = true;
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT, "%s is not a %s", hex,
			    type_words[type]);
		return NULL;
	}
	return g_bytes_new_with_free_func(git_odb_object_data(object), git_odb_object_size(object),
					  free_object, object);
}

static void name_object(Objects *objects, ObjectType type, const void *data, gsize size,
			guint8 ret_id[BLOB_BYTES])
{
	char header[32];
	int length =
		g_snprintf(header, sizeof(header), "%s %" G_GSIZE_FORMAT, type_words[type], size);

	sha1_begin(objects->sha1);
	sha1_update(objects->sha1, header, (gsize)length + 1);
	sha1_update(objects->sha1, data, size);
	sha1_end(objects->sha1, ret_id);
}

bool objects_has(Objects *objects, const guint8 id[BLOB_BYTES])
{
	git_oid oid;

	memcpy(oid.id, id, BLOB_BYTES);
	return git_odb_exists(objects->odb, &oid) == 1;
}

bool objects_write(Objects *objects, ObjectType type, const void *data, gsize size,
		   guint8 ret_id[BLOB_BYTES], GError **error)
{
	name_object(objects, type, data, size, ret_id);
	/* Nobody else writes, and we write packs: what is not known is not there. What somebody has
	 * unpacked by hand is at worst written once more. */
	if ((objects->pack != NULL && pack_has(objects->pack, ret_id)) ||
	    pack_lookup_has(objects->packs, ret_id)) {
		return true;
	}
	if (objects->pack == NULL) {
		objects->pack = pack_new(objects->pack_fd);
	}
	return pack_add(objects->pack, type, data, size, ret_id, error);
}

bool objects_finish(Objects *objects, GError **error)
{
	char name[2 * BLOB_BYTES + 1];

	if (objects->pack == NULL) {
		return true;
	}
	if (!pack_finish(objects->pack, name, error)) {
		return false;
	}
	objects_abandon(objects);
	pack_lookup_add(objects->packs, name);
	return git_odb_refresh(objects->odb) == 0 ||
	       fail(error, "cannot read the pack just written");
}

bool objects_are_damaged(const Objects *objects)
{
	return objects->is_damaged;
}

bool objects_put_damage_aside(Objects *objects, guint *ret, GError **error)
{
	g_assert(objects->pack == NULL);
	if (!damage_put_aside(objects->folder, objects->pack_fd, DAMAGE_ALL, ret, error) ||
	    !objects_reopen(objects, error)) {
		return false;
	}
	objects->is_damaged = false;
	return true;
}

void objects_abandon(Objects *objects)
{
	g_clear_pointer(&objects->pack, pack_free);
}
