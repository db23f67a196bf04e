/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A folder with a journal in it, and events to tell in it: for the tests of this room.
 */
#pragma once

#include "base/fd.h"
#include "base/io.h"
#include "journal/journal.h"
#include "journal/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STORY_TIME G_GINT64_CONSTANT(1795316645123456) /* 2026-11-22T03:04:05.123456Z */

typedef struct {
	char *dir;
	int fd;
	guint64 told; /* events made, for their times */
} Story;

static inline Story story_begin(void)
{
	Story story = {.dir = g_dir_make_tmp("reeve-journal-XXXXXX", NULL)};

	g_assert_nonnull(story.dir);
	story.fd = open(story.dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	g_assert_cmpint(story.fd, >=, 0);
	return story;
}

static inline void story_end(Story *story)
{
	g_autoptr(GDir) dir = g_dir_open(story->dir, 0, NULL);
	const char *name;

	while ((name = g_dir_read_name(dir)) != NULL) {
		unlinkat(story->fd, name, 0);
	}
	g_rmdir(story->dir);
	fd_close(&story->fd);
	g_free(story->dir);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Story, story_end)

static inline Event *story_event(Story *story, EventKind kind, const char *commit)
{
	Event *event = event_new(kind);

	event->time_usec = STORY_TIME + (gint64)(story->told++ * 1000000);
	event->host = (EventHost){.name = (char *)"web-1"};
	event->commit = g_strdup(commit);
	event->summary = g_strdup("something happened");
	g_ptr_array_set_free_func(event->files, (GDestroyNotify)change_free);
	return event;
}

static inline void story_set_state(FileState *state, char content)
{
	state->type = FILE_REGULAR;
	state->content = CONTENT_STORED;
	state->mode = 0644;
	memset(state->sha256, content, DIGEST_BYTES);
}

/* Adds a file to an event; contents are letters, '\0': absent. */
static inline void story_file(Event *event, const char *path, char before, char after,
			      Verdict verdict, Severity severity)
{
	Change *change = change_new(path, OP_UPDATED);

	if (before != '\0') {
		story_set_state(&change->before, before);
	}
	if (after != '\0') {
		story_set_state(&change->after, after);
	}
	change->op = before == '\0' ? OP_CREATED : after == '\0' ? OP_DELETED : OP_UPDATED;
	change->verdict = verdict;
	change->severity = severity;
	g_ptr_array_add(event->files, change);
	event->verdict = MAX(event->verdict, verdict);
	event->severity = MAX(event->severity, severity);
}

static inline void story_append(Journal *journal, Event *event)
{
	GError *error = NULL;
	bool done = journal_append(journal, event, &error);

	g_assert_no_error(error);
	g_assert_true(done);
	event_free(event);
}

static inline void story_sync(Journal *journal)
{
	GError *error = NULL;
	bool done = journal_sync(journal, &error);

	g_assert_no_error(error);
	g_assert_true(done);
}

static inline Journal *story_open(Story *story, JournalOpened *opened)
{
	GError *error = NULL;
	Journal *journal = journal_open(story->fd, -1, opened, &error);

	g_assert_no_error(error);
	g_assert_nonnull(journal);
	return journal;
}

/* Opens a journal of which nothing is to be said. */
static inline Journal *story_open_sound(Story *story)
{
	g_auto(JournalOpened) opened = {0};
	Journal *journal = story_open(story, &opened);

	g_assert_cmpuint(opened.cut_bytes, ==, 0);
	g_assert_false(opened.cursor_was_lost);
	g_assert_cmpstr(opened.damage, ==, NULL);
	return journal;
}

static inline GBytes *story_read(Story *story, const char *name)
{
	GError *error = NULL;
	GBytes *bytes = io_read_file(story->fd, name, 64 * 1024 * 1024, &error);

	g_assert_no_error(error);
	return bytes;
}

static inline char *story_text(Story *story, const char *name)
{
	g_autoptr(GBytes) bytes = story_read(story, name);

	return g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
}

static inline void story_write(Story *story, const char *name, const void *data, gsize size)
{
	/* cut afterwards, not before: ext4 takes a file that was emptied to the disk at once */
	auto_fd int fd = openat(story->fd, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0640);

	g_assert_cmpint(fd, >=, 0);
	g_assert_true(io_write_all(fd, data, size, NULL));
	g_assert_cmpint(ftruncate(fd, (off_t)size), ==, 0);
}

static inline GPtrArray *story_verify(Story *story, guint64 *ret_events)
{
	GError *error = NULL;
	GPtrArray *problems = journal_verify(story->fd, NULL, NULL, ret_events, &error);

	g_assert_no_error(error);
	return problems;
}
