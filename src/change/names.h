/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Names of users and groups, from the bytes of a passwd or group file. The bytes are as hostile as
 * any other configuration: what is not a plain line with a plain name is passed over, and the first
 * line of a number counts, as in the C library.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#define NAMES_MAX_BYTES (4 * 1024 * 1024)
#define NAMES_MAX 100000

typedef struct Names Names;

/* Reads "name:password:number:..." lines; NULL gives names that know nobody. */
Names *names_parse(GBytes *bytes);
void names_free(Names *names);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Names, names_free)

/* The name of a number, or NULL. Borrowed. */
const char *names_find(const Names *names, guint32 number);
