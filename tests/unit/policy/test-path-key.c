/* SPDX-License-Identifier: GPL-3.0-or-later */
/* By what a rule that names paths is found: src/policy/path-key.c. */
#include "policy/path-key.h"

#include <string.h>

static char *join(const GPtrArray *keys)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < keys->len; i++) {
		g_string_append_printf(text, "%s%s", i == 0 ? "" : " ",
				       (const char *)keys->pdata[i]);
	}
	return g_string_free(text, FALSE);
}

/* NULL: none. */
static const struct {
	const char *expression, *keys;
} expressions[] = {
	{"^/etc/nginx/", "/etc/nginx/"},
	{"^/ETC/Nginx/x$", "/etc/nginx/"},
	{"^/etc/nginx/conf\\.d/.*", "/etc/nginx/"},
	{"^/etc/(a|b)$", "/etc/"},
	{"^/etc/nginx", "/etc/"},
	{"^/etc/a/b|^/srv/x/y|^/root/", "/etc/a/ /srv/x/ /root/"},
	{"^/etc/[|]/|^/srv/", "/etc/ /srv/"},
	{"^/etc/[]|]/|^/srv/", "/etc/ /srv/"},
	{"^/etc/[^]|]/|^/srv/", "/etc/ /srv/"},
	{"^/etc/\\(|^/srv/", "/etc/ /srv/"},
	/* what may be absent is not of it */
	{"^/etc/x/?y", "/etc/"},
	{"^/etc/x/*", "/etc/"},
	{"^/etc/x/{0,1}y", "/etc/"},
	{"^/etc/?", NULL},
	/* nothing in common */
	{"/etc/nginx/", NULL},
	{"^/etc/a/|/b/", NULL},
	{"^/(usr/)?lib/", NULL},
	{"(^/etc/)", NULL},
	{"(?i)^/etc/", NULL},
	{"^", NULL},
	{"", NULL},
	{"^etc/a/", NULL},
	{"^\\/etc\\/a\\/b", "/etc/a/"},
	{"^\\Q/etc/a/\\E", NULL},
};

static void test_expressions(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(expressions); i++) {
		g_autoptr(GPtrArray) keys = g_ptr_array_new_with_free_func(g_free);
		bool has_keys = path_key_of_regex(expressions[i].expression, keys);
		g_autofree char *text = join(keys);

		g_assert_cmpint(has_keys, ==, expressions[i].keys != NULL);
		if (has_keys) {
			g_assert_cmpstr(text, ==, expressions[i].keys);
		}
	}
}

static void test_prefixes(void)
{
	static const struct {
		const char *prefix;
		bool is_whole;
		const char *keys;
	} rows[] = {
		{"/etc/Hosts", true, "/etc/hosts"},
		{"/etc/hosts", false, "/etc/"},
		{"/etc/a/b/c", false, "/etc/a/"},
		{"/etc", false, NULL},
		{"", false, NULL},
		{"x", true, NULL},
		{"/", true, "/"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GPtrArray) keys = g_ptr_array_new_with_free_func(g_free);
		bool has_keys = path_key_of_prefix(rows[i].prefix, rows[i].is_whole, keys);
		g_autofree char *text = join(keys);

		g_assert_cmpint(has_keys, ==, rows[i].keys != NULL);
		if (has_keys) {
			g_assert_cmpstr(text, ==, rows[i].keys);
		}
	}
}

static void test_paths(void)
{
	static const struct {
		const char *path, *keys;
	} rows[] = {
		{"/etc/Nginx/a/b", "/etc/nginx/a/b /etc/nginx/ /etc/"},
		{"/etc/hosts", "/etc/hosts /etc/"},
		{"/x", "/x"},
		{"/", "/"},
		{"register:policy/x", "register:policy/x"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GPtrArray) keys = g_ptr_array_new_with_free_func(g_free);
		char *found[PATH_KEY_MAX];
		guint n = path_key_list(rows[i].path, found);
		g_autofree char *text = NULL;

		for (guint j = 0; j < n; j++) {
			g_ptr_array_add(keys, found[j]);
		}
		text = join(keys);
		g_assert_cmpstr(text, ==, rows[i].keys);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/path-key/expressions", test_expressions);
	g_test_add_func("/path-key/prefixes", test_prefixes);
	g_test_add_func("/path-key/paths", test_paths);
	return g_test_run();
}
