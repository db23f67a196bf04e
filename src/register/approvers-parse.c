/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading approvers.yaml: strict, every complaint with line, column and advice. */
#include "register/approvers.h"

#include "base/clock.h"
#include "base/escape.h"
#include "base/glob.h"
#include "base/yaml.h"
#include "register/policy-path.h"

#include <string.h>

#define HOUR_USEC (G_GINT64_CONSTANT(3600) * G_USEC_PER_SEC)
#define NAMES_MAX 1000

/* Values */

typedef struct {
	const YamlDocument *document;
	Approvers *approvers;
	Rule *rule;
} Reading;

static bool word_is_fine(const char *word)
{
	gsize length = strlen(word);

	return length > 0 && length <= 255 && strpbrk(word, " \t,*?") == NULL &&
	       !escape_is_needed(word, length);
}

static bool read_words(const Reading *r, const YamlNode *node, GStrv *ret, GError **error)
{
	if (!yaml_strings(r->document, node, true, ret, error)) {
		return false;
	}
	if (g_strv_length(*ret) == 0 || g_strv_length(*ret) > NAMES_MAX) {
		return yaml_complain(r->document, node, "name at least one, at most 1000", error,
				     "an empty list, or too long");
	}
	return true;
}

static bool read_names(const Reading *r, const YamlNode *node, GStrv *ret, GError **error)
{
	if (!read_words(r, node, ret, error)) {
		return false;
	}
	for (char **name = *ret; *name != NULL; name++) {
		if (!word_is_fine(*name)) {
			return yaml_complain(r->document, node, "one word each", error,
					     "`%s` is no name of a person", *name);
		}
	}
	return true;
}

/* Hours or days: `4h`, `2d`. */
static bool read_length(const Reading *r, const YamlNode *node, gint64 *ret, GError **error)
{
	g_autofree char *text = NULL;
	char *unit;
	guint64 count;

	if (!yaml_string(r->document, node, &text, error)) {
		return false;
	}
	count = g_ascii_strtoull(text, &unit, 10);
	*ret = (gint64)MIN(count, 1000) * (g_str_equal(unit, "d") ? 24 * HOUR_USEC : HOUR_USEC);
	return (g_ascii_isdigit(*text) && count > 0 && count <= 1000 &&
		(g_str_equal(unit, "h") || g_str_equal(unit, "d"))) ||
	       yaml_complain(r->document, node, "like 4h or 2d", error, "this is no length");
}

/* "2 of role change-authority" */
static bool read_need(const Reading *r, const YamlNode *node, const char *text, GPtrArray *needs,
		      GError **error)
{
	static const char between[] = " of role ";
	char *rest;
	guint64 count = g_ascii_strtoull(text, &rest, 10);
	const Role *role;
	Need *need;

	if (!g_ascii_isdigit(*text) || count == 0 || count > 100 ||
	    !g_str_has_prefix(rest, between)) {
		return yaml_complain(r->document, node, "like `2 of role change-authority`", error,
				     "this is no number of people");
	}
	rest += strlen(between);
	role = approvers_role(r->approvers, rest);
	if (role == NULL) {
		return yaml_complain(r->document, node, "name it under `roles`", error,
				     "there is no role `%s`", rest);
	}
	if (count > g_strv_length(role->people)) {
		return yaml_complain(r->document, node, "nobody could ever approve it", error,
				     "role `%s` has only %u people", rest,
				     g_strv_length(role->people));
	}
	need = g_new0(Need, 1);
	need->count = (guint)count;
	need->role = g_strdup(rest);
	g_ptr_array_add(needs, need);
	return true;
}

static bool read_needs(const Reading *r, const YamlNode *node, GPtrArray *needs, GError **error)
{
	g_auto(GStrv) texts = NULL;

	if (!read_words(r, node, &texts, error)) {
		return false;
	}
	for (char **text = texts; *text != NULL; text++) {
		if (!read_need(r, node, *text, needs, error)) {
			return false;
		}
	}
	return true;
}

/* Roles and deputies */

static bool read_roles(Reading *r, const YamlNode *node, GError **error)
{
	if (node->kind != YAML_MAPPING) {
		return yaml_complain(r->document, node, "write `ROLE: [PERSON, ...]` lines", error,
				     "expected a mapping of roles");
	}
	for (guint i = 0; i < node->keys->len; i++) {
		const YamlNode *key = node->keys->pdata[i];
		Role *role = g_new0(Role, 1);

		g_ptr_array_add(r->approvers->roles, role);
		role->role = g_strdup(key->text);
		if (!word_is_fine(role->role)) {
			return yaml_complain(r->document, key, "one word", error,
					     "this is no name of a role");
		}
		if (!read_names(r, node->items->pdata[i], &role->people, error)) {
			return false;
		}
	}
	return true;
}

