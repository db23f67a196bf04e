/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The state of one path: see file-state.h. */
#include "event/file-state.h"

#include <string.h>
#include <sys/stat.h>

static const char *const type_words[_FILE_TYPE_N] = {
	[FILE_ABSENT] = "absent",  [FILE_REGULAR] = "file", [FILE_DIRECTORY] = "dir",
	[FILE_SYMLINK] = "link",   [FILE_FIFO] = "fifo",    [FILE_SOCKET] = "socket",
	[FILE_CHARACTER] = "char", [FILE_BLOCK] = "block",
};

/* In the order of the bits of StateDifference. */
static const char *const difference_words[] = {"type",   "content", "mode",  "owner", "group",
					       "target", "xattrs",  "flags", "device"};

static void xattr_free(FileXattr *xattr)
{
	g_free(xattr->name);
	g_bytes_unref(xattr->value);
	g_free(xattr);
}

void file_state_clear(FileState *state)
{
	g_free(state->link);
	g_clear_pointer(&state->xattrs, g_ptr_array_unref);
	g_free(state->owner);
	g_free(state->group);
	*state = (FileState){0};
}

static FileXattr *xattr_new(const char *name, GBytes *value)
{
	FileXattr *xattr = g_new0(FileXattr, 1);

	xattr->name = g_strdup(name);
	xattr->value = value;
	return xattr;
}

void file_state_copy(const FileState *from, FileState *to)
{
	*to = *from;
	to->link = g_strdup(from->link);
	to->owner = g_strdup(from->owner);
	to->group = g_strdup(from->group);
	to->xattrs = NULL;
	if (from->xattrs == NULL) {
		return;
	}
	to->xattrs = g_ptr_array_new_with_free_func((GDestroyNotify)xattr_free);
	for (guint i = 0; i < from->xattrs->len; i++) {
		const FileXattr *xattr = g_ptr_array_index(from->xattrs, i);

		g_ptr_array_add(to->xattrs, xattr_new(xattr->name, g_bytes_ref(xattr->value)));
	}
}

void file_state_add_xattr(FileState *state, const char *name, const void *value, gsize size)
{
	guint at = 0;

	if (state->xattrs == NULL) {
		state->xattrs = g_ptr_array_new_with_free_func((GDestroyNotify)xattr_free);
	}
	while (at < state->xattrs->len &&
	       strcmp(((FileXattr *)g_ptr_array_index(state->xattrs, at))->name, name) < 0) {
		at++;
	}
	g_ptr_array_insert(state->xattrs, (int)at, xattr_new(name, g_bytes_new(value, size)));
}

static bool xattrs_are_equal(const GPtrArray *a, const GPtrArray *b)
{
	guint count = a == NULL ? 0 : a->len;

	if (count != (b == NULL ? 0 : b->len)) {
		return false;
	}
	for (guint i = 0; i < count; i++) {
		const FileXattr *x = g_ptr_array_index(a, i);
		const FileXattr *y = g_ptr_array_index(b, i);

		if (!g_str_equal(x->name, y->name) || !g_bytes_equal(x->value, y->value)) {
			return false;
		}
	}
	return true;
}

static bool content_has_sha256(ContentKind kind)
{
	return kind == CONTENT_STORED || kind == CONTENT_DIGEST;
}

static bool content_has_hmac(ContentKind kind)
{
	return kind == CONTENT_SECRET || kind == CONTENT_REDACTED;
}

static bool contents_are_equal(const FileState *a, const FileState *b)
{
	if (content_has_sha256(a->content) && content_has_sha256(b->content)) {
		return memcmp(a->sha256, b->sha256, DIGEST_BYTES) == 0;
	}
	if (content_has_hmac(a->content) && content_has_hmac(b->content)) {
		return memcmp(a->hmac, b->hmac, DIGEST_BYTES) == 0;
	}
	return a->content == b->content && a->size == b->size && a->mtime_usec == b->mtime_usec;
}

/* What only has a meaning between two of the same type. */
static guint compare_by_type(const FileState *a, const FileState *b)
{
	switch (a->type) {
	case FILE_REGULAR:
		return contents_are_equal(a, b) ? 0 : STATE_CONTENT;
	case FILE_SYMLINK:
		return g_strcmp0(a->link, b->link) == 0 ? 0 : STATE_LINK;
	case FILE_CHARACTER:
	case FILE_BLOCK:
		return a->device == b->device ? 0 : STATE_DEVICE;
	case FILE_ABSENT:
	case FILE_DIRECTORY:
	case FILE_FIFO:
	case FILE_SOCKET:
	case _FILE_TYPE_N:
		break;
	}
	return 0;
}

guint file_state_compare(const FileState *a, const FileState *b)
{
	guint difference = a->type == b->type ? compare_by_type(a, b) : STATE_TYPE;

	if (a->type == FILE_ABSENT || b->type == FILE_ABSENT) {
		return difference;
	}
	difference |= a->mode == b->mode ? 0 : STATE_MODE;
	difference |= a->uid == b->uid ? 0 : STATE_OWNER;
	difference |= a->gid == b->gid ? 0 : STATE_GROUP;
	difference |= xattrs_are_equal(a->xattrs, b->xattrs) ? 0 : STATE_XATTRS;
	difference |= a->flags == b->flags ? 0 : STATE_FLAGS;
	return difference;
}

GStrv state_difference_words(guint difference)
{
	GPtrArray *words = g_ptr_array_new();

	for (guint i = 0; i < G_N_ELEMENTS(difference_words); i++) {
		if ((difference & 1u << i) != 0) {
			g_ptr_array_add(words, g_strdup(difference_words[i]));
		}
	}
	g_ptr_array_add(words, NULL);
	return (GStrv)g_ptr_array_free(words, FALSE);
}

const char *file_type_word(FileType type)
{
	g_assert(type < _FILE_TYPE_N);
	return type_words[type];
}

bool file_type_from_word(const char *word, FileType *ret)
{
	for (guint i = 0; i < _FILE_TYPE_N; i++) {
		if (g_str_equal(word, type_words[i])) {
			*ret = (FileType)i;
			return true;
		}
	}
	return false;
}

FileType file_type_from_mode(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return FILE_REGULAR;
	case S_IFDIR:
		return FILE_DIRECTORY;
	case S_IFLNK:
		return FILE_SYMLINK;
	case S_IFIFO:
		return FILE_FIFO;
	case S_IFSOCK:
		return FILE_SOCKET;
	case S_IFCHR:
		return FILE_CHARACTER;
	case S_IFBLK:
		return FILE_BLOCK;
	default:
		return FILE_ABSENT;
	}
}
