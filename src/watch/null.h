/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The backend "null": a watch without a kernel, for tests. It remembers what it was asked to watch
 * and gives exactly the hints it was fed.
 */
#pragma once

#include "watch/watch.h"

/* Queues a hint, stamped `usec` on both clocks. `moved_from` may be NULL. */
void null_watch_hint(Watch *watch, HintKind kind, const char *path, const char *moved_from,
		     gint64 usec);

/* Queues a gap and the hint that follows it. */
void null_watch_gap(Watch *watch, const char *cause, const char *scope, gint64 usec);

/* Whether a directory, or a file itself, is being watched. */
bool null_watch_has(const Watch *watch, const char *path);
bool null_watch_has_file(const Watch *watch, const char *path);

/* From now on watch_add finds no budget beyond this many directories. */
void null_watch_set_budget(Watch *watch, guint directories);
