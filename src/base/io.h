/* SPDX-License-Identifier: LGPL-3.0-or-later */
/*
 * Whole reads and durable writes. Every read has a cap that is checked before anything is
 * allocated; every write that is said to be durable has been fsynced, its directory too.
 */
#pragma once

#include "base/error.h"

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

/*
 * Reads `path` (relative to `dir_fd`, which may be AT_FDCWD) whole. Only regular files, links are
 * not followed at the last component. More than `max_bytes`: REEVE_ERROR_LIMIT. Missing:
 * REEVE_ERROR_NOT_FOUND. Caller unrefs.
 */
GBytes *io_read_file(int dir_fd, const char *path, gsize max_bytes, GError **error);

/*
 * Reads a file as text (NUL-terminated; where the file has a NUL it ends there), for files that may
 * be missing: *ret_text is NULL then, and that is no error. Caller frees.
 */
bool io_read_text(int dir_fd, const char *path, gsize max_bytes, char **ret_text, GError **error);

/* Reads all that an open descriptor has from its present offset, under the same cap. */
GBytes *io_read_fd(int fd, gsize max_bytes, GError **error);

/* A file named on a command line, read whole under the same cap; "-" is standard input. */
GBytes *io_read_argument(const char *file, gsize max_bytes, GError **error);

/* Writes all bytes at the present offset, through EINTR and short writes. */
bool io_write_all(int fd, const void *data, gsize size, GError **error);

/* Reads exactly `size` bytes at `offset`; a shorter file is REEVE_ERROR_CORRUPT. */
bool io_pread_exact(int fd, void *data, gsize size, goffset offset, GError **error);

/* Writes all bytes at `offset`. */
bool io_pwrite_all(int fd, const void *data, gsize size, goffset offset, GError **error);

/*
 * Puts a file in place whole or not at all: temporary name beside it, write, fsync, rename, fsync
 * of the directory. `name` has no '/'.
 */
bool io_replace_file(int dir_fd, const char *name, const void *data, gsize size, mode_t mode,
		     GError **error);
