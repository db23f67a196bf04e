/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where files belong: see path-map.h. */
#include "cli/path-map.h"

#include "base/glob.h"
#include "base/path.h"
#include "base/yaml.h"

#include <string.h>

#define DOT "dot_"

static void path_rule_free(PathRule *rule)
{
	g_free(rule->from);
	g_free(rule->to);
	g_free(rule->owner);
	g_free(rule->group);
	g_strfreev(rule->hosts);
	g_free(rule);
}

void path_map_free(PathMap *map)
{
	g_ptr_array_unref(map->rules);
	g_free(map);
}

static bool is_pattern(const char *text)
{
	return strpbrk(text, "*?") != NULL;
}

/* "**" as the last component, and nowhere else. */
static bool ends_in_all(const char *text)
{
	const char *all = strstr(text, "**");

	return all != NULL && all[2] == '\0' && (all == text || all[-1] == '/');
}

/* Reading */

static bool read_from(const YamlDocument *document, const YamlNode *node, PathRule *rule,
		      GError **error)
{
	g_autofree char *rooted = NULL;

	if (!yaml_string(document, node, &rule->from, error)) {
		return false;
	}
	rooted = g_strconcat("/", rule->from, NULL);
	return glob_is_valid(rooted) ||
	       yaml_complain(document, node,
			     "write it as it lies in the repository, without `/` before it", error,
			     "this is no path or pattern of a repository");
}

static bool read_to(const YamlDocument *document, const YamlNode *node, PathRule *rule,
		    GError **error)
{
	if (!yaml_string(document, node, &rule->to, error)) {
		return false;
	}
	return (glob_is_valid(rule->to) && (!is_pattern(rule->to) || ends_in_all(rule->to)) &&
		strcspn(rule->to, "*?") + 2 >= strlen(rule->to)) ||
	       yaml_complain(document, node, "like /etc/motd, or /etc/** for a folder", error,
			     "this is no place on a machine");
}

static bool read_ignore(const YamlDocument *document, const YamlNode *node, PathRule *rule,
			GError **error)
{
	return yaml_bool(document, node, &rule->is_ignored, error);
}

static bool read_template(const YamlDocument *document, const YamlNode *node, PathRule *rule,
			  GError **error)
{
	return yaml_bool(document, node, &rule->is_template, error);
}

static bool read_dots(const YamlDocument *document, const YamlNode *node, PathRule *rule,
		      GError **error)
{
	return yaml_bool(document, node, &rule->has_dots, error);
}

static bool read_mode(const YamlDocument *document, const YamlNode *node, PathRule *rule,
		      GError **error)
{
	g_autofree char *text = NULL;
	guint64 mode = 0;
	char *end = NULL;

	if (!yaml_string(document, node, &text, error)) {
		return false;
	}
	mode = g_ascii_strtoull(text, &end, 8);
	rule->mode = (int)(mode & 07777);
	return (text[0] == '0' && text[1] != '\0' && *end == '\0' && mode <= 07777) ||
	       yaml_complain(document, node, "octal, like \"0644\"", error, "this is no mode");
}

static bool read_owner(const YamlDocument *document, const YamlNode *node, PathRule *rule,
		       GError **error)
{
	return yaml_string(document, node, &rule->owner, error);
}

static bool read_group(const YamlDocument *document, const YamlNode *node, PathRule *rule,
		       GError **error)
{
	return yaml_string(document, node, &rule->group, error);
}

static bool read_hosts(const YamlDocument *document, const YamlNode *node, PathRule *rule,
		       GError **error)
{
	return yaml_strings(document, node, true, &rule->hosts, error);
}

static bool read_sha256(const YamlDocument *document, const YamlNode *node, PathRule *rule,
			GError **error)
{
	g_autofree char *text = NULL;

	if (!yaml_string(document, node, &text, error)) {
		return false;
	}
	rule->has_sha256 = true;
	return (strlen(text) == 2 * DIGEST_BYTES && hex_decode(text, rule->sha256, DIGEST_BYTES)) ||
	       yaml_complain(document, node, "64 hex digits, as sha256sum prints them", error,
			     "this is no digest");
}

static const struct {
	const char *key;
	bool (*read)(const YamlDocument *document, const YamlNode *node, PathRule *rule,
		     GError **error);
} keys[] = {
	{"from", read_from},         {"to", read_to},       {"ignore", read_ignore},
	{"template", read_template}, {"dots", read_dots},   {"mode", read_mode},
	{"owner", read_owner},       {"group", read_group}, {"hosts", read_hosts},
	{"sha256", read_sha256},
};

/* Each line says one thing: a place, a digest and a place, or that there is none. */
static bool rule_is_whole(const YamlDocument *document, const YamlNode *node, const PathRule *rule,
			  GError **error)
{
	bool is_nowhere = rule->is_ignored || (rule->is_template && !rule->has_sha256);

	if (rule->from == NULL) {
		return yaml_complain(document, node, "add `from:`", error,
				     "it does not say which files of the repository");
	}
	if ((rule->to != NULL) == is_nowhere) {
		return yaml_complain(document, node, "keep one of `to`, `ignore`, `template`",
				     error, "it does not say where the files belong");
	}
	if (rule->has_sha256 && (is_pattern(rule->from) || is_pattern(rule->to))) {
		return yaml_complain(document, node, "name each file", error,
				     "a pattern cannot have one digest for many files");
	}
	if (rule->to == NULL) {
		return true;
	}
	return (ends_in_all(rule->from) && ends_in_all(rule->to)) ||
	       (!is_pattern(rule->from) && !is_pattern(rule->to)) ||
	       yaml_complain(document, node, "like {from: \"etc/**\", to: \"/etc/**\"}", error,
			     "both end in `**`, or both name one file");
}

