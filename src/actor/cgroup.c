/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cgroups: see cgroup.h. */
#include "actor/cgroup.h"

#include <stdbool.h>
#include <string.h>

#define ID_HEX 64

static bool is_plain(const char *text, gsize size)
{
	for (gsize i = 0; i < size; i++) {
		if (!g_ascii_isalnum(text[i]) && strchr("-_.@:\\", text[i]) == NULL) {
			return false;
		}
	}
	return size > 0 && size < 256;
}

/* The id in "docker-<id>.scope", "<id>", "cri-containerd-<id>.scope": 64 hex digits in a row. */
static const char *find_id(const char *name)
{
	gsize run = 0;

	for (; *name != '\0'; name++) {
		run = g_ascii_isxdigit(*name) && !g_ascii_isupper(*name) ? run + 1 : 0;
		if (run == ID_HEX && !g_ascii_isxdigit(name[1])) {
			return name + 1 - ID_HEX;
		}
	}
	return NULL;
}

/* "lxc.payload.web", "lxc/web", "machine-web.scope". */
static char *named_container(const char *before, const char *name)
{
	static const char *const beginnings[] = {"lxc.payload.", "machine-"};

	for (gsize i = 0; i < G_N_ELEMENTS(beginnings); i++) {
		const char *rest = name + strlen(beginnings[i]);

		if (g_str_has_prefix(name, beginnings[i]) && is_plain(rest, strlen(rest))) {
			gsize size = strlen(rest);

			return g_strndup(rest, g_str_has_suffix(rest, ".scope") ? size - 6 : size);
		}
	}
	if (before != NULL && g_str_equal(before, "lxc") && is_plain(name, strlen(name))) {
		return g_strdup(name);
	}
	return NULL;
}

char *cgroup_container(const char *path)
{
	g_auto(GStrv) names = g_strsplit(path, "/", -1);
	char *found = NULL;

	for (guint i = 0; names[i] != NULL && found == NULL; i++) {
		const char *id = find_id(names[i]);

		found = id != NULL ? g_strndup(id, ID_HEX)
				   : named_container(i == 0 ? NULL : names[i - 1], names[i]);
	}
	return found;
}

char *cgroup_unit(const char *path)
{
	g_auto(GStrv) names = g_strsplit(path, "/", -1);
	const char *unit = NULL;

	for (guint i = 0; names[i] != NULL; i++) {
		if ((g_str_has_suffix(names[i], ".service") ||
		     g_str_has_suffix(names[i], ".scope")) &&
		    is_plain(names[i], strlen(names[i]))) {
			unit = names[i];
		}
	}
	return g_strdup(unit);
}
