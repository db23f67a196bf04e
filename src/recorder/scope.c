/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The scope: see scope.h. */
#include "recorder/scope.h"
#include "base/escape.h"
#include "base/glob.h"
#include "base/path.h"

#include <string.h>

#define WATCH_WORD "watch "
#define IGNORE_WORD "ignore "

static int compare_strings(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static GStrv steal_strv(GPtrArray *array)
{
	g_ptr_array_add(array, NULL);
	return (GStrv)g_ptr_array_steal(array, NULL);
}

static bool any_above(GPtrArray *kept, const char *path)
{
	for (guint i = 0; i < kept->len; i++) {
		if (path_is_beneath(path, kept->pdata[i])) {
			return true;
		}
	}
	return false;
}

/* All of them, an ancestor before what is below it. */
static GPtrArray *canonical_roots(const char *const *roots, GError **error)
{
	g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(g_free);

	for (; roots != NULL && *roots != NULL; roots++) {
		char *canonical = path_canonicalize(*roots);

		if (canonical == NULL) {
			g_autofree char *escaped = escape_path(*roots);

			g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
				    "cannot watch \"%s\": give an absolute path", escaped);
			return NULL;
		}
		g_ptr_array_add(all, canonical);
	}
	if (all->len == 0) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX, "there is nothing to watch");
		return NULL;
	}
	g_ptr_array_sort(all, compare_strings);
	return g_steal_pointer(&all);
}

static bool take_roots(Scope *scope, const char *const *roots, GError **error)
{
	GPtrArray *all = canonical_roots(roots, error);
	g_autoptr(GPtrArray) kept = g_ptr_array_new_with_free_func(g_free);

	if (all == NULL) {
		return false;
	}
	for (guint i = 0; i < all->len; i++) {
		if (!any_above(kept, all->pdata[i])) {
			g_ptr_array_add(kept, g_strdup(all->pdata[i]));
		}
	}
	scope->roots = steal_strv(kept);
	scope->named = steal_strv(all);
	g_ptr_array_unref(all);
	return true;
}

static GStrv normal_ignores(const char *const *ignores, GError **error)
{
	g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(g_free);

	for (; ignores != NULL && *ignores != NULL; ignores++) {
		if (!glob_is_valid(*ignores)) {
			g_autofree char *escaped = escape_path(*ignores);

			g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
				    "cannot ignore \"%s\": it is not an absolute path pattern",
				    escaped);
			return NULL;
		}
		g_ptr_array_add(all, g_strdup(*ignores));
	}
	g_ptr_array_sort(all, compare_strings);
	return steal_strv(all);
}

Scope *scope_new(const char *const *roots, const char *const *ignores, GError **error)
{
	g_autoptr(Scope) scope = g_new0(Scope, 1);

	scope->ignores = take_roots(scope, roots, error) ? normal_ignores(ignores, error) : NULL;
	return scope->ignores == NULL ? NULL : g_steal_pointer(&scope);
}

void scope_free(Scope *scope)
{
	g_strfreev(scope->roots);
	g_strfreev(scope->named);
	g_strfreev(scope->ignores);
	g_free(scope);
}

static const char *root_of(const Scope *scope, const char *path)
{
	for (guint i = 0; scope->roots[i] != NULL; i++) {
		if (path_is_beneath(path, scope->roots[i])) {
			return scope->roots[i];
		}
	}
	return NULL;
}

static bool is_ignored(const Scope *scope, const char *path)
{
	for (guint i = 0; scope->ignores[i] != NULL; i++) {
		if (glob_match(scope->ignores[i], path)) {
			return true;
		}
	}
	return false;
}

bool scope_covers(const Scope *scope, const char *path)
{
	const char *root = root_of(scope, path);
	g_autofree char *part = NULL;

	if (root == NULL) {
		return false;
	}
	if (scope->ignores[0] == NULL) {
		return true;
	}
	part = g_strdup(path);
	for (gsize length = strlen(root); length <= strlen(path);) {
		/* "/" is followed by a name at once, every other directory by a '/'. */
		part[length] = '\0';
		if (is_ignored(scope, part)) {
			return false;
		}
		part[length] = path[length];
		if (path[length] == '\0') {
			break;
		}
		length = length + 1 + strcspn(path + length + 1, "/");
	}
	return true;
}

bool scope_has_root(const Scope *scope, const char *path)
{
	return g_strv_contains((const char *const *)scope->roots, path);
}

bool scope_names(const Scope *scope, const char *path)
{
	return g_strv_contains((const char *const *)scope->named, path);
}

void scope_roots_below(const Scope *scope, const char *path, GPtrArray *ret)
{
	for (guint i = 0; scope->roots[i] != NULL; i++) {
		if (path_is_beneath(scope->roots[i], path) && !g_str_equal(scope->roots[i], path)) {
			g_ptr_array_add(ret, g_strdup(scope->roots[i]));
		}
	}
}

static void format_lines(GString *out, const char *word, const char *const *values)
{
	for (; *values != NULL; values++) {
		g_autofree char *escaped = escape_path(*values);

		g_string_append_printf(out, "%s%s\n", word, escaped);
	}
}

char *scope_format(const Scope *scope)
{
	GString *out = g_string_new(NULL);

	format_lines(out, WATCH_WORD, (const char *const *)scope->roots);
	format_lines(out, IGNORE_WORD, (const char *const *)scope->ignores);
	return g_string_free(out, FALSE);
}

/* Adds the value of a line that begins with `word`; false when it does not or is not escaped. */
static bool parse_line(const char *line, const char *word, GPtrArray *ret)
{
	char *value;

	if (!g_str_has_prefix(line, word)) {
		return false;
	}
	value = unescape_path(line + strlen(word), NULL);
	if (value == NULL) {
		return false;
	}
	g_ptr_array_add(ret, value);
	return true;
}

Scope *scope_parse(const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	g_autoptr(GPtrArray) roots = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) ignores = g_ptr_array_new_with_free_func(g_free);

	for (char **line = lines; *line != NULL && **line != '\0'; line++) {
		if (!parse_line(*line, WATCH_WORD, roots) &&
		    !parse_line(*line, IGNORE_WORD, ignores)) {
			return NULL;
		}
	}
	g_ptr_array_add(roots, NULL);
	g_ptr_array_add(ignores, NULL);
	return scope_new((const char *const *)roots->pdata, (const char *const *)ignores->pdata,
			 NULL);
}

/* Appends what is in `a` but not in `b`. */
static void append_missing(GPtrArray *out, GStrv a, GStrv b)
{
	for (; *a != NULL; a++) {
		if (!g_strv_contains((const char *const *)b, *a)) {
			g_ptr_array_add(out, g_strdup(*a));
		}
	}
}

/* An ignored pattern that is new takes paths away; one that went brings them. */
void scope_compare(const Scope *before, const Scope *now, GStrv *ret_added, GStrv *ret_removed)
{
	g_autoptr(GPtrArray) added = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) removed = g_ptr_array_new_with_free_func(g_free);

	append_missing(added, now->roots, before->roots);
	append_missing(added, before->ignores, now->ignores);
	append_missing(removed, before->roots, now->roots);
	append_missing(removed, now->ignores, before->ignores);
	*ret_added = steal_strv(added);
	*ret_removed = steal_strv(removed);
}
