/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packs as one backend: see packs.h. */
#include "change/packs.h"

#include "snapshot/sealed.h"

#include <string.h>
#include <sys/stat.h>

/* An index of this size has some ten thousand objects: its pack is searched, not tabled. */
#define SMALL_INDEX_BYTES (512 * 1024)
#define MAX_TABLED 4000000

struct Packs {
	git_odb_backend parent; /* first: libgit2 knows us by it */
	char *folder;
	GHashTable *indexes; /* names of those that were looked at */
	char *damaged;
	GPtrArray *all;    /* of git_odb_backend: each one pack */
	GPtrArray *large;  /* those of `all` that are searched one by one */
	GHashTable *where; /* git_oid -> git_odb_backend: what the others have */
};

static guint id_hash(gconstpointer key)
{
	guint hash;

	memcpy(&hash, ((const git_oid *)key)->id, sizeof(hash));
	return hash;
}

static gboolean id_equal(gconstpointer a, gconstpointer b)
{
	return memcmp(a, b, sizeof(git_oid)) == 0;
}

static void free_backend(git_odb_backend *backend)
{
	backend->free(backend);
}

/*
 * What libgit2 asks
 */

/* One of the questions, put to one pack. */
typedef int Question(git_odb_backend *pack, const git_oid *id, void *answer);

static int ask(git_odb_backend *backend, const git_oid *id, Question *question, void *answer)
{
	Packs *packs = (Packs *)backend;
	git_odb_backend *pack = g_hash_table_lookup(packs->where, id);
	int found = GIT_ENOTFOUND;

	if (pack != NULL) {
		return question(pack, id, answer);
	}
	for (guint i = 0; i < packs->large->len && found == GIT_ENOTFOUND; i++) {
		found = question(packs->large->pdata[i], id, answer);
	}
	return found;
}

typedef struct {
	void *data;
	size_t size;
	git_object_t type;
} Content;

static int ask_content(git_odb_backend *pack, const git_oid *id, void *answer)
{
	Content *content = answer;

	return pack->read(&content->data, &content->size, &content->type, pack, id);
}

static int ask_header(git_odb_backend *pack, const git_oid *id, void *answer)
{
	Content *content = answer;

	return pack->read_header(&content->size, &content->type, pack, id);
}

static int ask_presence(git_odb_backend *pack, const git_oid *id, void *answer)
{
	return pack->exists(pack, id) ? 0 : GIT_ENOTFOUND;
}

static int packs_read(void **ret_data, size_t *ret_size, git_object_t *ret_type,
		      git_odb_backend *backend, const git_oid *id)
{
	Content content = {0};
	int found = ask(backend, id, ask_content, &content);

	*ret_data = content.data;
	*ret_size = content.size;
	*ret_type = content.type;
	return found;
}

static int packs_read_header(size_t *ret_size, git_object_t *ret_type, git_odb_backend *backend,
			     const git_oid *id)
{
	Content content = {0};
	int found = ask(backend, id, ask_header, &content);

	*ret_size = content.size;
	*ret_type = content.type;
	return found;
}

static int packs_exists(git_odb_backend *backend, const git_oid *id)
{
	return ask(backend, id, ask_presence, NULL) == 0;
}

static int packs_foreach(git_odb_backend *backend, git_odb_foreach_cb each, void *context)
{
	const Packs *packs = (const Packs *)backend;
	int result = 0;

	for (guint i = 0; i < packs->all->len && result == 0; i++) {
		git_odb_backend *pack = packs->all->pdata[i];

		result = pack->foreach(pack, each, context);
	}
	return result;
}

static void packs_let_go(git_odb_backend *backend)
{
	packs_free((Packs *)backend);
}

/*
 * Life
 */

Packs *packs_new(const char *folder)
{
	Packs *packs = g_new0(Packs, 1);

	git_odb_init_backend(&packs->parent, GIT_ODB_BACKEND_VERSION);
	packs->parent.read = packs_read;
	packs->parent.read_header = packs_read_header;
	packs->parent.exists = packs_exists;
	packs->parent.foreach = packs_foreach;
	packs->parent.free = packs_let_go;
	packs->folder = g_strdup(folder);
	packs->indexes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	packs->all = g_ptr_array_new_with_free_func((GDestroyNotify)free_backend);
	packs->large = g_ptr_array_new();
	packs->where = g_hash_table_new_full(id_hash, id_equal, g_free, NULL);
	return packs;
}

void packs_free(Packs *packs)
{
	if (packs == NULL) {
		return;
	}
	g_hash_table_unref(packs->where);
	g_ptr_array_unref(packs->large);
	g_ptr_array_unref(packs->all);
	g_hash_table_unref(packs->indexes);
	g_free(packs->damaged);
	g_free(packs->folder);
	g_free(packs);
}

git_odb_backend *packs_backend(Packs *packs)
{
	return &packs->parent;
}

const char *packs_damaged(const Packs *packs)
{
	return packs->damaged;
}

/*
 * Taking packs in
 */

typedef struct {
	GHashTable *where;
	git_odb_backend *pack;
} Tabling;

static int table_one(const git_oid *id, void *context)
{
	const Tabling *tabling = context;

	g_hash_table_replace(tabling->where, g_memdup2(id, sizeof(*id)), tabling->pack);
	return 0;
}

static bool pack_is_small(const Packs *packs, const char *index_path)
{
	struct stat st;

	return g_hash_table_size(packs->where) < MAX_TABLED && stat(index_path, &st) == 0 &&
	       st.st_size <= SMALL_INDEX_BYTES;
}

static bool take_in(Packs *packs, const char *name, GError **error)
{
	g_autofree char *path = g_build_filename(packs->folder, name, NULL);
	git_odb_backend *pack;
	Tabling tabling;

	if (git_odb_backend_one_pack(&pack, path) < 0) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_IO, "cannot open %s: %s", path,
			    git_error_last()->message);
		return false;
	}
	g_ptr_array_add(packs->all, pack);
	tabling = (Tabling){packs->where, pack};
	if (!pack_is_small(packs, path) || pack->foreach(pack, table_one, &tabling) < 0) {
		g_ptr_array_add(packs->large, pack);
	}
	return true;
}

static bool look_at(Packs *packs, const char *name, GError **error)
{
	switch (sealed_check(packs->folder, name)) {
	case SEALED_GONE:
		return true;
	case SEALED_ALTERED:
	case SEALED_UNREADABLE:
		g_free(packs->damaged);
		packs->damaged = g_strdup(name);
		break;
	case SEALED_SOUND:
		if (!take_in(packs, name, error)) {
			return false;
		}
		break;
	}
	g_hash_table_add(packs->indexes, g_strdup(name));
	return true;
}

bool packs_look(Packs *packs, GError **error)
{
	g_autoptr(GDir) dir = g_dir_open(packs->folder, 0, NULL);
	const char *name;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		if (g_str_has_prefix(name, "pack-") && g_str_has_suffix(name, ".idx") &&
		    !g_hash_table_contains(packs->indexes, name) && !look_at(packs, name, error)) {
			return false;
		}
	}
	return true;
}
