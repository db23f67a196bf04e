/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Access lists: see acl.h. The form of the attribute is linux/posix_acl_xattr.h's. */
#include "register/acl.h"

#include <string.h>

#define XATTR_VERSION 2
#define HEADER_BYTES 4
#define ENTRY_BYTES 8
#define NOBODY G_MAXUINT32

/* In the order in which entries are told. */
typedef enum {
	TAG_USER_OWNER,
	TAG_USER,
	TAG_GROUP_OWNER,
	TAG_GROUP,
	TAG_MASK,
	TAG_OTHER,
	_TAG_N,
} Tag;

static const struct {
	guint16 number;
	const char *word;
	bool is_named;
} tags[_TAG_N] = {
	[TAG_USER_OWNER] = {0x01, "user", false},   [TAG_USER] = {0x02, "user", true},
	[TAG_GROUP_OWNER] = {0x04, "group", false}, [TAG_GROUP] = {0x08, "group", true},
	[TAG_MASK] = {0x10, "mask", false},         [TAG_OTHER] = {0x20, "other", false},
};

typedef struct {
	bool is_default;
	Tag tag;
	guint32 id; /* NOBODY where the tag names nobody */
	guint perm; /* 4 read, 2 write, 1 execute */
} Entry;

bool acl_is_name(const char *xattr)
{
	return g_str_equal(xattr, ACL_ACCESS) || g_str_equal(xattr, ACL_DEFAULT);
}

static int compare_entries(gconstpointer a, gconstpointer b)
{
	const Entry *left = a, *right = b;

	if (left->is_default != right->is_default) {
		return left->is_default ? 1 : -1;
	}
	if (left->tag != right->tag) {
		return left->tag < right->tag ? -1 : 1;
	}
	return left->id == right->id ? 0 : left->id < right->id ? -1 : 1;
}

static void put_entry(GString *out, const Entry *entry)
{
	g_string_append_printf(out, "%s%s%s:", out->len == 0 ? "" : ",",
			       entry->is_default ? "default:" : "", tags[entry->tag].word);
	if (entry->id != NOBODY) {
		g_string_append_printf(out, "%u", entry->id);
	}
	g_string_append_printf(out, ":%c%c%c", (entry->perm & 4) != 0 ? 'r' : '-',
			       (entry->perm & 2) != 0 ? 'w' : '-',
			       (entry->perm & 1) != 0 ? 'x' : '-');
}

static char *format(GArray *entries)
{
	GString *out = g_string_new(NULL);

	g_array_sort(entries, compare_entries);
	for (guint i = 0; i < entries->len; i++) {
		put_entry(out, &g_array_index(entries, Entry, i));
	}
	if (out->len == 0) {
		g_string_append(out, ACL_NONE);
	}
	return g_string_free(out, FALSE);
}

/* From text */

G_GNUC_PRINTF(2, 3)
static bool complain(GError **error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_propagate_error(error, g_error_new_valist(REEVE_ERROR, REEVE_ERROR_SYNTAX, format, args));
	va_end(args);
	return false;
}

static bool read_id(const char *word, guint32 *ret)
{
	guint64 number;

	*ret = NOBODY;
	if (*word == '\0') {
		return true;
	}
	if (!g_ascii_string_to_unsigned(word, 10, 0, NOBODY - 1, &number, NULL)) {
		return false;
	}
	*ret = (guint32)number;
	return true;
}

static bool read_perm(const char *word, guint *ret)
{
	static const char letters[] = "rwx";

	*ret = 0;
	for (guint i = 0; i < 3; i++) {
		if (word[i] != letters[i] && word[i] != '-') {
			return false;
		}
		*ret |= word[i] == '-' ? 0 : 4U >> i;
	}
	return word[3] == '\0';
}

static bool read_tag(const char *word, bool is_named, Tag *ret)
{
	for (Tag tag = 0; tag < _TAG_N; tag++) {
		if (g_str_equal(word, tags[tag].word) && tags[tag].is_named == is_named) {
			*ret = tag;
			return true;
		}
	}
	return false;
}

static bool read_entry(const char *text, Entry *ret, GError **error)
{
	bool is_default = g_str_has_prefix(text, "default:");
	g_auto(GStrv) parts = g_strsplit(is_default ? strchr(text, ':') + 1 : text, ":", 4);

	ret->is_default = is_default;
	if (g_strv_length(parts) != 3 || !read_perm(parts[2], &ret->perm)) {
		return complain(error, "`%s` is no entry of an access list, like user:1000:r--",
				text);
	}
	if (!read_id(parts[1], &ret->id)) {
		return complain(error, "`%s`: write the number instead (getfacl -n prints it)",
				text);
	}
	return read_tag(parts[0], ret->id != NOBODY, &ret->tag) ||
	       complain(error, "`%s`: it is user, group, mask or other", text);
}

static bool has_tag(const GArray *entries, bool is_default, Tag tag)
{
	for (guint i = 0; i < entries->len; i++) {
		const Entry *entry = &g_array_index(entries, Entry, i);

		if (entry->is_default == is_default && entry->tag == tag) {
			return true;
		}
	}
	return false;
}

