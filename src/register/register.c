/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The register in memory: what is loaded, what was seen, and which requests can name a path. The
 * reading of git is register-load.c.
 */
#include "register/register-inside.h"

#include "base/clock.h"

#include <string.h>

void standing_free(Standing *standing)
{
	g_free(standing->id);
	g_clear_pointer(&standing->request, request_free);
	g_free(standing->problem);
	g_free(standing->blob);
	g_ptr_array_unref(standing->approvals);
	g_free(standing->not_effective);
	g_free(standing);
}

static void folder_free(Folder *folder)
{
	standing_free(folder->standing);
	g_free(folder);
}

Register *register_new(const char *path, const char *branch, const Signers *signers)
{
	Register *reg = g_new0(Register, 1);

	git_libgit2_init();
	reg->path = g_strdup(path);
	reg->ref = g_strconcat("refs/heads/", branch, NULL);
	reg->signers = signers;
	reg->folders =
		g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)folder_free);
	reg->seen =
		g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)approval_free);
	reg->news = g_ptr_array_new_with_free_func((GDestroyNotify)approval_free);
	reg->by_path = g_hash_table_new_full(g_str_hash, g_str_equal, NULL,
					     (GDestroyNotify)g_ptr_array_unref);
	reg->globs = g_ptr_array_new();
	return reg;
}

void register_free(Register *reg)
{
	g_hash_table_unref(reg->by_path);
	g_ptr_array_unref(reg->globs);
	g_hash_table_unref(reg->folders);
	g_hash_table_unref(reg->seen);
	g_ptr_array_unref(reg->news);
	git_repository_free(reg->repository);
	git_libgit2_shutdown();
	g_free(reg->commit);
	g_free(reg->path);
	g_free(reg->ref);
	g_free(reg);
}

void register_recall(Register *reg, const Approval *approval)
{
	Approval *copy = approval_copy(approval);

	g_hash_table_replace(reg->seen, copy->digest, copy);
}

void register_set_looked(Register *reg, gint64 usec)
{
	reg->looked_usec = usec;
}

const char *register_commit(const Register *reg)
{
	return reg->commit;
}

GPtrArray *register_take_news(Register *reg)
{
	GPtrArray *news = reg->news;

	reg->news = g_ptr_array_new_with_free_func((GDestroyNotify)approval_free);
	return news;
}

static int compare_standing(gconstpointer a, gconstpointer b)
{
	const Standing *const *left = a;
	const Standing *const *right = b;

	return strcmp((*left)->id, (*right)->id);
}

GPtrArray *register_requests(const Register *reg)
{
	GPtrArray *all = g_ptr_array_new();
	GHashTableIter each;
	gpointer folder;

	g_hash_table_iter_init(&each, reg->folders);
	while (g_hash_table_iter_next(&each, NULL, &folder)) {
		g_ptr_array_add(all, ((Folder *)folder)->standing);
	}
	g_ptr_array_sort(all, compare_standing);
	return all;
}

const Standing *register_find(const Register *reg, const char *id)
{
	const Folder *folder = g_hash_table_lookup(reg->folders, id);

	return folder == NULL ? NULL : folder->standing;
}

/* Which requests can name a path: literal paths by hash, patterns in a list. */

static void index_standing(Register *reg, Standing *standing)
{
	bool in_globs = false;

	for (guint i = 0; i < standing->request->changes->len; i++) {
		const RequestChange *item = g_ptr_array_index(standing->request->changes, i);
		GPtrArray *at;

		if (item->is_glob) {
			if (!in_globs) {
				g_ptr_array_add(reg->globs, standing);
			}
			in_globs = true;
			continue;
		}
		at = g_hash_table_lookup(reg->by_path, item->path);
		if (at == NULL) {
			at = g_ptr_array_new();
			g_hash_table_insert(reg->by_path, item->path, at);
		}
		g_ptr_array_add(at, standing);
	}
}

void register_index(Register *reg)
{
	g_autoptr(GPtrArray) all = register_requests(reg);

	g_hash_table_remove_all(reg->by_path);
	g_ptr_array_set_size(reg->globs, 0);
	for (guint i = 0; i < all->len; i++) {
		Standing *standing = g_ptr_array_index(all, i);

		if (standing->request != NULL) {
			index_standing(reg, standing);
		}
	}
}

/* Considering */

void considered_clear(Considered *considered)
{
	match_clear(&considered->match);
	g_clear_pointer(&considered->others, g_ptr_array_unref);
}

/* Why a request that may be effective now was not so for this change; NULL: it was. */
static char *why_not_by_then(const Standing *standing, const MatchContext *context, bool late)
{
	g_autofree char *since = NULL;
	g_autofree char *latest = NULL;

	if (!standing->is_effective) {
		return g_strdup(standing->not_effective);
	}
	if (late || standing->since_usec <= context->latest_usec) {
		return NULL;
	}
	since = clock_format(standing->since_usec);
	latest = clock_format(context->latest_usec);
	return g_strdup_printf("approved at %s, after the change at %s", since, latest);
}

static char *describe_other(const Standing *standing, const Match *match)
{
	return g_strdup_printf("%s names it too: %s", standing->id,
			       match->kind == MATCH_FAILED
				       ? (const char *)g_ptr_array_index(match->reasons, 0)
				       : "it would cover it as well");
}

static void take_better(Considered *best, const Standing *standing, Match *match)
{
	bool better =
		best->standing == NULL ||
		match_order(standing->request, match, best->standing->request, &best->match) < 0;

	if (better) {
		if (best->standing != NULL) {
			g_ptr_array_add(best->others, describe_other(best->standing, &best->match));
		}
		match_clear(&best->match);
		best->standing = standing;
		best->match = *match;
	} else {
		g_ptr_array_add(best->others, describe_other(standing, match));
		match_clear(match);
	}
}

static void consider_one(const Standing *standing, const Change *change,
			 const MatchContext *context, bool late, Considered *best)
{
	g_autofree char *not_effective = why_not_by_then(standing, context, late);
	MatchContext own = *context;
	Match match;

	own.not_effective = not_effective;
	request_match(standing->request, change, &own, &match);
	if (match.kind != MATCH_NONE) {
		take_better(best, standing, &match);
	}
}

void register_consider(const Register *reg, const Change *change, const MatchContext *context,
		       bool late, Considered *ret)
{
	const GPtrArray *literal = g_hash_table_lookup(reg->by_path, change->path);
	g_autoptr(GHashTable) done = g_hash_table_new(NULL, NULL);

	*ret = (Considered){.others = g_ptr_array_new_with_free_func(g_free)};
	for (guint i = 0; literal != NULL && i < literal->len; i++) {
		if (g_hash_table_add(done, g_ptr_array_index(literal, i))) {
			consider_one(g_ptr_array_index(literal, i), change, context, late, ret);
		}
	}
	for (guint i = 0; i < reg->globs->len; i++) {
		if (g_hash_table_add(done, g_ptr_array_index(reg->globs, i))) {
			consider_one(g_ptr_array_index(reg->globs, i), change, context, late, ret);
		}
	}
}

const char *register_backed_out(const Register *reg, const Change *change,
				const MatchContext *context)
{
	const GPtrArray *literal = g_hash_table_lookup(reg->by_path, change->path);

	for (guint i = 0; literal != NULL && i < literal->len; i++) {
		const Standing *standing = g_ptr_array_index(literal, i);
		g_autofree char *not_effective = why_not_by_then(standing, context, false);
		MatchContext own = *context;

		own.not_effective = not_effective;
		if (request_is_backed_out(standing->request, change, &own)) {
			return standing->id;
		}
	}
	return NULL;
}
