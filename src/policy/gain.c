/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one state has more than another, in words. */
#include "policy/gain.h"

#include <cap-ng.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <string.h>

/* Not a capability: stands for an attribute we cannot read. */
#define UNREADABLE_BIT 63

static const struct {
	const char *word;
	guint32 bits; /* any of them */
} mode_rows[] = {
	{"setuid", 04000},        {"setgid", 02000},         {"sticky", 01000},
	{"executable", 0111},     {"world-writable", 00002}, {"group-writable", 00020},
	{"world-readable", 0004}, {"group-readable", 0040},
};

static GStrv end_words(GPtrArray *words)
{
	g_ptr_array_add(words, NULL);
	return (GStrv)g_ptr_array_free(words, FALSE);
}

static guint32 mode_of(const FileState *state)
{
	return state->type == FILE_ABSENT || state->type == FILE_SYMLINK ? 0 : state->mode;
}

GStrv gain_mode_words(const FileState *before, const FileState *after)
{
	GPtrArray *words = g_ptr_array_new();
	guint32 old_mode = mode_of(before);
	guint32 new_mode = mode_of(after);

	for (guint i = 0; i < G_N_ELEMENTS(mode_rows); i++) {
		if ((new_mode & mode_rows[i].bits) && !(old_mode & mode_rows[i].bits)) {
			g_ptr_array_add(words, g_strdup(mode_rows[i].word));
		}
	}
	return end_words(words);
}

static GBytes *find_xattr(const FileState *state, const char *name)
{
	for (guint i = 0; state->xattrs != NULL && i < state->xattrs->len; i++) {
		const FileXattr *xattr = g_ptr_array_index(state->xattrs, i);

		if (g_str_equal(xattr->name, name)) {
			return xattr->value;
		}
	}
	return NULL;
}

/* The permitted set of vfs_cap_data, revisions 1 to 3 (see <linux/capability.h>). */
static guint64 permitted_of(const FileState *state)
{
	GBytes *value = find_xattr(state, "security.capability");
	guint32 words[4] = {0};
	const void *data;
	gsize size;

	if (value == NULL) {
		return 0;
	}
	data = g_bytes_get_data(value, &size);
	if (size < XATTR_CAPS_SZ_1) {
		return G_GUINT64_CONSTANT(1) << UNREADABLE_BIT;
	}
	memcpy(words, data, MIN(size, sizeof(words)));
	return GUINT32_FROM_LE(words[1]) | (guint64)GUINT32_FROM_LE(words[3]) << 32;
}

GStrv gain_capabilities(const FileState *before, const FileState *after)
{
	GPtrArray *words = g_ptr_array_new();
	guint64 gained = permitted_of(after) & ~permitted_of(before);

	for (guint i = 0; i < 64; i++) {
		const char *name = i == UNREADABLE_BIT ? "unreadable" : capng_capability_to_name(i);

		if (!(gained & G_GUINT64_CONSTANT(1) << i)) {
			continue;
		}
		g_ptr_array_add(words, name ? g_strconcat("cap_", name, NULL)
					    : g_strdup_printf("cap_%u", i));
	}
	return end_words(words);
}

GStrv gain_xattrs(const FileState *before, const FileState *after)
{
	GPtrArray *names = g_ptr_array_new();

	for (guint i = 0; after->xattrs != NULL && i < after->xattrs->len; i++) {
		const FileXattr *xattr = g_ptr_array_index(after->xattrs, i);
		GBytes *old = find_xattr(before, xattr->name);

		if (old == NULL || !g_bytes_equal(old, xattr->value)) {
			g_ptr_array_add(names, g_strdup(xattr->name));
		}
	}
	return end_words(names);
}
