/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Values: where things are in a snapshot's tree (design 5.1): `files/<path>`, `meta/<dir>/%dir` or
 * `meta/<dir>/%dir.NN`, `change-set.json`.
 *
 * Names that git or its fsck dislike are escaped: a name of which some part (behind a backslash
 * counts as a part), with case folded and characters HFS+ ignores removed, begins with `.git` or
 * `.mailmap` or looks like one of their NTFS short names (`git~1`), and every name that begins with
 * `%`. An escaped name has its first byte, and every `%` and backslash, as %XX; so a tree entry is
 * escaped exactly when it begins with `%`, and `%dir` is nobody's name.
 *
 * The shard of a name is its FNV-1a (32 bits, over the raw bytes), folded by h ^ h >> 16,
 * modulo 64.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#define LAYOUT_FILES "files"
#define LAYOUT_META "meta"
#define LAYOUT_NOTES "change-set.json"
#define LAYOUT_DIR "%dir"
#define LAYOUT_REF "refs/heads/observed"
#define LAYOUT_SHARD_ABOVE 512 /* entries of a directory kept in one manifest */
#define LAYOUT_SHARDS 64

/* One component as a tree entry name and back; caller frees. Decoding refuses (NULL) what encoding
 * never writes. */
char *layout_encode_name(const char *name);
char *layout_decode_name(const char *tree_name);

/* "files/etc/ssh/sshd_config" for "/etc/ssh/sshd_config". Caller frees. */
char *layout_file_path(const char *path);
/* "meta/etc/ssh" for "/etc/ssh" ("meta" for "/"). Caller frees. */
char *layout_meta_path(const char *directory);

/* The shard a name belongs to, and the name of a shard's manifest ("%dir.07"; caller frees). A
 * directory has either `%dir` or shards (those that are not empty); a reader takes what it finds.
 */
guint layout_shard(const char *name);
char *layout_shard_name(guint shard);
/* Whether a tree entry name is a manifest (%dir or %dir.NN). */
bool layout_is_manifest(const char *tree_name);
