/* SPDX-License-Identifier: LGPL-3.0-or-later */
/*
 * Members of the JSON objects an event is made of. Every foreign byte becomes text here: what goes
 * in is made valid UTF-8 without control or direction-changing characters, and cut at a cap, so
 * that whatever a file system holds, an event has its form and its size.
 *
 * Inside event/ only. A NULL value sets no member.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

/* The largest integer every JSON reader keeps exactly; larger values are given as this one. */
#define MEMBER_MAX_INTEGER ((G_GINT64_CONSTANT(1) << 53) - 1)

/* Raw bytes of a path that are given as they are; a longer one is cut and names its digest. */
#define MEMBER_MAX_PATH_BYTES 8192

/* Takes over `value`. */
void member_set(json_t *object, const char *key, json_t *value);
void member_set_integer(json_t *object, const char *key, guint64 value);
/* One of our own words, hex digits and the like: known to be ASCII. */
void member_set_word(json_t *object, const char *key, const char *word);
/* As member_set_word, but NULL sets null. */
void member_set_word_or_null(json_t *object, const char *key, const char *word);
/* One line for people: newlines and tabs become spaces, at most `max_bytes`, cut with "...". */
void member_set_line(json_t *object, const char *key, const char *text, gsize max_bytes);
/* As member_set_line, but line feeds and tabs stay. */
void member_set_text(json_t *object, const char *key, const char *text, gsize max_bytes);
/* 0 (unknown) sets no member. */
void member_set_time(json_t *object, const char *key, gint64 wall_usec);
/*
 * A path or other raw name: `key` escaped; where escaping changed it, also KEY_raw, the bytes in
 * base64. Above MEMBER_MAX_PATH_BYTES: the escaped beginning, "...", and the SHA-256 of the bytes.
 */
void member_set_path(json_t *object, const char *key, const char *path);

/* The line of member_set_line and the path of member_set_path as text; caller frees. */
char *member_line(const char *text, gsize max_bytes);
char *member_path(const char *path);

/* An array of lines, at most `max_count` of at most `max_bytes` each; of paths. New references. */
json_t *member_lines(const GPtrArray *lines, guint max_count, gsize max_bytes);
/* Stops adding where the array would exceed `max_bytes`. NULL: an empty one. */
json_t *member_paths(const char *const *paths, gsize max_bytes);
