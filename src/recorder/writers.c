/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writers: see writers.h. */
#include "recorder/writers.h"

void writers_clear(Writers *writers)
{
	g_free(writers->each);
	*writers = (Writers){0};
}

static bool has_pid(const Writers *writers, gint64 pid)
{
	for (guint i = 0; i < writers->n; i++) {
		if (writers->each[i].pid == pid) {
			return true;
		}
	}
	return false;
}

void writers_add(Writers *writers, Writer writer)
{
	if (writer.pid == 0 || has_pid(writers, writer.pid)) {
		return;
	}
	if (writers->n == WRITERS_MAX) {
		writers->has_more = true;
		return;
	}
	/* One by one: nearly all paths have one writer, and many paths may wait. */
	writers->each = g_renew(Writer, writers->each, writers->n + 1);
	writers->each[writers->n++] = writer;
}

void writers_join(Writers *writers, const Writers *from)
{
	for (guint i = 0; i < from->n; i++) {
		writers_add(writers, from->each[i]);
	}
	writers->has_more |= from->has_more;
}
