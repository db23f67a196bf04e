/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drift for the verbs: see drift-list.h. */
#include "cli/drift-list.h"

#include "base/escape.h"
#include "base/glob.h"
#include "base/path.h"

#include <string.h>

#define DIFF_MAX_BYTES (200 * 1024)

static bool path_is_named(const char *path, const GPtrArray *named)
{
	for (guint i = 0; i < named->len; i++) {
		const char *name = g_ptr_array_index(named, i);

		if (path_is_beneath(path, name) ||
		    (strpbrk(name, "*?") != NULL && glob_match(name, path))) {
			return true;
		}
	}
	return named->len == 0;
}

static GPtrArray *read_names(char *const *typed, GError **error)
{
	g_autoptr(GPtrArray) named = g_ptr_array_new_with_free_func(g_free);

	for (; *typed != NULL; typed++) {
		char *path = verb_path(*typed, error);

		if (path == NULL) {
			return NULL;
		}
		g_ptr_array_add(named, path);
	}
	return g_steal_pointer(&named);
}

GPtrArray *drift_list(History *history, char *const *paths, GError **error)
{
	g_autoptr(GPtrArray) named = read_names(paths, error);
	g_autoptr(GPtrArray) all =
		named == NULL ? NULL : index_drift(history_index(history), error);

	for (guint i = 0; all != NULL && i < all->len;) {
		const Drift *drift = g_ptr_array_index(all, i);
		g_autofree char *raw = unescape_path(drift->path, NULL);

		if (raw != NULL && path_is_named(raw, named)) {
			i++;
		} else {
			g_ptr_array_remove_index(all, i);
		}
	}
	return g_steal_pointer(&all);
}

/* The form of a file in an event is the event's business: make one and take the file out. */
static json_t *file_of(Change *change)
{
	g_autoptr(Event) event = event_new(EVENT_CHANGE);
	g_autoptr(GBytes) body = NULL;
	json_t *parsed, *file;
	gsize size;
	const char *data;

	g_ptr_array_add(event->files, change);
	body = event_encode(event);
	g_ptr_array_set_size(event->files, 0);
	data = g_bytes_get_data(body, &size);
	parsed = json_loadb(data, size, 0, NULL);
	file = json_incref(json_array_get(json_object_get(parsed, "files"), 0));
	json_decref(parsed);
	return file;
}

bool drift_compare(Store *store, const Drift *drift, const char *head, json_t **ret_file,
		   GError **error)
{
	g_autofree char *raw = unescape_path(drift->path, NULL);
	g_autoptr(Change) change = NULL;
	g_autoptr(GError) problem = NULL;

	*ret_file = NULL;
	change = store_compare(store, drift->approved_commit, head, raw, DIFF_MAX_BYTES, &problem);
	if (problem != NULL) {
		g_propagate_prefixed_error(error, g_steal_pointer(&problem), "%s: ", drift->path);
		return false;
	}
	if (change != NULL) {
		change->verdict = drift->verdict;
		change->severity = drift->severity;
		*ret_file = file_of(change);
	}
	return true;
}
