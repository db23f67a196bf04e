/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The scope: which paths are recorded. Watched roots minus ignore globs. Pure.
 *
 * Its text stands in the catalog beside the commit it was recorded under, so that a later start
 * sees what the configuration has added and removed.
 */
#pragma once

#include "base/error.h"

#include <glib.h>
#include <stdbool.h>

typedef struct {
	GStrv roots;   /* canonical, sorted, without repetitions and without what lies below another
			*/
	GStrv named;   /* all that was asked for, also what lies below another; canonical, sorted */
	GStrv ignores; /* valid globs, sorted */
} Scope;

/* `roots` are made canonical; both are NULL-ended, `ignores` may be NULL. No root at all, or a
 * pattern that is no glob, is REEVE_ERROR_SYNTAX. */
Scope *scope_new(const char *const *roots, const char *const *ignores, GError **error);
void scope_free(Scope *scope);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Scope, scope_free)

/* Whether a path is recorded: at or below a root, and neither it nor a directory on the way from
 * the root is ignored. */
bool scope_covers(const Scope *scope, const char *path);

/* Whether a path is a root itself. */
bool scope_has_root(const Scope *scope, const char *path);

/* Whether a path was asked for by its name, be it below another. */
bool scope_names(const Scope *scope, const char *path);

/* Appends the roots below `path` (not `path` itself): a hint above a root is about the root. */
void scope_roots_below(const Scope *scope, const char *path, GPtrArray *ret);

/* One line of text per root and glob, and back; parse returns NULL for what format never wrote. */
char *scope_format(const Scope *scope);
Scope *scope_parse(const char *text);

/* Roots and globs as a person would name the difference: what is recorded now and was not before,
 * and the other way round. NULL-ended, empty when there is none. */
void scope_compare(const Scope *before, const Scope *now, GStrv *ret_added, GStrv *ret_removed);
