/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether the branch still holds what it held: nothing that was seen is forgotten when it does not,
 * but somebody should know.
 */
#include "register/register-load.h"

#include <string.h>

/* So far back a commit is looked for. */
#define HISTORY_MAX 5000
#define COMMIT_MAX_BYTES (1024 * 1024)

static char *oid_name(const git_oid *id)
{
	char hex[GIT_OID_HEXSZ + 1];

	return g_strdup(git_oid_tostr(hex, sizeof(hex), id));
}

/* Adds the parents of a commit that were not met yet. A commit that cannot be read has none. */
static void add_parents(Load *load, const git_oid *id, GHashTable *met, GQueue *waiting)
{
	g_autofree char *problem = NULL;
	git_commit *commit = NULL;

	if (!load_fits(load, id, COMMIT_MAX_BYTES, "a commit", &problem) ||
	    git_commit_lookup(&commit, load->reg->repository, id) != 0) {
		g_clear_error(&load->broken);
		return;
	}
	for (guint i = 0; i < git_commit_parentcount(commit); i++) {
		char *parent = oid_name(git_commit_parent_id(commit, i));

		if (g_hash_table_add(met, parent)) {
			g_queue_push_tail(waiting, parent);
		}
	}
	git_commit_free(commit);
}

bool load_history_has(Load *load, const char *commit)
{
	g_autoptr(GHashTable) met = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GQueue) waiting = g_queue_new();
	char *head = oid_name(&load->head);

	g_hash_table_add(met, head);
	g_queue_push_tail(waiting, head);
	for (guint i = 0; i < HISTORY_MAX && !g_queue_is_empty(waiting); i++) {
		const char *next = g_queue_pop_head(waiting);
		git_oid id;

		if (g_str_equal(next, commit)) {
			return true;
		}
		if (git_oid_fromstr(&id, next) == 0) {
			add_parents(load, &id, met, waiting);
		}
	}
	return false;
}
