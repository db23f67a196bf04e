/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The scope: what is covered, and what a new configuration adds and removes. */
#include "recorder/scope.h"

#include <string.h>

static Scope *make(const char *roots, const char *ignores)
{
	g_auto(GStrv) r = g_strsplit(roots, " ", -1);
	g_auto(GStrv) i = g_strsplit(ignores, " ", -1);
	g_autoptr(GError) error = NULL;
	Scope *scope = scope_new((const char *const *)r, (const char *const *)i, &error);

	g_assert_no_error(error);
	return scope;
}

static void test_covers(void)
{
	g_autoptr(Scope) scope = make("/etc /usr/local /srv/one.conf", "/etc/.git/** /etc/cache");
	static const struct {
		const char *path;
		bool covered;
	} cases[] = {
		{"/etc", true},
		{"/etc/x", true},
		{"/etc.d", false},
		{"/", false},
		{"/usr", false},
		{"/usr/local/bin/x", true},
		{"/etc/.git", true},
		{"/etc/.git/x", false},
		{"/etc/.git/x/y", false},
		{"/etc/cache", false},
		{"/etc/cache/a/b", false},
		{"/etc/cachet", true},
		{"/srv/one.conf", true},
		{"/srv/two.conf", false},
		{"/srv/one.conf/x", true},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_test_message("%s", cases[i].path);
		g_assert_cmpint(scope_covers(scope, cases[i].path), ==, cases[i].covered);
	}
	g_assert_true(scope_has_root(scope, "/etc"));
	g_assert_false(scope_has_root(scope, "/etc/x"));
}

static void test_whole_root(void)
{
	g_autoptr(Scope) scope = make("/", "/proc /tmp/**");

	g_assert_true(scope_covers(scope, "/"));
	g_assert_true(scope_covers(scope, "/etc/x"));
	g_assert_false(scope_covers(scope, "/proc/1"));
	g_assert_true(scope_covers(scope, "/tmp"));
	g_assert_false(scope_covers(scope, "/tmp/a/b"));
}

static void test_normal_form(void)
{
	g_autoptr(Scope) scope = make("/etc/ssh/ /usr/local /etc /etc/./x/../y /etc", "/b /a");
	g_autofree char *text = scope_format(scope);

	g_assert_cmpstr(text, ==, "watch /etc\nwatch /usr/local\nignore /a\nignore /b\n");
}

static void test_refused(void)
{
	static const char *const none[] = {NULL};
	static const char *const relative[] = {"etc", NULL};
	static const char *const good[] = {"/etc", NULL};
	static const char *const bad_glob[] = {"*.tmp", NULL};
	const struct {
		const char *const *roots, *const *ignores;
		const char *says;
	} cases[] = {
		{none, NULL, "nothing to watch"},
		{relative, NULL, "absolute"},
		{good, bad_glob, "*.tmp"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;

		g_assert_null(scope_new(cases[i].roots, cases[i].ignores, &error));
		g_assert_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX);
		g_assert_nonnull(strstr(error->message, cases[i].says));
	}
}

static void test_text(void)
{
	g_autoptr(Scope) scope = make("/etc/new\nline /usr", "/etc/\xff/**");
	g_autofree char *text = scope_format(scope);
	g_autoptr(Scope) again = scope_parse(text);
	g_autofree char *text_again = scope_format(again);

	g_assert_cmpstr(text, ==, text_again);
	g_assert_true(scope_has_root(again, "/etc/new\nline"));
	g_assert_null(scope_parse("nonsense\n"));
	g_assert_null(scope_parse("watch relative\n"));
	g_assert_null(scope_parse(""));
}

static void test_compare(void)
{
	g_autoptr(Scope) before = make("/etc /srv", "/etc/a /etc/b");
	g_autoptr(Scope) now = make("/etc /root", "/etc/b /etc/c");
	g_auto(GStrv) added = NULL;
	g_auto(GStrv) removed = NULL;
	g_autofree char *a = NULL;
	g_autofree char *r = NULL;

	scope_compare(before, now, &added, &removed);
	a = g_strjoinv(" ", added);
	r = g_strjoinv(" ", removed);
	g_assert_cmpstr(a, ==, "/root /etc/a");
	g_assert_cmpstr(r, ==, "/srv /etc/c");
}

static void test_roots_below(void)
{
	g_autoptr(Scope) scope = make("/srv/a/etc /srv/b /etc", "");
	g_autoptr(GPtrArray) roots = g_ptr_array_new_with_free_func(g_free);

	scope_roots_below(scope, "/srv", roots);
	g_assert_cmpuint(roots->len, ==, 2);
	scope_roots_below(scope, "/srv/b", roots);
	g_assert_cmpuint(roots->len, ==, 2);
	scope_roots_below(scope, "/", roots);
	g_assert_cmpuint(roots->len, ==, 5);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/scope/covers", test_covers);
	g_test_add_func("/scope/whole-root", test_whole_root);
	g_test_add_func("/scope/normal-form", test_normal_form);
	g_test_add_func("/scope/refused", test_refused);
	g_test_add_func("/scope/text", test_text);
	g_test_add_func("/scope/compare", test_compare);
	g_test_add_func("/scope/roots-below", test_roots_below);
	return g_test_run();
}
