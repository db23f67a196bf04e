/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rules of a machine together: compiled from their files, asked about each change. */
#include "policy/policy.h"

#include "base/digest.h"
#include "base/escape.h"
#include "base/yaml.h"
#include "policy/rule-index.h"
#include "policy/rule.h"

#include <string.h>

#define MAX_DOCUMENTS 1000 /* rules in one file */
#define CUT_ID "b6e5a1de-3c57-4f0e-8a55-1f0d4c6f9a21"
#define MAX_PENDING 64 /* problems kept until somebody takes them */

struct Policy {
	GPtrArray *rules;        /* of Rule, in the order of the files */
	GHashTable *ids;         /* id (borrowed from its rule) -> Rule */
	RuleIndex *index;        /* those that can fire by themselves */
	GHashTable *reported;    /* Rule: said once that it was cut off */
	GHashTable *fired;       /* Rule: of the change that is being judged */
	GPtrArray *correlations; /* of Rule, borrowed */
	GPtrArray *problems;     /* of char *: not taken yet; NULL: none */
	guint active;
	char digest[DIGEST_HEX + 1];
};

static void hash_sized(GChecksum *sum, const void *data, gsize size)
{
	guint64 length = GUINT64_TO_BE((guint64)size);

	/* lengths, so that no two sets of files hash the same bytes */
	g_checksum_update(sum, (const guchar *)&length, sizeof(length));
	g_checksum_update(sum, data, (gssize)size);
}

static void digest_sources(const GPtrArray *sources, char ret[DIGEST_HEX + 1])
{
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);

	for (guint i = 0; i < sources->len; i++) {
		const PolicySource *source = g_ptr_array_index(sources, i);
		const void *data = "";
		gsize size = 0;

		if (source->bytes != NULL) {
			data = g_bytes_get_data(source->bytes, &size);
		}
		hash_sized(sum, source->name, strlen(source->name));
		hash_sized(sum, data, size);
	}
	g_strlcpy(ret, g_checksum_get_string(sum), DIGEST_HEX + 1);
}

static char *duplicate_problem(const Rule *rule, const Rule *first)
{
	return g_strdup_printf("%s:%u: the id %s belongs to the rule of %s:%u already; this one, "
			       "`%s`, is left out: give it an id of its own",
			       rule->file, rule->line, rule->id, first->file, first->line,
			       rule->title);
}

static void add_rule(Policy *policy, Rule *rule, GPtrArray *problems)
{
	const Rule *first = rule->id ? g_hash_table_lookup(policy->ids, rule->id) : NULL;

	if (first != NULL) {
		g_ptr_array_add(problems, duplicate_problem(rule, first));
		rule_free(rule);
		return;
	}
	g_ptr_array_add(policy->rules, rule);
	if (rule->id != NULL) {
		g_hash_table_insert(policy->ids, rule->id, rule);
	}
	policy->active += rule->inactive == NULL;
}

static void compile_source(Policy *policy, const PolicySource *source, GPtrArray *problems)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) documents = NULL;
	const void *data;
	gsize size;

	if (source->bytes == NULL) {
		g_ptr_array_add(problems, g_strdup(source->problem));
		return;
	}
	data = g_bytes_get_data(source->bytes, &size);
	documents = yaml_parse_all(source->name, data, size, MAX_DOCUMENTS, &error);
	if (documents == NULL) {
		g_ptr_array_add(problems, g_strdup(error->message));
		return;
	}
	for (guint i = 0; i < documents->len; i++) {
		g_autoptr(GError) reason = NULL;
		Rule *rule = rule_parse(g_ptr_array_index(documents, i), &reason);

		if (rule != NULL) {
			add_rule(policy, rule, problems);
		} else {
			g_ptr_array_add(problems, g_strdup(reason->message));
		}
	}
}

