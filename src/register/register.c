/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The register in memory: what is loaded, what was seen, and which requests can name a path. The
 * reading of git is register-load.c.
 */
#include "register/register-load.h"

#include <string.h>

void standing_free(Standing *standing)
{
	g_free(standing->id);
	g_clear_pointer(&standing->request, request_free);
	g_free(standing->problem);
	g_free(standing->blob);
	g_ptr_array_unref(standing->approvals);
	g_free(standing->not_effective);
	g_free(standing->approver);
	g_free(standing->closed);
	g_free(standing->frozen);
	g_free(standing->remark);
	g_free(standing->reviewer);
	g_free(standing->not_reviewed);
	g_free(standing);
}

void folder_free(Folder *folder)
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
	reg->seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
					  (GDestroyNotify)g_ptr_array_unref);
	reg->packs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	reg->news = g_ptr_array_new_with_free_func((GDestroyNotify)approval_free);
	reg->unknown = g_ptr_array_new();
	reg->policy_problems = g_ptr_array_new_with_free_func(g_free);
	reg->by_path = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
					     (GDestroyNotify)g_ptr_array_unref);
	reg->by_folder = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
					       (GDestroyNotify)g_ptr_array_unref);
	return reg;
}

void register_free(Register *reg)
{
	load_free(reg->load);
	g_ptr_array_unref(reg->unknown);
	g_ptr_array_unref(reg->policy_problems);
	charter_clear(&reg->charter);
	for (PolicyFile file = 0; file < POLICY_FILES; file++) {
		g_free(reg->in_force[file].blob);
	}
	g_free(reg->host);
	g_free(reg->one_person);
	g_hash_table_unref(reg->by_path);
	g_hash_table_unref(reg->by_folder);
	g_hash_table_unref(reg->folders);
	g_hash_table_unref(reg->seen);
	g_hash_table_unref(reg->packs);
	g_ptr_array_unref(reg->news);
	git_repository_free(reg->repository);
	git_libgit2_shutdown();
	g_free(reg->commit);
	g_free(reg->before);
	g_free(reg->lost);
	g_free(reg->path);
	g_free(reg->ref);
	g_free(reg);
}

void register_set_host(Register *reg, const char *host, const char *one_person)
{
	reg->host = g_strdup(host);
	reg->one_person = g_strdup(one_person);
}

const GPtrArray *register_policy_problems(const Register *reg, const char **ret_wild)
{
	*ret_wild = reg->wild_policy;
	return reg->policy_problems;
}

const char *register_policy_blob(const Register *reg, PolicyFile file)
{
	return reg->in_force[file].blob;
}

ApprovalLaw register_law(const Register *reg)
{
	return (ApprovalLaw){reg->charter.people, reg->one_person};
}

const People *register_people(const Register *reg)
{
	return reg->charter.people;
}

/*
 * What was seen. The bytes alone are not who: the same pair of files may be copied into another
 * request or another name, and there it is something else.
 */

const GPtrArray *register_seen_of(const Register *reg, const char *request)
{
	return g_hash_table_lookup(reg->seen, request);
}

static bool find_seen(const GPtrArray *of, const char *approver, const char *digest, guint *ret)
{
	for (*ret = 0; of != NULL && *ret < of->len; (*ret)++) {
		const Approval *approval = g_ptr_array_index(of, *ret);

		if (g_str_equal(approval->digest, digest) &&
		    g_str_equal(approval->approver, approver)) {
			return true;
		}
	}
	return false;
}

Approval *register_seen(const Register *reg, const char *request, const char *approver,
			const char *digest)
{
	const GPtrArray *of = register_seen_of(reg, request);
	guint at;

	return find_seen(of, approver, digest, &at) ? g_ptr_array_index(of, at) : NULL;
}

void register_recall(Register *reg, const Approval *approval)
{
	GPtrArray *of = g_hash_table_lookup(reg->seen, approval->request);
	guint at;

	if (approval->decision == DECISION_ADOPT) {
		register_recall_policy(reg, approval);
	}
	if (of == NULL) {
		of = g_ptr_array_new_with_free_func((GDestroyNotify)approval_free);
		g_hash_table_insert(reg->seen, g_strdup(approval->request), of);
	}
	if (!find_seen(of, approval->approver, approval->digest, &at)) {
		g_ptr_array_add(of, approval_copy(approval));
	} else if (!((Approval *)g_ptr_array_index(of, at))->counts) {
		/* what once counted is not forgotten for anything */
		approval_free(g_ptr_array_index(of, at));
		g_ptr_array_index(of, at) = approval_copy(approval);
	}
}

void register_set_looked(Register *reg, gint64 usec)
{
	reg->looked_usec = usec;
}

