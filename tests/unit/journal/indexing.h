/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A journal with a story in it, and indexes of it. */
#pragma once

#include "journal/index.h"

#include "story.h"

#include <sqlite3.h>

static inline Index *open_writer(Story *story)
{
	GError *error = NULL;
	Index *index = index_open_writer(story->fd, story->dir, "this boot", &error);

	g_assert_no_error(error);
	g_assert_nonnull(index);
	return index;
}

static inline Index *open_reader(Story *story)
{
	GError *error = NULL;
	Index *index = index_open_reader(story->dir, &error);

	g_assert_no_error(error);
	g_assert_nonnull(index);
	return index;
}

static inline void catch_up(Index *index)
{
	GError *error = NULL;
	bool done = index_catch_up(index, &error);

	g_assert_no_error(error);
	g_assert_true(done);
}

/* One event about one file, in the notation of the tables below: "aXbU": before a, after X.. */
typedef struct {
	EventKind kind;
	const char *commit, *parent;
	const char *path;
	char before, after; /* '\0': absent */
	Verdict verdict;
	Severity severity;
	const char *moved_from;
	ChangeOp op; /* OP_TRANSIENT: so told; else as the states say */
} Told;

static inline char *tell(Story *story, Journal *journal, const Told *told)
{
	Event *event = story_event(story, told->kind, told->commit);

	event->parent = g_strdup(told->parent);
	event->severity = told->severity;
	if (told->kind == EVENT_GAP) {
		event->gap = gap_new("crash", "/", STORY_TIME, STORY_TIME + 5);
	}
	if (told->path != NULL) {
		Change *change;

		story_file(event, told->path, told->before, told->after, told->verdict,
			   told->severity);
		change = g_ptr_array_index(event->files, 0);
		if (told->moved_from != NULL) {
			change->op = OP_MOVED;
			change->moved_from = g_strdup(told->moved_from);
		}
		if (told->op == OP_TRANSIENT) {
			change->op = OP_TRANSIENT;
		}
	}
	story_append(journal, event);
	story_sync(journal);
	return g_strdup(journal_head(journal));
}

#define CHANGED(commit, parent, path, before, after, verdict, severity)               \
	{                                                                             \
		EVENT_CHANGE, commit, parent, path, before, after, VERDICT_##verdict, \
			SEVERITY_##severity                                           \
	}

/* The story that the questions are about: event 0 is the first line. */
static const Told events[] = {
	{EVENT_BASELINE, "c0"},
	CHANGED("c1", "c0", "/etc/ssh/sshd_config", 'a', 'b', UNAPPROVED, CRITICAL),
	CHANGED("c2", "c1", "/etc/hosts", 'a', 'b', UNAPPROVED, LOW),
	{EVENT_GAP, "c3", "c2", .severity = SEVERITY_LOW},
	CHANGED("c4", "c3", "/etc/ssh-2/x", 'a', 'b', APPROVED, LOW),
	CHANGED("c5", "c4", "/etc/hosts", 'b', 'a', RESTORED, INFORMATIONAL),
	CHANGED("c6", "c5", "/etc/back\\slash", 'a', 'b', UNAPPROVED, MEDIUM),
};

static inline void tell_all(Story *story, Journal *journal)
{
	for (guint i = 0; i < G_N_ELEMENTS(events); i++) {
		g_free(tell(story, journal, &events[i]));
	}
}
