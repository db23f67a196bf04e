/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A record: what a receiver gets of an event: one for each file, or one for an event without files.
 * Its members are named by dotted paths, as the mappings of the formats have them: `host.name` and
 * `severity` are the event's, `file.path` and `file.after.mode` the file's, `id` its id.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

typedef struct {
	const json_t *event;
	const char *id;
	const json_t *file; /* NULL: an event without files */
	guint index;        /* of the file */
} Record;

/* The member; NULL: there is none (null counts as none). */
const json_t *record_get(const Record *record, const char *path);

/* It as text: lists joined with commas, a list of objects by their `title` or `id`; NULL: there is
 * none, or it has no text. Caller frees. */
char *record_text(const Record *record, const char *path);

/* Its text when it is a string; "" when not. */
const char *record_word(const Record *record, const char *path);

/* 0 informational to 4 critical: of the file, else of the event. */
guint record_severity(const Record *record);

/* The verdict of the file, else of the event, else the event's kind. */
const char *record_verdict(const Record *record);

/* One line for a person; caller frees. */
char *record_summary(const Record *record);
