/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keys: see schema.h. */
#include "config/schema.h"
#include "base/escape.h"
#include "base/glob.h"
#include "base/path.h"

#include <string.h>

#define IPC_PATH_BYTES 107 /* sun_path without its NUL */

typedef struct {
	const char *name;
	bool (*read)(const YamlDocument *document, const YamlNode *node, void *place,
		     GError **error);
	gsize offset; /* of its place in Config */
} Key;

typedef bool (*CheckItem)(const YamlDocument *document, const YamlNode *node, GError **error);

static void put_text(char **place, char *text)
{
	g_free(*place);
	*place = text;
}

/* A list of texts that all pass `check`; one text is a list of one. It replaces what was there. */
static bool read_list(const YamlDocument *document, const YamlNode *node, CheckItem check,
		      GStrv *place, GError **error)
{
	g_auto(GStrv) list = NULL;

	if (!yaml_strings(document, node, true, &list, error)) {
		return false;
	}
	for (guint i = 0; list[i] != NULL; i++) {
		const YamlNode *item =
			node->kind == YAML_SCALAR ? node : g_ptr_array_index(node->items, i);

		if (!check(document, item, error)) {
			return false;
		}
	}
	g_strfreev(*place);
	*place = g_steal_pointer(&list);
	return true;
}

static bool check_path(const YamlDocument *document, const YamlNode *node, GError **error)
{
	g_autofree char *canonical = path_canonicalize(node->text);
	g_autofree char *shown = NULL, *advice = NULL;

	if (path_is_canonical(node->text)) {
		return true;
	}
	if (canonical == NULL) {
		return yaml_complain(document, node, "write the whole path, from /", error,
				     "not an absolute path");
	}
	shown = escape_path(canonical);
	advice = g_strdup_printf("write `%s`", shown);
	return yaml_complain(document, node, advice, error, "not a plain path");
}

static bool check_glob(const YamlDocument *document, const YamlNode *node, GError **error)
{
	if (strstr(node->text, "***") != NULL) {
		return yaml_complain(document, node, "`*` stays within a folder, `**` does not",
				     error, "`***` has no meaning");
	}
	return check_path(document, node, error);
}

static bool check_endpoint(const YamlDocument *document, const YamlNode *node, GError **error)
{
	const char *advice;
	g_autofree char *problem = schema_endpoint_problem(node->text, &advice);

	return problem == NULL || yaml_complain(document, node, advice, error, "%s", problem);
}

static bool read_paths(const YamlDocument *document, const YamlNode *node, void *place,
		       GError **error)
{
	return read_list(document, node, check_path, place, error);
}

static bool read_globs(const YamlDocument *document, const YamlNode *node, void *place,
		       GError **error)
{
	return read_list(document, node, check_glob, place, error);
}

static bool read_endpoints(const YamlDocument *document, const YamlNode *node, void *place,
			   GError **error)
{
	return read_list(document, node, check_endpoint, place, error);
}

/* One path, or null for none. */
static bool read_path(const YamlDocument *document, const YamlNode *node, void *place,
		      GError **error)
{
	char *text = NULL;

	if (node->is_null) {
		put_text(place, NULL);
		return true;
	}
	if (!yaml_string(document, node, &text, error)) {
		return false;
	}
	put_text(place, text);
	return check_path(document, node, error);
}

/* One text, or null for none. */
static bool read_text(const YamlDocument *document, const YamlNode *node, void *place,
		      GError **error)
{
	char *text = NULL;

	if (!node->is_null && !yaml_string(document, node, &text, error)) {
		return false;
	}
	put_text(place, text);
	return true;
}

/* One text that must be there. */
static bool read_word(const YamlDocument *document, const YamlNode *node, void *place,
		      GError **error)
{
	char *text = NULL;

	if (!yaml_string(document, node, &text, error)) {
		return false;
	}
	put_text(place, text);
	return text[0] != '\0' || yaml_complain(document, node, "leave the key out for the default",
						error, "nothing in it");
}

static bool read_flag(const YamlDocument *document, const YamlNode *node, void *place,
		      GError **error)
{
	return yaml_bool(document, node, place, error);
}

static bool read_seconds(const YamlDocument *document, const YamlNode *node, void *place,
			 GError **error)
{
	return yaml_int(document, node, 1, 7 * 24 * 3600, place, error);
}

/* What stock git is asked to fetch from; other ways of git run programs. */
static bool read_remote(const YamlDocument *document, const YamlNode *node, void *place,
			GError **error)
{
	static const char *const ways[] = {"file:///", "ssh://", "https://"};

	if (!read_text(document, node, place, error)) {
		return false;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(ways); i++) {
		if (node->is_null || g_str_has_prefix(node->text, ways[i])) {
			return true;
		}
	}
	return yaml_complain(document, node, "like ssh://git@example.org/register.git", error,
			     "a register is fetched by file://, ssh:// or https://");
}

