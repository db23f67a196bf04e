/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The seal: how a reader of the journal knows that all of it is on disk without asking the disk
 * itself, which costs a flush. The writer holds a write lock (fcntl, of its open file) on the first
 * byte while everything it has written is synced, and lets go of it before it writes. A writer that
 * dies, or a file system without locks, leaves no seal: then the reader syncs.
 */
#pragma once

#include <stdbool.h>

/* By the writer, before it writes and after it has synced; a seal that cannot be set is none. */
void seal_break(int fd);
void seal_set(int fd);

/* By a reader: whether what fstat showed before this call is on disk. */
bool seal_is_whole(int fd);