static Rule *find_rule(const Policy *policy, const char *name)
{
	for (guint i = 0; i < policy->rules->len; i++) {
		Rule *rule = g_ptr_array_index(policy->rules, i);

		if (rule->correlation == NULL &&
		    (g_strcmp0(rule->name, name) == 0 || g_strcmp0(rule->id, name) == 0)) {
			return rule;
		}
	}
	return NULL;
}

/* False: one of its rules is not there, so it would count too little in silence. */
static bool find_bases(Policy *policy, Rule *rule, GPtrArray *problems)
{
	const char *const *names = correlation_rules(rule->correlation);

	for (; *names != NULL; names++) {
		Rule *base = find_rule(policy, *names);

		if (base == NULL) {
			g_ptr_array_add(problems,
					g_strdup_printf("%s:%u: `%s` counts what `%s` finds, but "
							"no rule has that name or id",
							rule->file, rule->line, rule->title,
							*names));
			return false;
		}
		g_ptr_array_add(rule->bases, base);
	}
	return true;
}

/* As Sigma has it: what is counted is silent, unless a correlation lets it speak. */
static void link_correlations(Policy *policy, GPtrArray *problems)
{
	g_autoptr(GHashTable) speaking = g_hash_table_new(NULL, NULL);

	for (guint i = 0; i < policy->rules->len; i++) {
		Rule *rule = g_ptr_array_index(policy->rules, i);

		if (rule->correlation == NULL) {
			continue;
		}
		if (!find_bases(policy, rule, problems)) {
			rule->inactive = g_strdup("a rule it counts is not there");
			policy->active--;
			continue;
		}
		g_ptr_array_add(policy->correlations, rule);
		for (guint j = 0; j < rule->bases->len; j++) {
			Rule *base = rule->bases->pdata[j];

			if (correlation_generates(rule->correlation)) {
				g_hash_table_add(speaking, base);
			}
			base->is_silent = true;
		}
	}
	for (guint i = 0; i < policy->rules->len; i++) {
		Rule *rule = policy->rules->pdata[i];

		rule->is_silent = rule->is_silent && !g_hash_table_contains(speaking, rule);
	}
}

Policy *policy_compile(const GPtrArray *sources, GPtrArray **ret_problems)
{
	Policy *policy = g_new0(Policy, 1);

	policy->rules = g_ptr_array_new_with_free_func((GDestroyNotify)rule_free);
	policy->ids = g_hash_table_new(g_str_hash, g_str_equal);
	policy->reported = g_hash_table_new(NULL, NULL);
	policy->fired = g_hash_table_new(NULL, NULL);
	policy->correlations = g_ptr_array_new();
	*ret_problems = g_ptr_array_new_with_free_func(g_free);
	for (guint i = 0; i < sources->len; i++) {
		compile_source(policy, g_ptr_array_index(sources, i), *ret_problems);
	}
	link_correlations(policy, *ret_problems);
	policy->index = rule_index_new(policy->rules);
	digest_sources(sources, policy->digest);
	return policy;
}

void policy_free(Policy *policy)
{
	if (policy != NULL) {
		g_hash_table_unref(policy->ids);
		g_hash_table_unref(policy->reported);
		rule_index_free(policy->index);
		g_hash_table_unref(policy->fired);
		g_ptr_array_unref(policy->correlations);
		g_ptr_array_unref(policy->rules);
		g_clear_pointer(&policy->problems, g_ptr_array_unref);
		g_free(policy);
	}
}

guint policy_count(const Policy *policy)
{
	return policy->active;
}

guint policy_count_inactive(const Policy *policy)
{
	return policy->rules->len - policy->active;
}

const GPtrArray *policy_rules(const Policy *policy)
{
	return policy->rules;
}

const char *policy_digest(const Policy *policy)
{
	return policy->digest;
}

