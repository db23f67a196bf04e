/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Values: change-set.json: what a commit knows that its trees do not say. Written by the recorder
 * (jansson's dump), read by the judge. Paths are escaped (base/escape.h).
 *
 *   {"schema":"reeve.change-set/1","kind":"change","first":"<time>","last":"<time>",
 *    "recorded":"<time>","roots":["/etc"],"entries":1234,
 *    "paths":{"/etc/ssh/sshd_config":{"time":"<time>","ctime":"<time>","offline":true,
 *             "open":true,"moved_from":"/etc/x","actors":[0,1]}},
 *    "actors":[{...},{...}],
 *    "gaps":[{"cause":"stopped","scope":"/","start":"...","end":"...","closed":"..."}],
 *    "transients":[{"path":"/etc/x","time":"..."}],
 *    "scope":{"added":["/root/.ssh"],"removed":[]}}
 *
 * `actors` is a list of all of them; `paths` and `transients` have numbers in it. `paths` has only
 * entries with something to say: baseline and scope commits leave it empty. False
 * and null members are left out.
 */
#pragma once

#include "base/error.h"
#include "event/change.h"

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

#define NOTES_SCHEMA "reeve.change-set/1"
#define NOTES_MAX_BYTES (256 * 1024 * 1024)

typedef struct {
	char *path;        /* raw */
	gint64 time_usec;  /* first hint; 0 when offline */
	gint64 ctime_usec; /* of the inode when it was read; 0: gone */
	bool is_offline, is_open;
	char *moved_from;  /* raw; NULL */
	GPtrArray *actors; /* of Actor; NULL: nobody known */
} PathNote;

typedef struct {
	char *path; /* raw */
	gint64 time_usec;
	GPtrArray *actors;
} Transient;

typedef struct {
	ChangeSetKind kind;
	gint64 first_usec, last_usec, recorded_usec;
	GStrv roots;
	guint64 entries;
	GHashTable *paths;     /* raw path -> PathNote */
	GPtrArray *gaps;       /* of Gap */
	GPtrArray *transients; /* of Transient */
	GPtrArray *actors;     /* of Actor: all that were read; empty while writing */
	GStrv scope_added, scope_removed;
} Notes;

Notes *notes_new(ChangeSetKind kind);
void notes_free(Notes *notes);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Notes, notes_free)
/* The note of a path, made if missing; owned by the notes. */
PathNote *notes_path(Notes *notes, const char *path);
/* One more transient; owned by the notes. */
Transient *notes_add_transient(Notes *notes, const char *path, gint64 time_usec);

/* "change", "baseline", "scope". */
const char *notes_kind_word(ChangeSetKind kind);
bool notes_kind_from_word(const char *word, ChangeSetKind *ret);

/* The file's bytes; equal notes give equal bytes. Caller unrefs. */
GBytes *notes_format(const Notes *notes);
/* Reads them back, strictly. REEVE_ERROR_CORRUPT, _VERSION or _LIMIT. */
Notes *notes_parse(const void *data, gsize size, GError **error);
