/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Duties: see duty.h. */
#include "register/duty.h"

#include "base/glob.h"

#define NEXT_MAX 20

void duty_free(Duty *duty)
{
	g_strfreev(duty->paths);
	g_strfreev(duty->hosts);
	g_strfreev(duty->next);
	g_free(duty);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Duty, duty_free)

static bool read_words(const YamlDocument *document, const YamlNode *node, GStrv *ret,
		       GError **error)
{
	return node == NULL || yaml_strings(document, node, true, ret, error);
}

static bool check(const Duty *duty, const YamlDocument *document, const YamlNode *node,
		  GError **error)
{
	for (char **path = duty->paths; path != NULL && *path != NULL; path++) {
		if (!glob_is_valid(*path)) {
			return yaml_complain(document, node, "like /etc/ssh/**", error,
					     "`%s` is no pattern of paths", *path);
		}
	}
	return duty->next == NULL || g_strv_length(duty->next) <= NEXT_MAX ||
	       yaml_complain(document, node, NULL, error, "more than %d people in line", NEXT_MAX);
}

static Duty *read_duty(const YamlDocument *document, const YamlNode *node, GError **error)
{
	static const char *const known[] = {"paths", "hosts", "within", "next", NULL};
	g_autoptr(Duty) duty = g_new0(Duty, 1);
	const YamlNode *within;

	duty->within_usec = DUTY_WITHIN_USEC;
	if (node->kind != YAML_MAPPING) {
		yaml_complain(document, node, "like {paths: [\"/etc/ssh/**\"], next: [bob]}", error,
			      "expected what somebody answers for");
		return NULL;
	}
	within = yaml_get(node, "within");
	if (!yaml_only_keys(document, node, known, error) ||
	    !read_words(document, yaml_get(node, "paths"), &duty->paths, error) ||
	    !read_words(document, yaml_get(node, "hosts"), &duty->hosts, error) ||
	    !read_words(document, yaml_get(node, "next"), &duty->next, error) ||
	    (within != NULL && !yaml_length(document, within, &duty->within_usec, error)) ||
	    !check(duty, document, node, error)) {
		return NULL;
	}
	if (duty->next == NULL) {
		duty->next = g_new0(char *, 1);
	}
	return g_steal_pointer(&duty);
}

GPtrArray *duties_read(const YamlDocument *document, const YamlNode *list, GError **error)
{
	g_autoptr(GPtrArray) duties = g_ptr_array_new_with_free_func((GDestroyNotify)duty_free);

	if (list->kind != YAML_SEQUENCE || list->items->len > DUTIES_MAX) {
		yaml_complain(document, list, "a list, each like {paths: [\"/etc/ssh/**\"]}", error,
			      "expected at most %d duties", DUTIES_MAX);
		return NULL;
	}
	for (guint i = 0; i < list->items->len; i++) {
		Duty *duty = read_duty(document, list->items->pdata[i], error);

		if (duty == NULL) {
			return NULL;
		}
		g_ptr_array_add(duties, duty);
	}
	return g_steal_pointer(&duties);
}

bool duty_covers(const Duty *duty, const char *host, const char *path)
{
	bool has_host = duty->hosts == NULL, has_path = duty->paths == NULL;

	for (char **one = duty->hosts; !has_host && *one != NULL; one++) {
		has_host = g_pattern_match_simple(*one, host);
	}
	for (char **one = duty->paths; !has_path && path != NULL && *one != NULL; one++) {
		has_path = glob_match(*one, path);
	}
	return has_host && has_path;
}
