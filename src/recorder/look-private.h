/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inside of a look, shared by look.c (orders), entry.c (one path) and walk.c (directories). */
#pragma once

#include "recorder/look.h"
#include "recorder/moves.h"
#include "recorder/probe.h"

struct Look {
	const LookWorld *world;
	LookMode mode;
	const Scope *settled;
	Notes *notes;
	Moves *moves;
	LookReport report;
	GQueue ahead;       /* of Directory: to be listed */
	GHashTable *listed; /* directories listed in this look */
	GHashTable *done;   /* paths of orders carried out: there */
	GHashTable *gone;   /* paths of orders carried out: not there */
	guint64 looked;
	const Order *inferred_order; /* whose actors stand for what is below; NULL */
	GPtrArray *inferred;         /* of Actor */
};

/* One path that was found, on its way through the comparison. */
typedef struct {
	const Order *order; /* on whose behalf */
	const char *path;
	int fd; /* a reference */
	const struct stat *st;
	const CatalogEntry *old; /* NULL: not in the catalog */
	dev_t parent_dev;        /* 0: not known */
} Find;

/* A directory that waits to be listed. */
typedef struct {
	const Order *order;
	char *path;
	dev_t dev;
	ino_t ino;
	bool is_known; /* the catalog may have children of it */
} Directory;

void directory_free(Directory *directory);

/* entry.c: compares and records one path; a directory may be queued for listing. */
bool look_found(Look *look, const Find *find, GError **error);

/* entry.c: a path is not there (any more). */
bool look_vanished(Look *look, const Order *order, const char *path, GError **error);

/* entry.c: a path cannot be seen: what was recorded of it stands. */
bool look_blinded(Look *look, const char *path, GError **error);

/* entry.c: counts a path; false and *error when the look is to stop. */
bool look_tick(Look *look, GError **error);

/* walk.c: lists the directories that wait, and those they bring, until none is left. */
bool look_walk(Look *look, GError **error);

/* walk.c: a foreign file system hides what was in this directory. */
bool look_hidden(Look *look, const Find *find, GError **error);

/* walk.c: watches a directory and queues it if it has to be listed. */
bool look_enter(Look *look, const Find *find, GError **error);

/* Whether this path is left alone by this look. */
bool look_skips(const Look *look, const char *path);
