/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which lens reads which file. Only files whose format is known from their name; where we have a
 * reader of our own (settings.h), that one is asked and no lens.
 */
#pragma once

#include <glib.h>

/* "Hosts.lns", or NULL: none. Static. */
const char *lens_table_find(const char *path);

/* All lenses of the table, each once or more; NULL behind the last. */
const char *lens_table_nth(guint n);
