/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where the files of a configuration repository belong: its reeve-map.yaml. The first line that
 * names a file counts; a file that none names cannot be asked for.
 *
 * A line says `from` (a file, or a pattern that ends in two stars) and where that belongs: `to` (a
 * path, or a folder with two stars at its end: what they stand for goes there), `ignore: true`, or
 * `template: true` (what it renders to is not in the repository). Beside `to`: `owner`, `group`,
 * `mode`; `hosts`; `dots: true` (dot_bashrc is .bashrc); `sha256` of what a template renders to.
 * Patterns are those of base/glob.h without the first slash. man 5 reeve-register has examples.
 */
#pragma once

#include "base/digest.h"
#include "base/error.h"

#include <glib.h>
#include <stdbool.h>

#define PATH_MAP_FILE "reeve-map.yaml"
#define PATH_MAP_MAX_BYTES (256 * 1024)
#define PATH_MAP_MAX_RULES 1000

typedef struct {
	char *from;
	char *to; /* NULL: nowhere */
	bool is_ignored, is_template, has_dots;
	int mode; /* -1: not said */
	char *owner, *group;
	GStrv hosts; /* NULL: everywhere */
	bool has_sha256;
	guint8 sha256[DIGEST_BYTES];
	guint line;
} PathRule;

typedef struct {
	GPtrArray *rules; /* of PathRule */
} PathMap;

/* `name` is what messages call it. */
PathMap *path_map_parse(const char *name, const void *data, gsize size, GError **error);
void path_map_free(PathMap *map);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PathMap, path_map_free)

/* The rule for a file of the repository; NULL: there is none. */
const PathRule *path_map_find(const PathMap *map, const char *file);

/* Where that file belongs by that rule, canonical; NULL: nowhere. Caller frees. */
char *path_rule_place(const PathRule *rule, const char *file);

/* The rules with a digest that `before` (may be NULL) does not have, or has otherwise: array of
 * PathRule, borrowed. Caller unrefs. */
GPtrArray *path_map_new_digests(const PathMap *map, const PathMap *before);