/* A host name is a level of topics and a word in logs. */
static bool read_host(const YamlDocument *document, const YamlNode *node, void *place,
		      GError **error)
{
	if (!read_text(document, node, place, error)) {
		return false;
	}
	if (!node->is_null && !config_host_is_valid(node->text)) {
		return yaml_complain(document, node,
				     "letters, digits, `.`, `-` and `_`, at most 253", error,
				     "not a host name");
	}
	return true;
}

static bool read_register(const YamlDocument *document, const YamlNode *node, void *config,
			  GError **error);
static bool read_bus(const YamlDocument *document, const YamlNode *node, void *config,
		     GError **error);

/* Of one mapping. */
#define KEYS_MAX 16

#define PLACE(member) offsetof(Config, member)

static const Key top_keys[] = {
	{"host", read_host, PLACE(host)},
	{"watch", read_paths, PLACE(watch)},
	{"ignore", read_globs, PLACE(ignore)},
	{"secrets", read_globs, PLACE(secrets)},
	{"register", read_register, 0},
	{"policies", read_paths, PLACE(policies)},
	{"bus", read_bus, 0},
	{NULL},
};

static const Key register_keys[] = {
	{"path", read_path, PLACE(register_path)},
	{"remote", read_remote, PLACE(register_remote)},
	{"ssh", read_word, PLACE(register_ssh)},
	{"every", read_seconds, PLACE(register_every_seconds)},
	{"branch", read_word, PLACE(register_branch)},
	{"trust", read_path, PLACE(register_trust)},
	{"one_person", read_word, PLACE(register_one_person)},
	{"self_approval", read_flag, PLACE(register_self_approval)},
	{NULL},
};

static const Key bus_keys[] = {
	{"live", read_endpoints, PLACE(bus_live)},
	{"replay", read_endpoints, PLACE(bus_replay)},
	{"keys", read_path, PLACE(bus_keys)},
	{"notice", read_text, PLACE(bus_notice)},
	{NULL},
};

static const Key *find_key(const Key *keys, const char *name)
{
	while (!g_str_equal(keys->name, name)) {
		keys++;
	}
	return keys;
}

static bool read_keys(const YamlDocument *document, const YamlNode *mapping, const Key *keys,
		      void *config, GError **error)
{
	const char *names[KEYS_MAX + 1] = {NULL};

	for (gsize i = 0; keys[i].name != NULL; i++) {
		g_assert(i < KEYS_MAX);
		names[i] = keys[i].name;
	}
	if (!yaml_only_keys(document, mapping, names, error)) {
		return false;
	}
	for (guint i = 0; i < mapping->keys->len; i++) {
		const YamlNode *name = g_ptr_array_index(mapping->keys, i);
		const Key *key = find_key(keys, name->text);

		if (!key->read(document, g_ptr_array_index(mapping->items, i),
			       (char *)config + key->offset, error)) {
			return false;
		}
	}
	return true;
}

static bool read_register(const YamlDocument *document, const YamlNode *node, void *config,
			  GError **error)
{
	const Config *read = config;

	if (!read_keys(document, node, register_keys, config, error)) {
		return false;
	}
	return !read->register_self_approval || read->register_one_person != NULL ||
	       yaml_complain(document, node, "add `one_person: NAME@...`: who is alone here", error,
			     "`self_approval` is for a machine of one declared person only");
}

static bool read_bus(const YamlDocument *document, const YamlNode *node, void *config,
		     GError **error)
{
	return read_keys(document, node, bus_keys, config, error);
}

bool schema_apply(Config *config, const YamlDocument *document, GError **error)
{
	const YamlNode *root = yaml_root(document);

	return root->is_null || read_keys(document, root, top_keys, config, error);
}

char *schema_endpoint_problem(const char *endpoint, const char **ret_advice)
{
	*ret_advice = "write ipc:///run/reeve/NAME or tcp://ADDRESS:PORT";
	if (g_str_has_prefix(endpoint, "tcp://")) {
		return strchr(endpoint + 6, ':') != NULL ? NULL : g_strdup("no port");
	}
	if (!g_str_has_prefix(endpoint, "ipc://")) {
		return g_strdup("an endpoint of no known kind");
	}
	if (!path_is_canonical(endpoint + 6)) {
		return g_strdup("ipc:// needs the absolute path of a socket");
	}
	if (strlen(endpoint + 6) > IPC_PATH_BYTES) {
		*ret_advice = "choose a shorter path";
		return g_strdup_printf("a socket's path has at most %d bytes, this one has %zu",
				       IPC_PATH_BYTES, strlen(endpoint + 6));
	}
	return NULL;
}