static bool list_is_whole(const GArray *entries, bool is_default, GError **error)
{
	const char *which = is_default ? "the default list" : "the access list";
	bool has_named =
		has_tag(entries, is_default, TAG_USER) || has_tag(entries, is_default, TAG_GROUP);
	bool has_any = has_named;

	for (Tag tag = 0; tag < _TAG_N; tag++) {
		has_any = has_any || has_tag(entries, is_default, tag);
	}
	if (has_any && (!has_tag(entries, is_default, TAG_USER_OWNER) ||
			!has_tag(entries, is_default, TAG_GROUP_OWNER) ||
			!has_tag(entries, is_default, TAG_OTHER))) {
		return complain(error, "%s must have user::, group:: and other::", which);
	}
	return !has_named || has_tag(entries, is_default, TAG_MASK) ||
	       complain(error, "%s names somebody, so it must have mask::", which);
}

static bool are_different(GArray *entries, GError **error)
{
	g_array_sort(entries, compare_entries);
	for (guint i = 1; i < entries->len; i++) {
		if (compare_entries(&g_array_index(entries, Entry, i - 1),
				    &g_array_index(entries, Entry, i)) == 0) {
			return complain(error, "two entries are about the same");
		}
	}
	return true;
}

char *acl_from_text(const char *text, GError **error)
{
	g_autoptr(GArray) entries = g_array_new(FALSE, FALSE, sizeof(Entry));
	g_auto(GStrv) words = g_strsplit(text, ",", ACL_MAX_ENTRIES + 1);

	if (g_str_equal(text, ACL_NONE)) {
		return g_strdup(ACL_NONE);
	}
	if (g_strv_length(words) > ACL_MAX_ENTRIES) {
		complain(error, "too many entries");
		return NULL;
	}
	for (guint i = 0; words[i] != NULL; i++) {
		Entry entry;

		if (!read_entry(words[i], &entry, error)) {
			return NULL;
		}
		g_array_append_val(entries, entry);
	}
	if (entries->len == 0) {
		complain(error, "write `%s` for no access list", ACL_NONE);
		return NULL;
	}
	return are_different(entries, error) && list_is_whole(entries, false, error) &&
			       list_is_whole(entries, true, error)
		       ? format(entries)
		       : NULL;
}

/* From attributes */

static guint32 little_endian(const guint8 *at, guint bytes)
{
	guint32 number = 0;

	for (guint i = 0; i < bytes; i++) {
		number |= (guint32)at[i] << (8 * i);
	}
	return number;
}

static bool decode_entry(const guint8 *at, Entry *ret)
{
	guint32 number = little_endian(at, 2);

	ret->perm = little_endian(at + 2, 2) & 7;
	for (Tag tag = 0; tag < _TAG_N; tag++) {
		if (tags[tag].number == number) {
			ret->tag = tag;
			ret->id = tags[tag].is_named ? little_endian(at + 4, 4) : NOBODY;
			return true;
		}
	}
	return false;
}

static bool decode(const FileXattr *xattr, GArray *entries)
{
	gsize size;
	const guint8 *bytes = g_bytes_get_data(xattr->value, &size);

	if (size < HEADER_BYTES || (size - HEADER_BYTES) % ENTRY_BYTES != 0 ||
	    little_endian(bytes, HEADER_BYTES) != XATTR_VERSION) {
		return false;
	}
	for (gsize at = HEADER_BYTES; at < size; at += ENTRY_BYTES) {
		Entry entry = {.is_default = g_str_equal(xattr->name, ACL_DEFAULT)};

		if (!decode_entry(bytes + at, &entry)) {
			return false;
		}
		g_array_append_val(entries, entry);
	}
	return true;
}

/* The entries of a state; NULL and the attribute that is no list. */
static GArray *entries_of(const FileState *state, const FileXattr **ret_wrong)
{
	g_autoptr(GArray) entries = g_array_new(FALSE, FALSE, sizeof(Entry));

	*ret_wrong = NULL;
	for (guint i = 0; state->xattrs != NULL && i < state->xattrs->len; i++) {
		const FileXattr *xattr = g_ptr_array_index(state->xattrs, i);

		if (acl_is_name(xattr->name) && !decode(xattr, entries)) {
			*ret_wrong = xattr;
			return NULL;
		}
	}
	return g_steal_pointer(&entries);
}

char *acl_of_state(const FileState *state)
{
	const FileXattr *wrong;
	g_autoptr(GArray) entries = entries_of(state, &wrong);
	g_autofree char *base64 = NULL;

	if (entries != NULL) {
		return format(entries);
	}
	base64 = g_base64_encode(g_bytes_get_data(wrong->value, NULL),
				 g_bytes_get_size(wrong->value));
	return g_strdup_printf("no list: %s", base64);
}

bool acl_lets_write(const FileState *state)
{
	const FileXattr *wrong;
	g_autoptr(GArray) entries = entries_of(state, &wrong);
	bool names_writer = entries == NULL;
	bool mask_lets = true;

	for (guint i = 0; entries != NULL && i < entries->len; i++) {
		const Entry *entry = &g_array_index(entries, Entry, i);
		bool writes = (entry->perm & 2) != 0;

		if (entry->is_default) {
			continue;
		}
		names_writer = names_writer || (writes && tags[entry->tag].is_named);
		mask_lets = mask_lets && (entry->tag != TAG_MASK || writes);
	}
	return names_writer && mask_lets;
}
