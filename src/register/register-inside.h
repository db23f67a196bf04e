/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The inside of a register, shared by register.c (memory) and register-load.c (git); nobody else's.
 */
#pragma once

#include "register/register.h"

#include <git2.h>

/* A folder of requests/ as loaded; the tree's id tells whether it must be loaded again. */
typedef struct {
	git_oid tree;
	Standing *standing;
	bool is_current; /* seen in the load that is going on */
} Folder;

struct Register {
	char *path, *ref, *commit;
	const Signers *signers;
	git_repository *repository; /* NULL: not there (yet) */
	git_oid head;
	gint64 looked_usec;
	GHashTable *folders; /* id -> Folder (the id is the standing's) */
	GHashTable *seen;    /* digest -> Approval */
	GPtrArray *news;     /* of Approval */
	GHashTable *by_path; /* literal path -> array of Standing */
	GPtrArray *globs;    /* of Standing with at least one pattern */
};

void standing_free(Standing *standing);
/* Rebuilds by_path and globs. */
void register_index(Register *reg);
