/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The catalog: what the recorder last saw of each path: the stat that tells whether to look closer
 * and the state that was recorded. A cache in SQLite (STATE/catalog.sqlite), always rebuildable:
 * it names the commit it belongs to and is written in one transaction after the ref has moved.
 * Only the recorder opens it. It never touches the watched tree.
 */
#pragma once

#include "base/error.h"
#include "event/file-state.h"

#include <glib.h>
#include <stdbool.h>
#include <sys/stat.h>

typedef struct {
	guint64 dev, ino;
	gint64 ctime_nsec, mtime_nsec;
	guint64 stat_size;
	guint32 stat_mode; /* st_mode, whole */
	guint64 links;
	gint64 seen_nsec; /* wall clock when this stat was taken; see catalog_entry_is_doubtful */
	FileState state;
} CatalogEntry;

void catalog_entry_clear(CatalogEntry *entry);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CatalogEntry, catalog_entry_clear)

/* Fills everything but `state` from a stat taken now. */
void catalog_entry_set_stat(CatalogEntry *entry, const struct stat *st, gint64 now_nsec);
/* Whether a stat says "nothing has happened since". A doubtful entry never matches. */
bool catalog_entry_matches(const CatalogEntry *entry, const struct stat *st);
/* ctime within 20 ms of the moment it was seen: a later write may not have moved it. */
bool catalog_entry_is_doubtful(const CatalogEntry *entry);

typedef struct Catalog Catalog;

/*
 * Opens or makes STATE/catalog.sqlite (mode 0600). A catalog that is damaged is put aside and a
 * new, empty one is made (*ret_rebuilt true); a newer schema is REEVE_ERROR_VERSION.
 */
Catalog *catalog_open(const char *state_dir, bool *ret_rebuilt, GError **error);
void catalog_close(Catalog *catalog);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Catalog, catalog_close)

/* Whether the file is still where the next start looks for it. */
bool catalog_is_in_place(const Catalog *catalog);

/* After its file was removed or exchanged, outside a transaction: writes what is open here to its
 * place again, whole, in the stead of whatever lies there. After an error it is unusable. */
bool catalog_put_back(Catalog *catalog, GError **error);

/* The commit it belongs to, in hex; NULL for a new one. */
const char *catalog_commit(const Catalog *catalog);

/* Small facts kept beside it: "roots" and the like. NULL when absent; caller frees. */
char *catalog_get_note(Catalog *catalog, const char *key);
/* Inside a transaction (catalog_begin) or by itself. */
bool catalog_set_note(Catalog *catalog, const char *key, const char *value, GError **error);

typedef enum {
	CATALOG_FOUND,
	CATALOG_NOT_FOUND,
	CATALOG_ERROR
} CatalogFind;
CatalogFind catalog_find(Catalog *catalog, const char *path, CatalogEntry *ret, GError **error);

typedef struct {
	char *name;
	CatalogEntry entry;
} CatalogChild;

/* The entries directly in a directory, sorted by name bytes: an array of CatalogChild. */
GPtrArray *catalog_children(Catalog *catalog, const char *directory, GError **error);

/* Up to `max` of them, those behind `name` ("": from the first). */
GPtrArray *catalog_children_after(Catalog *catalog, const char *directory, const char *name,
				  guint max, GError **error);

typedef struct {
	char *path;
	CatalogEntry entry;
} CatalogRow;

/* Up to `max` entries behind the place of `path`, which need not be there (NULL: from the first),
 * by directory and name: an array of CatalogRow. For who goes through all of them piece by piece.
 */
GPtrArray *catalog_rows_after(Catalog *catalog, const char *path, guint max, GError **error);

/* Number of entries. */
guint64 catalog_count(Catalog *catalog);

/* One transaction; reads inside it see its writes. */
bool catalog_begin(Catalog *catalog, GError **error);
bool catalog_put(Catalog *catalog, const char *path, const CatalogEntry *entry, GError **error);
bool catalog_remove(Catalog *catalog, const char *path, GError **error); /* and all below it */
/* `each` is called (before the removal) with every path at or below `path`. */
bool catalog_each_beneath(Catalog *catalog, const char *path,
			  void (*each)(void *context, const char *path, const CatalogEntry *entry),
			  void *context, GError **error);
/* Makes the transaction durable and names the commit it belongs to. */
bool catalog_finish(Catalog *catalog, const char *commit, GError **error);
void catalog_abandon(Catalog *catalog);
