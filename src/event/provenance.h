/* SPDX-License-Identifier: LGPL-3.0-or-later */
/*
 * Values: what a change has to do with packages: whether it was made in a run of the package
 * manager, and what the package database of the snapshot says of the state it brought.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* Whether a change belongs to a run of the package manager. */
typedef enum {
	PACKAGE_RUN_NONE,
	PACKAGE_RUN_TIME,   /* a run was going on; nobody knows who wrote this */
	PACKAGE_RUN_WRITER, /* all who wrote it are in the package manager's process tree */
	_PACKAGE_RUN_N,
} PackageRun;

/* What the database says of the path as it is now. */
typedef enum {
	EVIDENCE_NONE,    /* nothing: no package owns it, or nobody asked */
	EVIDENCE_CONTENT, /* the content is what the package ships, or registered as conffile */
	EVIDENCE_LISTED,  /* a directory or link that the package ships; there are no digests */
	EVIDENCE_REMOVED, /* it is gone, and no package owns it any more */
	EVIDENCE_OTHER,   /* a package owns it, and ships something else */
	_EVIDENCE_N,
} Evidence;

typedef struct {
	PackageRun run;
	char *manager; /* the outermost one, when it is known: "apt-get[4242]"; NULL */
	Evidence evidence;
	char *package, *version; /* who owns the path (or did, when it is gone); NULL: nobody */
} Provenance;

void provenance_clear(Provenance *provenance);

/* "time" "writer"; "content" "listed" "removed" "other"; NULL for none. Static. */
const char *package_run_word(PackageRun run);
const char *evidence_word(Evidence evidence);
/* The value of a word; false when there is none. */
bool package_run_from_word(const char *word, PackageRun *ret);
bool evidence_from_word(const char *word, Evidence *ret);

/* Whether the database vouches for the state. */
bool evidence_is_sound(Evidence evidence);
