/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a look at the register reads from git (register-objects.c), and what follows for a request
 * from all that was seen (register-standing.c). For register-load.c; nobody else's.
 */
#pragma once

#include "register/register-inside.h"

/* One look at one commit, which may take several calls. */
struct Load {
	Register *reg;
	git_odb *odb;
	git_oid head;
	git_tree *requests;         /* NULL: there are none */
	char *policy[POLICY_FILES]; /* blobs of policy/, hex; NULL: there is none */
	bool has_loose[256];        /* whether objects/xx is there: most objects are in packs */
	gsize next;                 /* the entry of it to look at next */
	gint64 looked_usec;         /* when the branch stood there */
	gint64 now_usec;            /* of the present call */
	bool has_moved;             /* some request is not what it was */
	GError *broken; /* the first thing git could not give, of the folder being read; NULL: none
			 */
};

/* NULL: none is going on. */
void load_free(Load *load);

/* Sets *error from git's last one; false. */
bool load_failed(GError **error, const char *what);
/* What git cannot give is missing nobody knows how: whatever it belongs to cannot be judged. */
void load_note_broken(Load *load, const char *what);
/* Which loose objects there can be. */
void load_look_for_loose(Load *load);
/* libgit2 trusts the indexes of packs, and crashes on false ones: they are looked at first. */
bool load_check_packs(Register *reg, GError **error);
/* Nothing is taken into memory before its size is known to be sane; false and a sentence when it
 * is not, or false alone when git cannot say. */
bool load_fits(Load *load, const git_oid *id, gsize max, const char *name, char **ret_problem);
/* A blob of a tree as bytes; NULL and a sentence when it is not a plain small file, or NULL alone
 * when git cannot give it. */
GBytes *load_file(Load *load, const git_tree_entry *entry, gsize max, char **ret_problem);
/* A blob by its id, likewise. */
GBytes *load_blob(Load *load, const git_oid *id, gsize max, const char *name, char **ret_problem);
/* The same for a folder of at most so many entries. */
git_tree *load_tree(Load *load, const git_tree_entry *entry, gsize max_entries, char **ret_problem);

/* Whether a commit (hex) is among the newest few thousand of what the branch holds. */
bool load_history_has(Load *load, const char *commit);

/* A folder of requests/ with everything in it that can be read. Never NULL. */
Folder *load_folder(Load *load, const git_tree_entry *entry);

/* Reads what is in force, where that is not done yet. */
bool register_read_policy(Load *load, GError **error);
/* Holds policy/ of the branch against what is in force. True: something came into force. */
bool register_weigh_policy(Load *load);

/* Fills everything of the standing that follows from what was seen (standing_collect). */
void standing_judge(Standing *standing, const Register *reg);
/* Why it is not effective for a change at that moment; NULL: it is. `late`: by now. Caller frees.
 */
char *standing_why_not(const Standing *standing, const Register *reg, const MatchContext *context,
		       bool late);
/* It is not effective, for this reason (taken), whoever approved it. */
void standing_block(Standing *standing, char *why_not);
/* Everything ever seen about this request, also what was deleted since. */
void standing_collect(Standing *standing, const Register *reg);
