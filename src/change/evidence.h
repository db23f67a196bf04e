/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the package database that lies in a snapshot says of changes: never the one on the live
 * disk. dpkg's is read (change/dpkg.h); where there is none, nobody vouches for anything.
 */
#pragma once

#include "change/dpkg.h"
#include "change/store.h"

/* The database as it was in one commit. Files of it that cannot be read or make no sense are
 * passed over; with them goes what they would have vouched for. */
typedef struct Evidences Evidences;

Evidences *evidences_new(Store *store, const char *commit, GError **error);
void evidences_free(Evidences *evidences);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Evidences, evidences_free)

/*
 * Fills evidence, package and version in the provenance of each of `changes` (of Change): by what
 * the commit's database says of the states they brought, and for what is gone, by whom `before`
 * (NULL: nothing is known of before) had it from.
 */
void evidences_weigh(Evidences *evidences, Evidences *before, const GPtrArray *changes);

/*
 * The packages that a run has changed, as a person would name them: "nginx 1.22-1 -> 1.24-1",
 * "nginx-doc 1.24-1", "nginx removed". Array of char *, sorted; `owners` (names, as a set; may be
 * NULL) are those that were seen at work though their version is the same.
 */
GPtrArray *evidences_packages(const Evidences *before, const Evidences *after, GHashTable *owners);
