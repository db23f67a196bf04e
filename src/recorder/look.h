/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The look: the heart of the recorder. It carries out orders: looks at the paths named, compares
 * with the catalog and puts what differs into snapshot and catalog. Doing it twice is harmless
 * (design principle 1).
 *
 * Directories that are new, or in doubt, are watched first, then listed, then compared: what is
 * made after the watch brings a hint of its own, what was made before is in the listing. What is
 * gone takes everything below with it. File systems that are not files (proc, sysfs) or not here
 * (nfs, fuse) are not entered unless they are watched by name; STATE and RUNTIME never. Of the
 * latter not even the mount point is looked at: what was recorded of the directory below stands.
 *
 * It runs inside a transaction of catalog and snapshot that the caller begins and ends; after a
 * failure both are to be abandoned and the orders given again.
 */
#pragma once

#include "base/error.h"
#include "catalog/catalog.h"
#include "recorder/known-secrets.h"
#include "recorder/linked.h"
#include "recorder/scope.h"
#include "recorder/settle.h"
#include "snapshot/secret.h"
#include "snapshot/snapshot.h"
#include "watch/mounts.h"
#include "watch/watch.h"

#include <glib.h>
#include <stdbool.h>

/* Longer paths are not looked at: the kernel lets anybody nest directories without end, and each
 * path costs its length. */
#define LOOK_MAX_PATH_BYTES 16384

typedef struct {
	int root_fd;
	Watch *watch;
	Catalog *catalog;
	Snapshot *snapshot;
	const Secrets *secrets;
	const Scope *scope;
	const Mounts *mounts;        /* NULL: not known */
	KnownSecrets *known_secrets; /* told of every file seen; NULL: nobody asks */
	Linked *linked;              /* told of every file seen; NULL: nobody asks */
	struct stat excluded[2];     /* STATE and RUNTIME: we do not record ourselves */
	/* Called with each path looked at; false stops the look. */
	bool (*tick)(void *context, guint64 done);
	/* Called with a file that has been read and differs: whether somebody is writing it. NULL:
	 * nobody ever is. */
	bool (*is_being_written)(void *context, const char *path);
	/* Who has been seen at a path besides those its order names (of Actor, borrowed; NULL:
	 * nobody). NULL: nobody ever is. */
	const GPtrArray *(*actors)(void *context, const char *path);
	void *context;
} LookWorld;

typedef enum {
	LOOK_COMPARE, /* record what differs from the catalog */
	LOOK_ADOPT,   /* record what is there and tell nothing of each path (baseline, scope) */
	LOOK_REBUILD, /* trust no entry: record everything again (start.c says when) */
} LookMode;

/* What a look found out. Arrays of char * where nothing else is said. */
typedef struct {
	GPtrArray *changed;    /* paths whose change is in the change-set, and transients */
	GPtrArray *doubtful;   /* to be looked at again in a moment: seen too soon after a change */
	GPtrArray *unstable;   /* changed while they were read */
	GPtrArray *uncovered;  /* directories without a watch for want of budget */
	GPtrArray *blind;      /* what could not be looked at */
	GPtrArray *lost_roots; /* roots that were there and are gone */
	GPtrArray *found_roots; /* roots that came */
	GPtrArray
		*unpacked; /* of Order: found in a listing, not recorded, to wait for their names */
	GPtrArray *postponed; /* of Order, borrowed: read in the middle of a write, not recorded */
} LookReport;

typedef struct Look Look;

/*
 * `notes` are borrowed and filled. `settled`: for LOOK_ADOPT, a scope whose paths are left alone
 * (they were recorded before, and their changes are for a LOOK_COMPARE to tell); NULL: none.
 */
Look *look_new(const LookWorld *world, LookMode mode, const Scope *settled, Notes *notes);
void look_free(Look *look);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Look, look_free)

/* Carries out all orders (of Order); what is gone first, so that moves are told. */
bool look_carry_out(Look *look, GPtrArray *orders, GError **error);

const LookReport *look_report(const Look *look);
