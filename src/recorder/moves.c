/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Moves: see moves.h. */
#include "recorder/moves.h"

#include <string.h>

typedef struct {
	char *path;
	char *from; /* of an arrival; NULL */
	CatalogEntry entry;
} Traveller;

struct Moves {
	GHashTable *departed; /* set of Traveller, by device and inode */
	GPtrArray *arrived;   /* of Traveller */
};

static void traveller_free(void *data)
{
	Traveller *t = data;

	g_free(t->path);
	g_free(t->from);
	catalog_entry_clear(&t->entry);
	g_free(t);
}

static guint traveller_hash(const void *key)
{
	const Traveller *t = key;

	return g_int64_hash(&t->entry.ino) ^ g_int64_hash(&t->entry.dev);
}

static gboolean traveller_equal(const void *a, const void *b)
{
	const Traveller *x = a;
	const Traveller *y = b;

	return x->entry.ino == y->entry.ino && x->entry.dev == y->entry.dev;
}

static Traveller *traveller_new(const char *path, const CatalogEntry *entry, const char *from)
{
	Traveller *t = g_new0(Traveller, 1);

	t->path = g_strdup(path);
	t->from = g_strdup(from);
	t->entry = *entry;
	file_state_copy(&entry->state, &t->entry.state);
	return t;
}

Moves *moves_new(void)
{
	Moves *moves = g_new0(Moves, 1);

	moves->departed =
		g_hash_table_new_full(traveller_hash, traveller_equal, traveller_free, NULL);
	moves->arrived = g_ptr_array_new_with_free_func(traveller_free);
	return moves;
}

void moves_free(Moves *moves)
{
	if (moves == NULL) {
		return;
	}
	g_hash_table_unref(moves->departed);
	g_ptr_array_unref(moves->arrived);
	g_free(moves);
}

void moves_depart(Moves *moves, const char *path, const CatalogEntry *entry)
{
	if (g_hash_table_size(moves->departed) < MOVES_MAX) {
		g_hash_table_add(moves->departed, traveller_new(path, entry, NULL));
	}
}

void moves_arrive(Moves *moves, const char *path, const CatalogEntry *entry, const char *from)
{
	if (moves->arrived->len < MOVES_MAX && g_hash_table_size(moves->departed) > 0) {
		g_ptr_array_add(moves->arrived, traveller_new(path, entry, from));
	}
}

static const Traveller *departure_of(const Moves *moves, guint64 dev, guint64 ino)
{
	Traveller key = {.entry = {.dev = dev, .ino = ino}};

	return g_hash_table_lookup(moves->departed, &key);
}

const CatalogEntry *moves_find(const Moves *moves, const struct stat *st)
{
	const Traveller *t = departure_of(moves, st->st_dev, st->st_ino);

	return t != NULL && catalog_entry_matches(&t->entry, st) ? &t->entry : NULL;
}

const CatalogEntry *moves_departed(const Moves *moves, const struct stat *st)
{
	const Traveller *t = departure_of(moves, st->st_dev, st->st_ino);

	return t == NULL ? NULL : &t->entry;
}

static bool is_move(const Traveller *from, const Traveller *to)
{
	const CatalogEntry *a = &from->entry;
	const CatalogEntry *b = &to->entry;

	if (((a->stat_mode ^ b->stat_mode) & S_IFMT) != 0) {
		return false;
	}
	return g_strcmp0(to->from, from->path) == 0 ||
	       (a->mtime_nsec == b->mtime_nsec && a->stat_size == b->stat_size);
}

void moves_note(const Moves *moves, Notes *notes)
{
	for (guint i = 0; i < moves->arrived->len; i++) {
		const Traveller *to = moves->arrived->pdata[i];
		const Traveller *from = departure_of(moves, to->entry.dev, to->entry.ino);
		PathNote *note;

		if (from == NULL || !is_move(from, to)) {
			continue;
		}
		note = notes_path(notes, to->path);
		g_free(note->moved_from);
		note->moved_from = g_strdup(from->path);
	}
}
