/* SPDX-License-Identifier: LGPL-3.0-or-later */
/*
 * Paths are raw bytes, absolute, and canonical: they start with '/', have no empty, '.' or '..'
 * component and no '/' at the end (except "/" itself). They are as seen from inside the watched
 * root (`--root DIR`); the descriptor of that root is what they are opened beneath.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

/* Whether `path` has the form above. */
bool path_is_canonical(const char *path);

/* Makes the canonical form of an absolute path by text alone (no links are followed); NULL when
 * the path is relative or climbs above "/". Caller frees. */
char *path_canonicalize(const char *path);

/* Whether `path` is `ancestor` itself or lies below it. Both canonical. */
bool path_is_beneath(const char *path, const char *ancestor);

/* "/etc" + "ssh" -> "/etc/ssh"; "/" + "etc" -> "/etc". Caller frees. */
char *path_join(const char *directory, const char *name);

/* The part behind the last '/'; points into `path`. "" for "/". */
const char *path_name(const char *path);

/* The directory a path is in; "/" for "/etc" and for "/". Caller frees. */
char *path_parent(const char *path);

/*
 * Opens a canonical path beneath `root_fd` without following any link, on the way or at its end
 * (openat2 with RESOLVE_IN_ROOT, RESOLVE_NO_SYMLINKS, RESOLVE_NO_MAGICLINKS), also when it is
 * longer than PATH_MAX (component by component). `flags` as for open(2); O_CLOEXEC is added.
 * Returns -1 and errno; ELOOP when a component is a link.
 */
int path_open(int root_fd, const char *path, int flags);
