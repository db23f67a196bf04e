/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a file means, for the few formats where that matters and a line is not enough: its settings,
 * each a name and a value for a person, from bytes that are as hostile as any other. Never the hash
 * of a password: it is `set`, `none` or `locked`.
 *
 * Two versions are compared as lists. When the texts differ and the lists do not, the difference is
 * cosmetic: comments and white space. Another order is neither a setting nor cosmetic, because in
 * most of these formats the first or the last one counts.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* A file above this is not read, a setting beyond these neither. */
#define SETTINGS_MAX_BYTES (1024 * 1024)
#define SETTINGS_MAX 20000

typedef struct SettingsReader SettingsReader;

/* The reader for a path; NULL: there is none. Static. */
const SettingsReader *settings_reader(const char *path);

/*
 * Compares two versions (NULL: there was or is no file). What differs is added to `ret` (of
 * Setting). Returns whether the difference is cosmetic; false also when a version is too big to be
 * read, and then nothing is added.
 */
bool settings_compare(const SettingsReader *reader, GBytes *before, GBytes *after, GPtrArray *ret);
