/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Values: one manifest line: an entry of a directory in mtree(5) keywords. Written by the recorder,
 * read by the judge.
 *
 *   sshd_config type=file mode=0644 uid=0 gid=0 size=3254 sha256digest=5e1c...
 *   id_rsa type=file mode=0600 uid=0 gid=0 hmac=77ab...
 *   localtime type=link mode=0777 uid=0 gid=0 link=/usr/share/zoneinfo/UTC
 *   ping type=file ... xattr.security.capability=<base64>
 *
 * Keywords: type mode uid gid, then those of size sha256digest hmac link device flags
 * redacted (no value), unreadable=<mtime in microseconds>, xattr.NAME that apply, in this order.
 * Names, link targets and xattr names are written as mtree(5) says: printable ASCII except space,
 * '#', '=', '\\' and glob characters as it is, every other byte as \ooo. Lines of a manifest are
 * sorted by the bytes of the (unescaped) name and end with LF.
 */
#pragma once

#include "base/error.h"
#include "event/file-state.h"

#include <glib.h>
#include <stdbool.h>

/* Appends the line, LF included. A regular file's blob id is not in it: it is in `files/`. */
void manifest_format(GString *out, const char *name, const FileState *state);

/* The raw name a line begins with; NULL when it is not one. Caller frees. */
char *manifest_parse_name(const char *line, gsize size);

/*
 * Reads one line (without LF). `ret_name` (raw bytes) is freed by the caller, `ret_state` cleared.
 * The content kind follows from the keywords: sha256digest gives CONTENT_DIGEST, which the reader
 * of the tree raises to CONTENT_STORED when files/ has the blob. Strict: anything manifest_format
 * would not have written is REEVE_ERROR_CORRUPT.
 */
bool manifest_parse(const char *line, gsize size, char **ret_name, FileState *ret_state,
		    GError **error);
