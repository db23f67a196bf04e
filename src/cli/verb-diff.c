/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * reeve diff: what is different from what was approved, as it was last recorded. Exit 1 when there
 * is anything. The text is a patch: `reeve diff PATH | patch -R` puts a file back.
 */
#include "cli/drift-list.h"
#include "cli/file-block.h"
#include "cli/moment.h"
#include "cli/verb.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>

static void print_json(const Drift *drift, const char *head, json_t *file)
{
	g_autofree char *since = clock_format(drift->since_usec);
	char *text;

	json_object_set_new(file, "approved_commit",
			    drift->approved_commit == NULL ? json_null()
							   : json_string(drift->approved_commit));
	json_object_set_new(file, "current_commit", json_string(head));
	json_object_set_new(file, "since", json_string(since));
	json_object_set_new(file, "event", json_string(drift->event));
	text = json_dumps(file, JSON_COMPACT);
	puts(text);
	free(text);
}

static void print_text(const Context *context, const Drift *drift, const json_t *file)
{
	Paint paint = paint_of(context);
	g_autofree char *since = moment_short(drift->since_usec, clock_wall_usec());
	g_autofree char *note =
		g_strdup_printf("%s, %s, since %s   reeve explain %s", verdict_word(drift->verdict),
				severity_word(drift->severity), since, drift->path);
	FileBlockRoom room = {.is_full = true, .is_patch = true, .note = note};
	g_autoptr(GString) out = g_string_new(NULL);

	file_block_put(&paint, out, file, &room);
	g_string_append_c(out, '\n');
	fputs(out->str, stdout);
}

static bool print_all(const Context *context, Store *store, const GPtrArray *drifting,
		      guint *ret_count, GError **error)
{
	g_autofree char *head = store_head(store, error);

	*ret_count = 0;
	for (guint i = 0; head != NULL && i < drifting->len; i++) {
		const Drift *drift = g_ptr_array_index(drifting, i);
		json_t *file;

		if (!drift_compare(store, drift, head, &file, error)) {
			return false;
		}
		if (file == NULL) {
			continue;
		}
		if (context->is_json) {
			print_json(drift, head, file);
		} else {
			print_text(context, drift, file);
		}
		json_decref(file);
		(*ret_count)++;
	}
	return head != NULL;
}

int verb_diff(const Context *context, int argc, char **argv)
{
	g_autoptr(History) history = NULL;
	g_autoptr(GPtrArray) drifting = NULL;
	g_autoptr(Store) store = NULL;
	GError *error = NULL;
	guint count;
	int status;

	if (verb_parse(NULL, &argc, &argv, &status) == VERB_DONE) {
		return status;
	}
	history = history_open(context, &error);
	drifting = history == NULL ? NULL : drift_list(history, argv + 1, &error);
	store = drifting == NULL ? NULL : store_open(context->config->state_dir, &error);
	if (store == NULL || !print_all(context, store, drifting, &count, &error)) {
		return verb_fail(error);
	}
	return count > 0 ? CLI_YES : CLI_OK;
}
