/* SPDX-License-Identifier: LGPL-3.0-or-later */
/*
 * Values: the state of one path, as a snapshot holds it (design 5.1) and an event tells it (5.4).
 * The recorder fills it by looking; the judge by reading a manifest line. Two states are equal
 * when nothing that Reeve answers for differs: times and inode numbers are not part of it.
 */
#pragma once

#include "base/digest.h"

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

#define BLOB_BYTES 20 /* a git object id (SHA-1) */

typedef enum {
	FILE_ABSENT, /* there is nothing at the path */
	FILE_REGULAR,
	FILE_DIRECTORY,
	FILE_SYMLINK,
	FILE_FIFO,
	FILE_SOCKET,
	FILE_CHARACTER,
	FILE_BLOCK,
	_FILE_TYPE_N,
} FileType;

/* What is known of the content of a regular file. */
typedef enum {
	CONTENT_NONE,     /* not a regular file */
	CONTENT_STORED,   /* size, sha256, and the bytes as git blob `blob` */
	CONTENT_DIGEST,   /* too big to store: size and sha256 */
	CONTENT_SECRET,   /* hmac only; no size, no sha256, no blob (design principle 6) */
	CONTENT_REDACTED, /* shadow, gshadow: `blob` is the redacted text; hmac of the true bytes */
	CONTENT_UNREADABLE, /* we may not read it: size and `mtime_usec` stand in */
	_CONTENT_N,
} ContentKind;

typedef struct {
	char *name; /* "security.capability", "system.posix_acl_access", "user.x" */
	GBytes *value;
} FileXattr;

typedef struct {
	FileType type;
	ContentKind content;
	guint32 mode; /* permission bits, 07777 */
	guint32 uid, gid;
	guint64 size;      /* bytes; 0 unless CONTENT_STORED, _DIGEST, _UNREADABLE */
	gint64 mtime_usec; /* only CONTENT_UNREADABLE; else 0 */
	guint64 device;    /* st_rdev of FILE_CHARACTER, FILE_BLOCK */
	guint32 flags; /* inode flags of FS_IOC_GETFLAGS that an administrator sets (i, a, ...) */
	guint8 blob[BLOB_BYTES];
	guint8 sha256[DIGEST_BYTES];
	guint8 hmac[DIGEST_BYTES];
	char *link;          /* target of a link: raw bytes; NULL otherwise */
	GPtrArray *xattrs;   /* of FileXattr, sorted by name; NULL: none */
	char *owner, *group; /* names, filled by the judge only; NULL: unknown */
} FileState;

void file_state_clear(FileState *state);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(FileState, file_state_clear)
/* Copies everything; `to` is overwritten, not cleared. */
void file_state_copy(const FileState *from, FileState *to);
/* Adds one attribute, keeping the order. */
void file_state_add_xattr(FileState *state, const char *name, const void *value, gsize size);

/* What differs between two states; 0: equal. */
typedef enum {
	STATE_TYPE = 1 << 0,
	STATE_CONTENT = 1 << 1,
	STATE_MODE = 1 << 2,
	STATE_OWNER = 1 << 3, /* uid */
	STATE_GROUP = 1 << 4, /* gid */
	STATE_LINK = 1 << 5,
	STATE_XATTRS = 1 << 6,
	STATE_FLAGS = 1 << 7,
	STATE_DEVICE = 1 << 8,
} StateDifference;

/*
 * Compares. Contents are equal when the strongest proof both sides have agrees (sha256, else hmac);
 * between a side with sha256 only and one with hmac only they count as different. Where the types
 * differ, content, target and device are part of the type; against FILE_ABSENT only the type
 * counts.
 */
guint file_state_compare(const FileState *a, const FileState *b);

/* "type", "content", "mode", "owner", "group", "target", "xattrs", "flags", "device" for the bits
 * of a difference, in this order; NULL-ended, caller frees with g_strfreev. */
GStrv state_difference_words(guint difference);

/* mtree(5) words: "file" "dir" "link" "fifo" "socket" "char" "block"; "absent". */
const char *file_type_word(FileType type);
bool file_type_from_word(const char *word, FileType *ret);
FileType file_type_from_mode(mode_t mode);
