/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The way of events out of the judge: journal, sync, bell of the relay, index. Events wait here
 * until they are on disk; a disk that refuses loses none of them. Owns the index, which is a cache:
 * when it fails, telling goes on without it and it is opened anew later.
 */
#pragma once

#include "journal/index.h"
#include "journal/journal.h"

#include <glib.h>
#include <stdbool.h>

typedef struct Outbox Outbox;

/* Where it writes besides the journal; all borrowed. */
typedef struct {
	int dir_fd; /* the folder of journal and index, and its path */
	const char *journal_dir;
	const char *boot; /* see index_open_writer */
	int next_bell;
} OutboxPlaces;

/* `journal` is borrowed. */
Outbox *outbox_new(Journal *journal, const OutboxPlaces *places);
void outbox_free(Outbox *outbox);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Outbox, outbox_free)

/* Takes the event. */
void outbox_add(Outbox *outbox, Event *event);

/* How many events are not on disk yet. */
guint outbox_waiting(const Outbox *outbox);
/* Whether an event that the index does not know yet is about this path (as events tell it). */
bool outbox_touches(const Outbox *outbox, const char *path);

/* Brings everything to disk, rings, indexes. False and *error: the disk refuses; nothing is lost,
 * call again later. */
bool outbox_flush(Outbox *outbox, GError **error);

/* The index as of the last flush, or NULL; then outbox_index_trouble says why. */
Index *outbox_index(Outbox *outbox);
const char *outbox_index_trouble(const Outbox *outbox);
