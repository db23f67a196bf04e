/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The past for the verbs that tell it: the journal and its index, opened for reading together, and
 * events taken from it one by one in the order of the journal. Nothing here needs a running daemon.
 */
#pragma once

#include "cli/context.h"
#include "journal/index.h"
#include "journal/reader.h"

#include <jansson.h>
#include <stdbool.h>

typedef struct History History;

/*
 * Opens STATE/journal. What a person should do is in the error: nothing recorded yet
 * (REEVE_ERROR_NOT_FOUND), not permitted (REEVE_ERROR_DENIED), damaged.
 */
History *history_open(const Context *context, GError **error);
void history_close(History *history);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(History, history_close)

Index *history_index(History *history);

/*
 * Reads the event at `offset` of the journal. `ret_line` is valid until the next read; the parsed
 * event is decreffed by the caller.
 */
bool history_read(History *history, goffset offset, JournalLine *ret_line, json_t **ret_event,
		  GError **error);

/*
 * The one event whose id begins with `prefix`. Nothing or more than one: an error that says which.
 */
bool history_find(History *history, const char *prefix, goffset *ret_offset, GError **error);

/* Whether a word looks like an id or its beginning: at least 4 hex digits, no more than 64. */
bool history_is_id(const char *word);

/* "You may not read STATE...", "nothing has been recorded in STATE yet...": the error of a store
 * that could not be opened, in words for a person. `path` is what was tried. */
void history_explain_missing(const Context *context, const char *path, GError **error);
