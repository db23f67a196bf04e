/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One entry and its stat: see catalog.h. */
#include "catalog/catalog.h"

#define NSEC_PER_SEC G_GINT64_CONSTANT(1000000000)
/* Kernels stamp files by a clock that ticks every 4 to 10 ms; doubled for good measure. */
#define DOUBT_NSEC (20 * G_GINT64_CONSTANT(1000000))

static gint64 nsec(const struct timespec *ts)
{
	return (gint64)ts->tv_sec * NSEC_PER_SEC + ts->tv_nsec;
}

void catalog_entry_clear(CatalogEntry *entry)
{
	file_state_clear(&entry->state);
	*entry = (CatalogEntry){0};
}

void catalog_entry_set_stat(CatalogEntry *entry, const struct stat *st, gint64 now_nsec)
{
	entry->dev = st->st_dev;
	entry->ino = st->st_ino;
	entry->ctime_nsec = nsec(&st->st_ctim);
	entry->mtime_nsec = nsec(&st->st_mtim);
	entry->stat_size = (guint64)st->st_size;
	entry->stat_mode = st->st_mode;
	entry->links = st->st_nlink;
	entry->seen_nsec = now_nsec;
}

bool catalog_entry_is_doubtful(const CatalogEntry *entry)
{
	return entry->seen_nsec - entry->ctime_nsec < DOUBT_NSEC &&
	       entry->ctime_nsec - entry->seen_nsec < DOUBT_NSEC;
}

bool catalog_entry_matches(const CatalogEntry *entry, const struct stat *st)
{
	return !catalog_entry_is_doubtful(entry) && entry->dev == st->st_dev &&
	       entry->ino == st->st_ino && entry->ctime_nsec == nsec(&st->st_ctim) &&
	       entry->mtime_nsec == nsec(&st->st_mtim) &&
	       entry->stat_size == (guint64)st->st_size && entry->stat_mode == st->st_mode &&
	       entry->links == st->st_nlink;
}
