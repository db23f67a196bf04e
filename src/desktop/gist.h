/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The gist of one changed file, as single lines for a notification: what happened to it, and who
 * did it. A notification is read over shoulders and on locked screens, so nothing that sounds like
 * a secret gets into it, even from a file that is not secret.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

/* "PermitRootLogin no → yes", "mode 0644 → 4755", "deleted"; `file` is a member of `files` of a
 * parsed event. One line, valid UTF-8; caller frees. */
char *gist_of_file(const json_t *file);

/* "alice (sed)"; NULL when nobody is known. Caller frees. */
char *gist_of_actor(const json_t *file);

/* Cut to at most `max` characters, an ellipsis in the middle standing for what is left out: the end
 * of a path says as much as its beginning. Caller frees. */
char *gist_cut(const char *text, glong max);
