/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The gap of an offline change: see gap-before.h. */
#include "cli/gap-before.h"

#include "cli/pick.h"

/* Far enough for a change-set of many parts, judged in one go. */
#define BEFORE_MAX 256
#define BEFORE_USEC G_GINT64_CONSTANT(600000000)

static bool is_offline(const json_t *event)
{
	size_t i;
	const json_t *file;

	json_array_foreach ((json_t *)pick_array(event, "files"), i, file) {
		if (pick_true(file, "offline")) {
			return true;
		}
	}
	return false;
}

bool gap_before_note(History *history, AlertView *view, const json_t *event, GError **error)
{
	gint64 time = pick_time(event, "time");
	IndexQuery query = {
		.verdict = -1,
		.min_severity = -1,
		.since_usec = time - BEFORE_USEC,
		.until_usec = time,
		.limit = BEFORE_MAX,
	};
	g_autoptr(GArray) offsets = NULL;

	if (!is_offline(event)) {
		return true;
	}
	offsets = index_query(history_index(history), &query, error);
	for (guint i = 0; offsets != NULL && i < offsets->len; i++) {
		JournalLine line;
		json_t *before;

		if (!history_read(history, g_array_index(offsets, goffset, i), &line, &before,
				  error)) {
			return false;
		}
		if (g_strcmp0(pick_text(before, "commit"), pick_text(event, "commit")) == 0) {
			alert_view_note(view, before);
		}
		json_decref(before);
	}
	return offsets != NULL;
}
