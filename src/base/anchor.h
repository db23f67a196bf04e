/* SPDX-License-Identifier: LGPL-3.0-or-later */
/*
 * An anchor: a path, and which file or folder it led to when we opened it. A store that is removed,
 * or exchanged for another, stays open where we have it, and what we write there nobody finds: who
 * keeps one open asks its anchor now and then, which costs a microsecond.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

typedef struct {
	char *path;
	dev_t dev;
	ino_t ino; /* 0: there was nothing */
} Anchor;

/* `fd` is what the path leads to (borrowed); -1: whatever is there now, or nothing. */
void anchor_drop(Anchor *anchor, const char *path, int fd);
void anchor_clear(Anchor *anchor);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Anchor, anchor_clear)

/* Whether the path still leads there (no link is followed). True where nobody can tell, and for
 * an anchor that was never dropped. */
bool anchor_holds(const Anchor *anchor);
