/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The access log: who came, what they wanted, whether they got it; one line of JSON each, shown by
 * `reeve log --access`:
 *   {"time":"...","what":"connect|subscribe|replay|cut|dropped","granted":true,"who":"siem-1",
 *    "key":"<public key>","from":"192.0.2.7","topic":"ev/1/","since":"<id>","why":"..."}
 * Two files in STATE, access-0.ndjson and access-1.ndjson, opened before the wall stands: when one
 * is full the older is emptied and goes on, so that the log is bounded whoever knocks, and so is
 * its pace: what is too much within a second is counted and said in one line.
 */
#pragma once

#include "base/stage.h"

#include <glib.h>
#include <stdbool.h>

#define ACCESS_FILE_BYTES (4 * 1024 * 1024)
#define ACCESS_PER_SECOND 100

typedef struct Access Access;

/* Before the wall is built. */
Access *access_open(const StageOptions *options, GError **error);
void access_close(Access *access);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Access, access_close)

typedef struct {
	const char *what; /* static */
	bool granted;
	const char *who;  /* what a person calls it; NULL: not known */
	const char *user; /* the gate's name: a key, or uid:N */
	const char *from; /* address; NULL: this machine */
	const char *topic;
	const char *since; /* "" from the beginning */
	const char *why;   /* of a refusal; NULL */
} AccessEntry;

/* Writes a line. What cannot be written is lost and counted: nobody waits for it. */
void access_note(Access *access, const AccessEntry *entry);

/* Lines that could not be written, or were too many. */
guint64 access_lost(const Access *access);
