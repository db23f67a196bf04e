/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A judge at work on a past that is written by hand, with or without a register.
 */
#pragma once

#include "../change/past.h"
#include "base/fd.h"
#include "journal/reader.h"
#include "judge/judge.h"

#include <fcntl.h>

typedef struct {
	Past past;
	Rules rules;
	Approvals *approvals; /* NULL: no register */
	char *journal_dir;
	int journal_fd;
	Judge *judge;
	json_t *events; /* those read back */
} Court;

static inline void seat(Court *court)
{
	g_autoptr(GError) error = NULL;
	EventHost host = {(char *)"web-1", NULL, NULL};
	JudgePlaces places = {court->past.dir, court->journal_dir, court->journal_fd, -1, -1};

	court->judge = judge_new(&places, &host, &court->rules, court->approvals, &error);
	g_assert_no_error(error);
}

static inline void unseat(Court *court)
{
	g_clear_pointer(&court->judge, judge_free);
}

static inline Court *court_open(void)
{
	Court *court = g_new0(Court, 1);

	court->past = past_begin();
	rules_read(&court->rules, NULL);
	rules_compile(&court->rules);
	court->journal_dir = g_build_filename(court->past.dir, "journal", NULL);
	g_assert_cmpint(g_mkdir(court->journal_dir, 0700), ==, 0);
	court->journal_fd = open(court->journal_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	seat(court);
	return court;
}

static inline void court_close(Court *court)
{
	unseat(court);
	g_clear_pointer(&court->approvals, approvals_free);
	json_decref(court->events);
	fd_close(&court->journal_fd);
	g_free(court->journal_dir);
	rules_clear(&court->rules);
	past_end(&court->past);
	g_free(court);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Court, court_close)

static inline void judge_all(Court *court)
{
	JudgeStep step = judge_step(court->judge);

	for (guint i = 0; step == JUDGE_MORE && i < 1000; i++) {
		step = judge_step(court->judge);
	}
	g_assert_cmpint(step, ==, JUDGE_IDLE);
}

/* All events of the journal, which must hold together. */
static inline const json_t *events(Court *court)
{
	auto_fd int fd = openat(court->journal_fd, JOURNAL_FILE, O_RDONLY | O_CLOEXEC);
	g_autoptr(JournalReader) reader = journal_reader_new(fd, 0);
	g_autoptr(GPtrArray) problems = NULL;
	JournalLine line;
	guint64 n;

	json_decref(court->events);
	court->events = json_array();
	while (journal_reader_next(reader, &line, NULL) == JOURNAL_LINE) {
		json_array_append_new(court->events, event_parse(line.body, line.size, NULL));
	}
	problems = journal_verify(court->journal_fd, NULL, NULL, &n, NULL);
	g_assert_cmpuint(problems->len, ==, 0);
	return court->events;
}

static inline const char *text_of(const json_t *event, const char *key)
{
	return json_string_value(json_object_get(event, key));
}

/* "baseline change health": the kinds in order. */
static inline void assert_kinds(Court *court, const char *wanted)
{
	const json_t *all = events(court);
	g_autoptr(GString) kinds = g_string_new(NULL);

	for (gsize i = 0; i < json_array_size(all); i++) {
		g_string_append_printf(kinds, "%s%s", i == 0 ? "" : " ",
				       text_of(json_array_get(all, i), "kind"));
	}
	g_assert_cmpstr(kinds->str, ==, wanted);
}

static inline const json_t *last_event(Court *court)
{
	const json_t *all = events(court);

	return json_array_get(all, json_array_size(all) - 1);
}

static inline guint64 drift(Court *court)
{
	return index_drift_count(judge_index(court->judge));
}