static bool read_rule(const YamlDocument *document, const YamlNode *node, PathRule *rule,
		      GError **error)
{
	static const char *const known[] = {"from",  "to",    "ignore", "template", "dots", "mode",
					    "owner", "group", "hosts",  "sha256",   NULL};

	rule->mode = -1;
	rule->line = node->line;
	if (!yaml_only_keys(document, node, known, error)) {
		return false;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
		const YamlNode *value = yaml_get(node, keys[i].key);

		if (value != NULL && !keys[i].read(document, value, rule, error)) {
			return false;
		}
	}
	return rule_is_whole(document, node, rule, error);
}

static bool read_map(const YamlDocument *document, PathMap *map, GError **error)
{
	static const char *const known[] = {"paths", NULL};
	const YamlNode *root = yaml_root(document), *paths;

	if (!yaml_only_keys(document, root, known, error)) {
		return false;
	}
	paths = yaml_get(root, "paths");
	if (paths == NULL || paths->kind != YAML_SEQUENCE || paths->items->len == 0) {
		return yaml_complain(document, paths == NULL ? root : paths,
				     "write `paths: [{from: \"etc/**\", to: \"/etc/**\"}]`", error,
				     "expected a list under `paths`");
	}
	if (paths->items->len > PATH_MAP_MAX_RULES) {
		return yaml_complain(document, paths, NULL, error, "more than %d lines",
				     PATH_MAP_MAX_RULES);
	}
	for (guint i = 0; i < paths->items->len; i++) {
		PathRule *rule = g_new0(PathRule, 1);

		g_ptr_array_add(map->rules, rule);
		if (!read_rule(document, g_ptr_array_index(paths->items, i), rule, error)) {
			return false;
		}
	}
	return true;
}

PathMap *path_map_parse(const char *name, const void *data, gsize size, GError **error)
{
	g_autoptr(YamlDocument) document = NULL;
	g_autoptr(PathMap) map = g_new0(PathMap, 1);

	map->rules = g_ptr_array_new_with_free_func((GDestroyNotify)path_rule_free);
	if (size > PATH_MAP_MAX_BYTES) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_LIMIT, "%s: larger than %d bytes", name,
			    PATH_MAP_MAX_BYTES);
		return NULL;
	}
	document = yaml_parse(name, data, size, error);
	return document != NULL && read_map(document, map, error) ? g_steal_pointer(&map) : NULL;
}

/* Finding */

const PathRule *path_map_find(const PathMap *map, const char *file)
{
	g_autofree char *rooted = g_strconcat("/", file, NULL);

	for (guint i = 0; i < map->rules->len; i++) {
		const PathRule *rule = g_ptr_array_index(map->rules, i);
		g_autofree char *pattern = g_strconcat("/", rule->from, NULL);

		if (is_pattern(pattern) ? glob_match(pattern, rooted)
					: g_str_equal(pattern, rooted)) {
			return rule;
		}
	}
	return NULL;
}

/* What the `**` of a pattern stands for: the file behind as many components as come before it. */
static const char *rest_of(const char *from, const char *file)
{
	for (const char *p = from; *p != '\0'; p++) {
		if (*p == '/') {
			file = strchr(file, '/');
			g_assert(file != NULL); /* or it would not match */
			file++;
		}
	}
	return file;
}

static char *without_dots(const char *rest)
{
	g_auto(GStrv) names = g_strsplit(rest, "/", -1);

	for (guint i = 0; names[i] != NULL; i++) {
		if (g_str_has_prefix(names[i], DOT)) {
			char *hidden = g_strconcat(".", names[i] + strlen(DOT), NULL);

			g_free(names[i]);
			names[i] = hidden;
		}
	}
	return g_strjoinv("/", names);
}

char *path_rule_place(const PathRule *rule, const char *file)
{
	g_autofree char *rest = NULL, *place = NULL;

	if (rule->to == NULL) {
		return NULL;
	}
	if (!is_pattern(rule->to)) {
		return g_strdup(rule->to);
	}
	rest = rule->has_dots ? without_dots(rest_of(rule->from, file))
			      : g_strdup(rest_of(rule->from, file));
	place = g_strdup_printf("%.*s%s", (int)(strlen(rule->to) - 2), rule->to, rest);
	return path_is_canonical(place) ? g_steal_pointer(&place) : NULL;
}

GPtrArray *path_map_new_digests(const PathMap *map, const PathMap *before)
{
	GPtrArray *found = g_ptr_array_new();

	for (guint i = 0; i < map->rules->len; i++) {
		PathRule *rule = g_ptr_array_index(map->rules, i);
		const PathRule *was = before == NULL ? NULL : path_map_find(before, rule->from);

		if (rule->has_sha256 && (was == NULL || !was->has_sha256 ||
					 memcmp(was->sha256, rule->sha256, DIGEST_BYTES) != 0)) {
			g_ptr_array_add(found, rule);
		}
	}
	return found;
}
