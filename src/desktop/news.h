/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * News: as much of an event as a desktop needs, so that bodies of a quarter of a megabyte are read
 * where they arrive and are gone again. What an event lacks or says in another type is empty: one
 * of a newer Reeve is shown as far as it is understood. All text is as the event has it: UTF-8,
 * one line, escaped.
 */
#pragma once

#include "event/event.h"

#include <glib.h>
#include <stdbool.h>

typedef struct {
	char *path;
	char *moved_from; /* NULL */
	bool is_transient;
	Verdict verdict;
	Severity severity;
	char *what; /* gist_of_file */
	char *rule; /* title of the worst rule; NULL */
	char *who;  /* NULL: unknown */
} NewsFile;

typedef struct {
	char *id, *prev; /* prev "" for the first */
	EventKind kind;
	gint64 time_usec;
	char *host;
	char *commit; /* NULL */
	char *group;  /* id of the group it belongs to; NULL */
	Verdict verdict;
	Severity severity;
	bool is_alert;
	char *summary;
	GPtrArray *files;  /* of NewsFile */
	GPtrArray *refers; /* of char * */
} News;

/* NULL when it is no event at all, or of a kind that is not known here. */
News *news_read(const json_t *event, const char *id);
void news_free(News *news);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(News, news_free)
void news_file_free(NewsFile *file);

/* Whether a file alone would be an alert. */
bool news_file_is_alert(const NewsFile *file);
