/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hot paths: see heat.h. */
#include "recorder/heat.h"

#include <stdbool.h>
#include <string.h>

typedef struct {
	gint64 commits[HEAT_COMMITS]; /* the latest ones, newest first; 0: none */
	gint64 hold_usec;             /* 0: not hot */
} Temperature;

struct Heat {
	GHashTable *paths; /* char * -> Temperature */
	gint64 pruned_usec;
};

Heat *heat_new(void)
{
	Heat *heat = g_new0(Heat, 1);

	heat->paths = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	return heat;
}

void heat_free(Heat *heat)
{
	if (heat == NULL) {
		return;
	}
	g_hash_table_unref(heat->paths);
	g_free(heat);
}

static bool has_cooled(const Temperature *t, gint64 now_usec)
{
	return now_usec - t->commits[0] > t->hold_usec + HEAT_WINDOW_USEC;
}

static gboolean prune_one(void *path, void *temperature, void *now)
{
	return has_cooled(temperature, *(gint64 *)now);
}

static Temperature *temperature_of(Heat *heat, const char *path, gint64 now_usec)
{
	Temperature *t = g_hash_table_lookup(heat->paths, path);
	bool is_full = g_hash_table_size(heat->paths) >= HEAT_MAX_PATHS;

	/* A full table is swept at most once a second: otherwise each new path would walk it. */
	if (now_usec - heat->pruned_usec > (is_full ? HEAT_HOLD_USEC : HEAT_WINDOW_USEC)) {
		g_hash_table_foreach_remove(heat->paths, prune_one, &now_usec);
		heat->pruned_usec = now_usec;
		t = g_hash_table_lookup(heat->paths, path);
	}
	if (t == NULL && g_hash_table_size(heat->paths) < HEAT_MAX_PATHS) {
		t = g_new0(Temperature, 1);
		g_hash_table_insert(heat->paths, g_strdup(path), t);
	}
	return t;
}

void heat_committed(Heat *heat, const char *path, gint64 now_usec)
{
	Temperature *t = temperature_of(heat, path, now_usec);
	gint64 oldest;

	if (t == NULL) {
		return;
	}
	if (has_cooled(t, now_usec)) {
		*t = (Temperature){0};
	}
	memmove(t->commits + 1, t->commits, sizeof(t->commits) - sizeof(t->commits[0]));
	t->commits[0] = now_usec;
	oldest = t->commits[HEAT_COMMITS - 1];
	if (t->hold_usec > 0) {
		t->hold_usec = MIN(2 * t->hold_usec, HEAT_HOLD_MAX_USEC);
	} else if (oldest > 0 && now_usec - oldest <= HEAT_WINDOW_USEC) {
		t->hold_usec = HEAT_HOLD_USEC;
	}
}

gint64 heat_held_until(const Heat *heat, const char *path)
{
	const Temperature *t = g_hash_table_lookup(heat->paths, path);

	return t == NULL || t->hold_usec == 0 ? 0 : t->commits[0] + t->hold_usec;
}