static bool read_time(const Reading *r, const YamlNode *node, gint64 *ret, GError **error)
{
	g_autofree char *text = NULL;

	if (node == NULL) {
		return true;
	}
	if (!yaml_string(r->document, node, &text, error)) {
		return false;
	}
	return clock_parse(text, ret) ||
	       yaml_complain(r->document, node, "like 2026-12-31T00:00:00Z", error,
			     "this is no time");
}

static bool read_deputy(Reading *r, const YamlNode *node, GError **error)
{
	static const char *const known[] = {"of", "is", "from", "until", NULL};
	Deputy *deputy = g_new0(Deputy, 1);
	const YamlNode *of, *is;

	g_ptr_array_add(r->approvers->deputies, deputy);
	if (node->kind != YAML_MAPPING) {
		return yaml_complain(r->document, node, "write `{of: PERSON, is: PERSON}`", error,
				     "expected a deputy");
	}
	of = yaml_get(node, "of");
	is = yaml_get(node, "is");
	if (!yaml_only_keys(r->document, node, known, error)) {
		return false;
	}
	if (of == NULL || is == NULL || yaml_get(node, "until") == NULL) {
		return yaml_complain(r->document, node, "a deputy stands in for a while", error,
				     "`of`, `is` and `until` are needed");
	}
	return yaml_string(r->document, of, &deputy->of, error) &&
	       yaml_string(r->document, is, &deputy->is, error) &&
	       read_time(r, yaml_get(node, "from"), &deputy->from_usec, error) &&
	       read_time(r, yaml_get(node, "until"), &deputy->until_usec, error);
}

static bool read_each(Reading *r, const YamlNode *node, const char *what,
		      bool (*read)(Reading *r, const YamlNode *node, GError **error),
		      GError **error)
{
	if (node->kind != YAML_SEQUENCE || node->items->len > APPROVERS_MAX_RULES) {
		return yaml_complain(r->document, node, "write `- ` lines", error,
				     "expected a list of at most %d %s", APPROVERS_MAX_RULES, what);
	}
	for (guint i = 0; i < node->items->len; i++) {
		if (!read(r, node->items->pdata[i], error)) {
			return false;
		}
	}
	return true;
}

/* Rules */

static bool read_paths(Reading *r, const YamlNode *node, GError **error)
{
	if (!read_words(r, node, &r->rule->paths, error)) {
		return false;
	}
	for (char **path = r->rule->paths; *path != NULL; path++) {
		if (!policy_path_is_pattern(*path) && !glob_is_valid(*path)) {
			return yaml_complain(r->document, node,
					     "absolute, without `.` or `..`; or "
					     "`register:policy/**`",
					     error, "`%s` is no canonical pattern", *path);
		}
	}
	return true;
}

static bool read_hosts(Reading *r, const YamlNode *node, GError **error)
{
	return read_words(r, node, &r->rule->hosts, error);
}

static bool read_bits(Reading *r, const YamlNode *node, const char *const *words, guint *ret,
		      GError **error)
{
	g_auto(GStrv) texts = NULL;

	if (!read_words(r, node, &texts, error)) {
		return false;
	}
	for (char **text = texts; *text != NULL; text++) {
		guint bit = 0;

		while (words[bit] != NULL && !g_str_equal(words[bit], *text)) {
			bit++;
		}
		if (words[bit] == NULL) {
			g_autofree char *all = g_strjoinv(", ", (char **)words);

			return yaml_complain(r->document, node, NULL, error, "`%s` is none of %s",
					     *text, all);
		}
		*ret |= 1U << bit;
	}
	return true;
}

static bool read_risk(Reading *r, const YamlNode *node, GError **error)
{
	return read_bits(r, node, request_risks, &r->rule->risks, error);
}

static bool read_types(Reading *r, const YamlNode *node, GError **error)
{
	/* emergencies have a section of their own */
	static const char *const words[] = {"standard", "normal", NULL};

	return read_bits(r, node, words, &r->rule->types, error);
}

static bool read_rule_needs(Reading *r, const YamlNode *node, GError **error)
{
	return read_needs(r, node, r->rule->needs, error);
}

static bool read_require(Reading *r, const YamlNode *node, GError **error)
{
	static const char *const words[] = {"touch", "pin", NULL};

	if (!read_bits(r, node, words, &r->rule->require, error)) {
		return false;
	}
	/* a PIN is asked for by touching, too */
	r->rule->require |= (r->rule->require & PRESENCE_PIN) != 0 ? (guint)PRESENCE_TOUCH : 0;
	return true;
}

typedef struct {
	const char *key;
	bool (*read)(Reading *r, const YamlNode *node, GError **error);
} Key;

