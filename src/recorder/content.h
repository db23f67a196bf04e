/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The content of a regular file, as much of it as may be kept: the one place where bytes of the
 * watched tree are read. Nothing is parsed here; secrets are told by snapshot/secret.h.
 */
#pragma once

#include "base/error.h"
#include "event/file-state.h"
#include "snapshot/secret.h"

#include <glib.h>
#include <stdbool.h>
#include <sys/stat.h>

/*
 * Opens for reading what `fd`, a reference to a regular file, refers to: -1 in *ret_fd when it may
 * not be read. False and *error only when the system is short of something.
 */
bool content_open(int fd, const char *path, int *ret_fd, GError **error);

/*
 * `fd` is a descriptor of content_open, or -1, of a file with stat `st`. Fills content, size,
 * sha256, hmac and mtime_usec of `state`; `ret_content` is what is to be stored as its blob (NULL:
 * nothing).
 */
void content_read(int fd, const struct stat *st, const char *path, const Secrets *secrets,
		  FileState *state, GBytes **ret_content);
