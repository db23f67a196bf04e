/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Used requests: see used.h. */
#include "judge/used.h"

#include "base/clock.h"
#include "base/fd.h"
#include "event/event.h"
#include "journal/journal.h"

#include <fcntl.h>

/* So many events about one path are looked at, the newest first to be kept. */
#define EVENTS_MAX 1000

static bool file_is(const json_t *file, const char *path, const char *request)
{
	const char *verdict = json_string_value(json_object_get(file, "verdict"));
	bool covered = g_strcmp0(verdict, verdict_word(VERDICT_APPROVED)) == 0 ||
		       g_strcmp0(verdict, verdict_word(VERDICT_STANDARD)) == 0;

	return covered && g_strcmp0(json_string_value(json_object_get(file, "path")), path) == 0 &&
	       g_strcmp0(json_string_value(json_object_get(file, "request")), request) == 0;
}

/* The moment of the event if it tells of that; 0: it does not. */
static gint64 moment_in(const json_t *event, const char *path, const char *request)
{
	const json_t *files = json_object_get(event, "files");
	gint64 usec = 0;

	for (size_t i = 0; i < json_array_size(files); i++) {
		const char *time = json_string_value(json_object_get(event, "time"));

		if (file_is(json_array_get(files, i), path, request) && time != NULL) {
			clock_parse(time, &usec);
		}
	}
	return usec;
}

static gint64 look_at(JournalReader *reader, goffset offset, const char *path, const char *request)
{
	JournalLine line;
	json_t *event;
	gint64 usec;

	journal_reader_seek(reader, offset);
	if (journal_reader_next(reader, &line, NULL) != JOURNAL_LINE) {
		return 0;
	}
	event = event_parse(line.body, line.size, NULL);
	usec = moment_in(event, path, request);
	json_decref(event);
	return usec;
}

static gint64 find_used(const void *used_with, const char *request, const char *raw_path)
{
	const Used *used = used_with;
	g_autofree char *path = event_path(raw_path);
	const IndexQuery query = {
		.path = path, .verdict = -1, .min_severity = -1, .limit = EVENTS_MAX};
	auto_fd int fd = openat(used->journal_fd, JOURNAL_FILE, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	g_autoptr(GArray) offsets =
		used->index == NULL || fd < 0 ? NULL : index_query(used->index, &query, NULL);
	g_autoptr(JournalReader) reader = offsets == NULL ? NULL : journal_reader_new(fd, 0);
	gint64 usec = 0;

	for (guint i = offsets == NULL ? 0 : offsets->len; i > 0 && usec == 0; i--) {
		usec = look_at(reader, g_array_index(offsets, goffset, i - 1), path, request);
	}
	return usec;
}

void used_put(const Used *used, MatchContext *context)
{
	context->used = find_used;
	context->used_with = used;
}
