/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The inside of a register, shared by register.c (memory) and register-load.c (git); nobody else's.
 */
#pragma once

#include "register/charter.h"
#include "register/register.h"

#include <git2.h>

/* A folder of requests/ as loaded; the tree's id tells whether it must be loaded again. */
typedef struct {
	git_oid tree; /* zero: it could not be read whole, so it is tried again */
	Standing *standing;
	bool is_current; /* seen in the load that is going on */
} Folder;

/* A file of the policy that came into force. */
typedef struct {
	char *blob;        /* hex; NULL: none is in force */
	gint64 since_usec; /* 0: none ever was */
} InForce;

/* A look at the branch that is going on (register-load.h). */
typedef struct Load Load;

struct Register {
	char *path, *ref, *commit;
	const Signers *signers;
	git_repository *repository; /* NULL: not there (yet) */
	git_oid head;
	GHashTable *packs; /* names of the indexes that were found sound */
	char *before; /* the commit before, as was remembered; NULL: none, or one was loaded since
		       */
	char *lost;   /* a commit that the branch does not hold any more, not told yet; NULL */
	gint64 looked_usec;
	Load *load;          /* NULL: none is going on */
	guint damaged;       /* so many folders git could not give whole */
	GPtrArray *unknown;  /* of Standing: those of them of which nobody knows what they name */
	GHashTable *folders; /* id -> Folder (the id is the standing's) */
	GHashTable *seen;    /* id of a request -> array of Approval: everything ever seen */
	GPtrArray *news;     /* of Approval */
	/* the policy, and whose register it is */
	char *host, *one_person; /* NULL: not said; nobody may approve what is his own */
	Charter charter;
	InForce in_force[POLICY_FILES];
	bool policy_is_read; /* the charter is what is in force */
	bool policy_waits;   /* for its window: to be looked at again */
	const char
		*wild_policy; /* of policy_problems: somebody changed it whom nobody asked; NULL */
	GPtrArray *policy_problems; /* of char * */
	gint64 due_usec;            /* nothing falls due before */
	GHashTable *by_path;        /* literal path -> array of Standing */
	GHashTable *by_folder; /* what a pattern begins with up to its last '/' before the first
				* wildcard -> array of Standing */
};

/* What was seen of this very approval before; NULL: nothing. */
Approval *register_seen(const Register *reg, const char *request, const char *approver,
			const char *digest);
/* Everything seen about a request; NULL: nothing. */
const GPtrArray *register_seen_of(const Register *reg, const char *request);

/* Takes back that a policy came into force. */
void register_recall_policy(Register *reg, const Approval *record);
/* Judges every request anew: the policy is another one. */
void register_judge_again(Register *reg);

void standing_free(Standing *standing);
void folder_free(Folder *folder);
/* Rebuilds what is found by path, and counts what is damaged. */
void register_index(Register *reg);
