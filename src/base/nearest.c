/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Nearest words: see nearest.h. */
#include "base/nearest.h"

#include <glib.h>
#include <string.h>

#define LONGEST 64

static guint least(guint a, guint b, guint c)
{
	return MIN(a, MIN(b, c));
}

/* Optimal string alignment distance, three rows of the matrix at a time. */
static guint distance(const char *a, gsize a_length, const char *b, gsize b_length)
{
	guint rows[3][LONGEST + 1];
	guint *before = rows[0];
	guint *last = rows[1];
	guint *row = rows[2];

	for (gsize j = 0; j <= b_length; j++) {
		last[j] = (guint)j;
	}
	for (gsize i = 1; i <= a_length; i++) {
		guint *spare = before;

		row[0] = (guint)i;
		for (gsize j = 1; j <= b_length; j++) {
			char x = g_ascii_tolower(a[i - 1]);
			char y = g_ascii_tolower(b[j - 1]);

			row[j] = least(last[j] + 1, row[j - 1] + 1, last[j - 1] + (x != y));
			if (i > 1 && j > 1 && x == g_ascii_tolower(b[j - 2]) &&
			    y == g_ascii_tolower(a[i - 2])) {
				row[j] = MIN(row[j], before[j - 2] + 1);
			}
		}
		before = last;
		last = row;
		row = spare;
	}
	return last[b_length];
}

const char *nearest_word(const char *word, const char *const *known)
{
	gsize length = strlen(word);
	const char *best = NULL;
	guint best_steps = G_MAXUINT;

	if (length > LONGEST) {
		return NULL;
	}
	for (; *known != NULL; known++) {
		gsize known_length = strlen(*known);
		guint steps;

		if (known_length > LONGEST) {
			continue;
		}
		steps = distance(word, length, *known, known_length);
		if (steps <= MAX(1, known_length / 3) && steps < best_steps) {
			best = *known;
			best_steps = steps;
		}
	}
	return best;
}
