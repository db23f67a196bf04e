/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Masking: a command line as text, without its secrets. People type passwords into command lines;
 * what leaves this room has `****` in their place. Rather one word too many is masked than one too
 * few: what is lost is a little comfort, what is kept is a secret.
 */
#pragma once

#include <glib.h>

#define MASK "****"

/*
 * The arguments (each ended by NUL, the last one perhaps not) as one line, joined by spaces, raw
 * bytes otherwise. Masked are: values of options and variables whose name tells of a secret
 * (`--password=x`, `--token x`, `PGPASSWORD=x`), passwords glued to -p, user:password of -u,
 * userinfo of URLs, Authorization headers, words in the form of well-known tokens; also inside
 * an argument that is a script (`sh -c "mysql -psecret"`). Caller frees.
 */
char *mask_arguments(const char *args, gsize size);