void register_set_before(Register *reg, const char *commit)
{
	g_free(reg->before);
	reg->before = g_strdup(commit);
}

char *register_take_lost(Register *reg)
{
	return g_steal_pointer(&reg->lost);
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

/*
 * Which requests can name a path: literal paths by hash; patterns by the folder they begin with, so
 * that a path only meets those that begin with one of its own folders.
 */

static char *folder_of_pattern(const char *pattern)
{
	gsize literal = strcspn(pattern, "*?");
	const char *slash = g_strrstr_len(pattern, (gssize)literal, "/");

	return g_strndup(pattern, slash == NULL ? 0 : (gsize)(slash - pattern));
}

static void index_standing(Register *reg, Standing *standing)
{
	for (guint i = 0; i < standing->request->changes->len; i++) {
		const RequestChange *item = g_ptr_array_index(standing->request->changes, i);
		GHashTable *table = item->is_glob ? reg->by_folder : reg->by_path;
		g_autofree char *key =
			item->is_glob ? folder_of_pattern(item->path) : g_strdup(item->path);
		GPtrArray *at = g_hash_table_lookup(table, key);

		if (at == NULL) {
			at = g_ptr_array_new();
			g_hash_table_insert(table, g_steal_pointer(&key), at);
		}
		/* the changes of one request come together */
		if (at->len == 0 || g_ptr_array_index(at, at->len - 1) != standing) {
			g_ptr_array_add(at, standing);
		}
	}
}

void register_index(Register *reg)
{
	g_autoptr(GPtrArray) all = register_requests(reg);

	g_hash_table_remove_all(reg->by_path);
	g_hash_table_remove_all(reg->by_folder);
	g_ptr_array_set_size(reg->unknown, 0);
	reg->damaged = 0;
	reg->due_usec = 0;
	for (guint i = 0; i < all->len; i++) {
		Standing *standing = g_ptr_array_index(all, i);

		reg->damaged += standing->is_damaged;
		if (standing->request != NULL) {
			index_standing(reg, standing);
		} else if (standing->is_damaged) {
			g_ptr_array_add(reg->unknown, standing);
		}
	}
}

void register_judge_again(Register *reg)
{
	GHashTableIter each;
	gpointer folder;

	g_hash_table_iter_init(&each, reg->folders);
	while (g_hash_table_iter_next(&each, NULL, &folder)) {
		Standing *standing = ((Folder *)folder)->standing;

		if (standing->request != NULL && !standing->is_damaged && !standing->is_blocked) {
			standing_collect(standing, reg);
			standing_judge(standing, reg);
		}
	}
	reg->due_usec = 0;
}

const char *register_damage(const Register *reg, guint *ret_count)
{
	g_autoptr(GPtrArray) all = reg->damaged == 0 ? NULL : register_requests(reg);

	*ret_count = reg->damaged;
	for (guint i = 0; all != NULL && i < all->len; i++) {
		const Standing *standing = g_ptr_array_index(all, i);

		if (standing->is_damaged) {
			return standing->problem;
		}
	}
	return NULL;
}

static void add_candidates(GPtrArray *candidates, GPtrArray *some)
{
	for (guint i = 0; some != NULL && i < some->len; i++) {
		g_ptr_array_add(candidates, g_ptr_array_index(some, i));
	}
}

/* Every request that can name the path, sorted by id; some may be there twice. */
static GPtrArray *find_candidates(const Register *reg, const char *path)
{
	GPtrArray *candidates = g_ptr_array_new();
	g_autofree char *folder = g_strdup(path);
	char *slash;

	add_candidates(candidates, g_hash_table_lookup(reg->by_path, path));
	while ((slash = strrchr(folder, '/')) != NULL) {
		*slash = '\0';
		add_candidates(candidates, g_hash_table_lookup(reg->by_folder, folder));
	}
	g_ptr_array_sort(candidates, compare_standing);
	return candidates;
}

/* Considering */

/* So many lines are spent on requests that do not decide: an event has its limits. */
#define OTHERS_LINES 20

typedef struct {
	Considered *best;
	guint left_out;
} Considering;

void considered_clear(Considered *considered)
{
	match_clear(&considered->match);
	g_clear_pointer(&considered->others, g_ptr_array_unref);
}

static void put_other(GPtrArray *others, const Standing *standing, const char *why)
{
	g_ptr_array_add(others, g_strdup_printf("%s names it too: %s", standing->id, why));
}

/* Those that do not decide: all of their reasons, as long as there is room. */
static void leave_out(Considering *considering, const Standing *standing, const Match *match)
{
	GPtrArray *others = considering->best->others;
	guint lines = match->kind == MATCH_FAILED ? match->reasons->len : 1;

	if (others->len + lines > OTHERS_LINES) {
		considering->left_out++;
		return;
	}
	if (match->kind != MATCH_FAILED) {
		put_other(others, standing, "it would cover it as well");
		return;
	}
	for (guint i = 0; i < match->reasons->len; i++) {
		put_other(others, standing, g_ptr_array_index(match->reasons, i));
	}
}

static void take_better(Considering *considering, const Standing *standing, Match *match)
{
	Considered *best = considering->best;
	bool better =
		best->standing == NULL ||
		match_order(standing->request, match, best->standing->request, &best->match) < 0;

	if (better) {
		if (best->standing != NULL) {
			leave_out(considering, best->standing, &best->match);
		}
		match_clear(&best->match);
		best->standing = standing;
		best->match = *match;
	} else {
		leave_out(considering, standing, match);
		match_clear(match);
	}
}

/* The context as one request sees it. */
static MatchContext context_for(const Register *reg, const Standing *standing,
				const MatchContext *context, const char *not_effective)
{
	MatchContext own = *context;

	own.not_effective = not_effective;
	own.approvals = standing->approvals;
	own.people = reg->charter.people;
	own.requester = charter_approvers(&reg->charter)->requester;
	own.one_person = reg->one_person;
	return own;
}

static void consider_one(const Register *reg, Considering *considering, const Standing *standing,
			 const Change *change, const MatchContext *context, bool late)
{
	g_autofree char *not_effective = standing_why_not(standing, reg, context, late);
	MatchContext own = context_for(reg, standing, context, not_effective);
	Match match;

	request_match(standing->request, change, &own, &match);
	if (match.kind == MATCH_NONE) {
		return;
	}
	if (standing->is_damaged) {
		considering->best->damaged = standing->problem;
	}
	/* a standing permission that does not fit says nothing against a change */
	if (match.kind == MATCH_FAILED && standing->request->type == REQUEST_STANDARD &&
	    !standing->is_damaged) {
		leave_out(considering, standing, &match);
		match_clear(&match);
		return;
	}
	take_better(considering, standing, &match);
}

/* What covers it covers it, whatever else there is; where nothing does, the one that could not be
 * read might have. */
static void weigh_damage(const Register *reg, Considered *considered)
{
	if (considered->standing != NULL && considered->match.kind != MATCH_FAILED) {
		considered->damaged = NULL;
	} else if (considered->damaged == NULL && reg->unknown->len > 0) {
		considered->damaged =
			((const Standing *)g_ptr_array_index(reg->unknown, 0))->problem;
	}
}

void register_consider(const Register *reg, const Change *change, const MatchContext *context,
		       bool late, Considered *ret)
{
	g_autoptr(GPtrArray) candidates = find_candidates(reg, change->path);
	Considering considering = {.best = ret};

	*ret = (Considered){.others = g_ptr_array_new_with_free_func(g_free)};
	for (guint i = 0; i < candidates->len; i++) {
		if (i == 0 ||
		    g_ptr_array_index(candidates, i) != g_ptr_array_index(candidates, i - 1)) {
			consider_one(reg, &considering, g_ptr_array_index(candidates, i), change,
				     context, late);
		}
	}
	if (considering.left_out > 0) {
		g_ptr_array_add(ret->others,
				g_strdup_printf("%u more %s it", considering.left_out,
						considering.left_out == 1 ? "request names"
									  : "requests name"));
	}
	weigh_damage(reg, ret);
}

bool register_hold(const Register *reg, const char *id, const Change *change,
		   const MatchContext *context, Match *ret)
{
	const Standing *standing = register_find(reg, id);
	g_autofree char *not_effective = NULL;
	MatchContext own;

	if (standing == NULL || standing->request == NULL) {
		return false;
	}
	not_effective = standing_why_not(standing, reg, context, true);
	own = context_for(reg, standing, context, not_effective);
	request_match(standing->request, change, &own, ret);
	return true;
}

const char *register_backed_out(const Register *reg, const Change *change, const FileState *agreed,
				const MatchContext *context)
{
	const GPtrArray *literal = g_hash_table_lookup(reg->by_path, change->path);

	for (guint i = 0; agreed != NULL && literal != NULL && i < literal->len; i++) {
		const Standing *standing = g_ptr_array_index(literal, i);
		g_autofree char *not_effective = standing_why_not(standing, reg, context, false);
		MatchContext own = *context;

		own.not_effective = not_effective;
		if (request_is_backed_out(standing->request, change, agreed, &own)) {
			return standing->id;
		}
	}
	return NULL;
}