/* Says once per rule that it could not be asked to the end. */
static void report_cut(Policy *policy, const Rule *rule, const Change *change)
{
	g_autofree char *path = NULL;

	if (!g_hash_table_add(policy->reported, (gpointer)rule)) {
		return;
	}
	if (policy->problems == NULL) {
		policy->problems = g_ptr_array_new_with_free_func(g_free);
	}
	if (policy->problems->len >= MAX_PENDING) {
		return;
	}
	path = escape_path(change->path);
	g_ptr_array_add(policy->problems,
			g_strdup_printf("%s:%u: a pattern of `%s` took too long on %s and was cut "
					"off; look at that file yourself, and make the pattern "
					"simpler",
					rule->file, rule->line, rule->title, path));
}

/* The change itself says that not all was asked of it: content can be made for that. */
static RuleHit *cut_hit(void)
{
	static const char *const tags[] = {"attack.defense-evasion", "attack.t1027", NULL};
	RuleHit *hit = g_new0(RuleHit, 1);

	hit->id = g_strdup(CUT_ID);
	hit->title = g_strdup("policy: judged only in part");
	hit->level = SEVERITY_MEDIUM;
	hit->tags = g_strdupv((char **)tags);
	hit->advice = g_strdup("Look at the file yourself: patterns could not be held against all "
			       "of it in the time they have.");
	return hit;
}

static gint compare_hits(gconstpointer a, gconstpointer b)
{
	const RuleHit *x = *(const RuleHit *const *)a;
	const RuleHit *y = *(const RuleHit *const *)b;

	return x->level != y->level ? (int)y->level - (int)x->level : strcmp(x->title, y->title);
}

static void take_hit(Policy *policy, Rule *rule, Change *change)
{
	if (policy->correlations->len > 0) {
		g_hash_table_add(policy->fired, rule);
	}
	if (!rule->is_silent) {
		g_ptr_array_add(change->rules, rule_hit(rule));
	}
}

static bool has_fired(const Policy *policy, const Rule *correlation)
{
	for (guint i = 0; i < correlation->bases->len; i++) {
		if (g_hash_table_contains(policy->fired, correlation->bases->pdata[i])) {
			return true;
		}
	}
	return false;
}

static void count_fired(Policy *policy, Facts *facts, Change *change)
{
	for (guint i = 0; i < policy->correlations->len; i++) {
		const Rule *rule = policy->correlations->pdata[i];

		if (has_fired(policy, rule) && correlation_count(rule->correlation, facts)) {
			g_ptr_array_add(change->rules, rule_hit(rule));
		}
	}
	g_hash_table_remove_all(policy->fired);
}

void policy_forget(Policy *policy)
{
	for (guint i = 0; i < policy->correlations->len; i++) {
		const Rule *rule = policy->correlations->pdata[i];

		correlation_forget(rule->correlation);
	}
}

void policy_judge(Policy *policy, Change *change)
{
	g_auto(Facts) facts = {0};
	const GPtrArray *rules = rule_index_find(policy->index, change->path);
	bool was_cut = false;

	facts_init(&facts, change);
	g_ptr_array_set_size(change->rules, 0);
	for (guint i = 0; i < rules->len; i++) {
		Rule *rule = g_ptr_array_index(rules, i);

		facts_begin(&facts);
		if (rule_holds(rule, &facts)) {
			take_hit(policy, rule, change);
		}
		if (facts.was_cut) {
			report_cut(policy, rule, change);
			was_cut = true;
		}
	}
	if (g_hash_table_size(policy->fired) > 0) {
		count_fired(policy, &facts, change);
	}
	if (was_cut) {
		g_ptr_array_add(change->rules, cut_hit());
	}
	g_ptr_array_sort(change->rules, compare_hits);
	change->severity = SEVERITY_LOW;
	if (change->rules->len > 0) {
		change->severity = ((const RuleHit *)g_ptr_array_index(change->rules, 0))->level;
	}
}

GPtrArray *policy_take_problems(Policy *policy)
{
	return g_steal_pointer(&policy->problems);
}