static bool read_keys(Reading *r, const YamlNode *mapping, const Key *keys, GError **error)
{
	const char *known[12] = {NULL};

	if (mapping->kind != YAML_MAPPING) {
		return yaml_complain(r->document, mapping, "write `key: value` lines", error,
				     "expected a mapping");
	}
	for (guint i = 0; keys[i].key != NULL; i++) {
		g_assert(i + 1 < G_N_ELEMENTS(known));
		known[i] = keys[i].key;
	}
	if (!yaml_only_keys(r->document, mapping, known, error)) {
		return false;
	}
	for (guint i = 0; keys[i].key != NULL; i++) {
		const YamlNode *node = yaml_get(mapping, keys[i].key);

		if (node != NULL && !keys[i].read(r, node, error)) {
			return false;
		}
	}
	return true;
}

static const Key rule_keys[] = {
	{"paths", read_paths}, {"hosts", read_hosts},     {"risk", read_risk},
	{"types", read_types}, {"need", read_rule_needs}, {"require", read_require},
	{NULL, NULL},
};

static bool read_rule(Reading *r, const YamlNode *node, GError **error)
{
	r->rule = g_new0(Rule, 1);
	r->rule->needs = approvers_new_needs();
	r->rule->line = node->line;
	g_ptr_array_add(r->approvers->rules, r->rule);
	return read_keys(r, node, rule_keys, error) &&
	       (r->rule->needs->len > 0 ||
		yaml_complain(r->document, node, "like `need: 1 of role change-authority`", error,
			      "the rule does not say who is needed"));
}

/* The file */

static bool read_deputies(Reading *r, const YamlNode *node, GError **error)
{
	return read_each(r, node, "deputies", read_deputy, error);
}

static bool read_rules(Reading *r, const YamlNode *node, GError **error)
{
	return read_each(r, node, "rules", read_rule, error);
}

static bool read_requester(Reading *r, const YamlNode *node, GError **error)
{
	static const char *const words[] = {"named", "always", "never"};
	g_autofree char *word = NULL;

	if (!yaml_string(r->document, node, &word, error)) {
		return false;
	}
	for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
		if (g_str_equal(word, words[i])) {
			r->approvers->requester = (RequesterImplements)i;
			return true;
		}
	}
	return yaml_complain(r->document, node, "one of named, always, never", error,
			     "unknown word");
}

static bool read_opening(Reading *r, const YamlNode *node, GError **error)
{
	return read_needs(r, node, r->approvers->need, error);
}

static bool read_review(Reading *r, const YamlNode *node, GError **error)
{
	return read_needs(r, node, r->approvers->review, error);
}

static bool read_within(Reading *r, const YamlNode *node, GError **error)
{
	return read_length(r, node, &r->approvers->within_usec, error);
}

static bool read_lives(Reading *r, const YamlNode *node, GError **error)
{
	return read_length(r, node, &r->approvers->lives_usec, error);
}

static const Key emergency_keys[] = {
	{"need", read_opening},
	{"review", read_review},
	{"within", read_within},
	{"lives", read_lives},
	{NULL, NULL},
};

static bool read_emergency(Reading *r, const YamlNode *node, GError **error)
{
	return read_keys(r, node, emergency_keys, error);
}

/* roles first: the others speak of them */
static const Key keys[] = {
	{"roles", read_roles},         {"deputies", read_deputies},
	{"rules", read_rules},         {"requester_implements", read_requester},
	{"emergency", read_emergency}, {NULL, NULL},
};

/* Whoever forgot it could never change the file again. */
static bool policy_can_change(const Reading *r, GError **error)
{
	for (guint i = 0; i < r->approvers->rules->len; i++) {
		const Rule *rule = r->approvers->rules->pdata[i];
		bool is_open = rule->hosts == NULL && rule->risks == 0 &&
			       (rule->types == 0 || (rule->types & 1U << REQUEST_NORMAL) != 0);

		if (is_open &&
		    (rule->paths == NULL ||
		     g_strv_contains((const char *const *)rule->paths, POLICY_PATH_ALL))) {
			return true;
		}
	}
	return yaml_complain(r->document, yaml_root(r->document),
			     "add one with `paths: [\"" POLICY_PATH_ALL "\"]`, or without any "
			     "limit",
			     error, "no rule says who may change this policy itself");
}

Approvers *approvers_parse(const char *file, const void *data, gsize size, GError **error)
{
	g_autoptr(Approvers) approvers = approvers_new();
	g_autoptr(YamlDocument) document = NULL;
	Reading r = {.approvers = approvers};

	if (size > APPROVERS_MAX_BYTES) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_LIMIT, "%s: larger than %d bytes", file,
			    APPROVERS_MAX_BYTES);
		return NULL;
	}
	document = yaml_parse(file, data, size, error);
	if (document == NULL) {
		return NULL;
	}
	r.document = document;
	if (!read_keys(&r, yaml_root(document), keys, error) || !policy_can_change(&r, error)) {
		return NULL;
	}
	return g_steal_pointer(&approvers);
}
