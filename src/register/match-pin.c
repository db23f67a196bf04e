/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Holding a state against a pin: see match-pin.h. */
#include "register/match-pin.h"
#include "register/acl.h"

#include "base/escape.h"

#include <string.h>
#include <sys/stat.h>

/* set-user-id, set-group-id, writable by everybody */
#define DANGEROUS_MODE 06002
/* writable by everybody, and nobody's files are safe there */
#define OPEN_FOLDER_MODE (S_ISVTX | S_IWOTH)

void match_fail(Match *match, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_ptr_array_add(match->reasons, g_strdup_vprintf(format, args));
	va_end(args);
}

static void test_digest(const char *prefix, const char *what, const guint8 *wanted,
			const guint8 *found, bool has_found, gsize size, Match *match)
{
	char wanted_hex[2 * DIGEST_BYTES + 1], found_hex[2 * DIGEST_BYTES + 1];

	if (has_found && memcmp(wanted, found, size) == 0) {
		return;
	}
	hex_encode(wanted, size, wanted_hex);
	hex_encode(found, size, found_hex);
	match_fail(match, "%scontent (%s): requested %s, found %s", prefix, what, wanted_hex,
		   has_found ? found_hex : "content that has none");
}

/* Only a regular file has content: the target of a link may spell the same bytes. */
static void test_content(const char *prefix, const Pin *pin, const FileState *state, Match *match)
{
	bool stored = state->content == CONTENT_STORED;

	if ((pin->has_blob || pin->has_sha256 || pin->has_hmac) && state->type != FILE_REGULAR) {
		match_fail(match, "%scontent: requested a file, found %s", prefix,
			   file_type_word(state->type));
		return;
	}
	if (pin->has_blob) {
		test_digest(prefix, "git blob", pin->blob, state->blob, stored, BLOB_BYTES, match);
	}
	if (pin->has_sha256) {
		test_digest(prefix, "sha256", pin->sha256, state->sha256,
			    stored || state->content == CONTENT_DIGEST, DIGEST_BYTES, match);
	}
	if (pin->has_hmac) {
		test_digest(prefix, "hmac", pin->hmac, state->hmac,
			    state->content == CONTENT_SECRET || state->content == CONTENT_REDACTED,
			    DIGEST_BYTES, match);
	}
}

/* A name, or the number when the pin is one. */
static void test_name(const char *prefix, const char *what, const char *wanted, const char *name,
		      guint32 number, Match *match)
{
	char decimal[16];

	if (wanted == NULL || g_strcmp0(wanted, name) == 0) {
		return;
	}
	g_snprintf(decimal, sizeof(decimal), "%u", number);
	if (!g_str_equal(wanted, decimal)) {
		match_fail(match, "%s%s: requested %s, found %s", prefix, what, wanted,
			   name != NULL ? name : decimal);
	}
}

static void test_target(const char *prefix, const Pin *pin, const FileState *state, Match *match)
{
	g_autofree char *found = NULL;

	if (pin->target != NULL && g_strcmp0(pin->target, state->link) != 0) {
		found = state->link == NULL ? NULL : escape_path(state->link);
		match_fail(match, "%starget: requested a link to %s, found %s", prefix, pin->target,
			   found != NULL ? found : file_type_word(state->type));
	}
}

/* The value of an attribute in base64, as events tell it; NULL: there is none. Caller frees. */
static char *xattr_value(const FileState *state, const char *name)
{
	for (guint i = 0; state->xattrs != NULL && i < state->xattrs->len; i++) {
		const FileXattr *xattr = g_ptr_array_index(state->xattrs, i);

		if (g_str_equal(xattr->name, name)) {
			return g_base64_encode(g_bytes_get_data(xattr->value, NULL),
					       g_bytes_get_size(xattr->value));
		}
	}
	return NULL;
}

static const char *wanted_value(const Pin *pin, const char *name)
{
	for (guint i = 0; i < pin->xattrs->len; i++) {
		const PinXattr *xattr = g_ptr_array_index(pin->xattrs, i);

		if (g_str_equal(xattr->name, name)) {
			return xattr->value;
		}
	}
	return NULL;
}

static void fail_xattr(const char *prefix, const char *name, const char *wanted, const char *found,
		       Match *match)
{
	g_autofree char *safe = escape_path(name);

	match_fail(match, "%sattribute %s: requested %s, found %s", prefix, safe,
		   wanted == NULL ? "none" : wanted, found == NULL ? "none" : found);
}

/* All that were asked for, and no other. */
static void test_xattrs(const char *prefix, const Pin *pin, const FileState *state, Match *match)
{
	for (guint i = 0; pin->xattrs != NULL && i < pin->xattrs->len; i++) {
		const PinXattr *wanted = g_ptr_array_index(pin->xattrs, i);
		g_autofree char *found = xattr_value(state, wanted->name);

		if (g_strcmp0(found, wanted->value) != 0) {
			fail_xattr(prefix, wanted->name, wanted->value, found, match);
		}
	}
	for (guint i = 0; pin->xattrs != NULL && state->xattrs != NULL && i < state->xattrs->len;
	     i++) {
		const FileXattr *xattr = g_ptr_array_index(state->xattrs, i);

		if (!acl_is_name(xattr->name) && wanted_value(pin, xattr->name) == NULL) {
			g_autofree char *found = xattr_value(state, xattr->name);

			fail_xattr(prefix, xattr->name, NULL, found, match);
		}
	}
}

static void test_acl(const char *prefix, const Pin *pin, const FileState *state, Match *match)
{
	g_autofree char *found = pin->acl == NULL ? NULL : acl_of_state(state);

	if (g_strcmp0(pin->acl, found) != 0) {
		match_fail(match, "%saccess list: requested %s, found %s", prefix, pin->acl, found);
	}
}

void match_pin(const char *prefix, const Pin *pin, const FileState *state, Match *match)
{
	if (!pin->is_given) {
		return;
	}
	if (pin->is_absent != (state->type == FILE_ABSENT)) {
		match_fail(match, "%scontent: requested %s, found %s", prefix,
			   pin->is_absent ? "nothing there" : "something there",
			   state->type == FILE_ABSENT ? "nothing" : file_type_word(state->type));
		return;
	}
	if (pin->is_absent) {
		return;
	}
	test_content(prefix, pin, state, match);
	if (pin->has_mode && pin->mode != state->mode) {
		match_fail(match, "%smode: requested %04o, found %04o", prefix, pin->mode,
			   state->mode);
	}
	test_name(prefix, "owner", pin->owner, state->owner, state->uid, match);
	test_name(prefix, "group", pin->group, state->group, state->gid, match);
	test_target(prefix, pin, state, match);
	test_xattrs(prefix, pin, state, match);
	test_acl(prefix, pin, state, match);
}

/* What came where nothing was takes no power along that nobody asked for. */
static void test_new_mode(const FileState *state, Match *match)
{
	bool is_file = state->type == FILE_REGULAR && (state->mode & DANGEROUS_MODE) != 0;
	bool is_open = state->type == FILE_DIRECTORY && (state->mode & OPEN_FOLDER_MODE) == S_IWOTH;

	if (is_file || is_open) {
		match_fail(match,
			   "mode: not requested, but %04o lets it run as somebody else or be "
			   "written by everybody",
			   state->mode);
	}
}

static void test_new(const Pin *to, const FileState *state, Match *match)
{
	g_autofree char *capabilities = xattr_value(state, "security.capability");

	if (!to->has_mode) {
		test_new_mode(state, match);
	}
	if (state->type != FILE_REGULAR && state->type != FILE_DIRECTORY &&
	    state->type != FILE_SYMLINK) {
		match_fail(match, "type: not requested, but it is a %s",
			   file_type_word(state->type));
	}
	if (to->xattrs == NULL && capabilities != NULL) {
		match_fail(match, "attributes: not requested, but it has capabilities");
	}
	if (to->acl == NULL && acl_lets_write(state)) {
		g_autofree char *found = acl_of_state(state);

		match_fail(match, "access list: not requested, but %s lets others write", found);
	}
}

/* Attributes that are no access lists, as one text. */
static char *xattrs_text(const FileState *state)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; state->xattrs != NULL && i < state->xattrs->len; i++) {
		const FileXattr *xattr = g_ptr_array_index(state->xattrs, i);
		g_autofree char *name = escape_path(xattr->name);
		g_autofree char *value = xattr_value(state, xattr->name);

		if (!acl_is_name(xattr->name)) {
			g_string_append_printf(text, "%s%s=%s", text->len == 0 ? "" : " ", name,
					       value);
		}
	}
	return g_string_free(text, FALSE);
}

static void test_untouched_attributes(const Pin *pin, const Change *change, Match *match)
{
	g_autofree char *old_xattrs = xattrs_text(&change->before);
	g_autofree char *new_xattrs = xattrs_text(&change->after);
	g_autofree char *old_acl = acl_of_state(&change->before);
	g_autofree char *new_acl = acl_of_state(&change->after);

	if (pin->xattrs == NULL && !g_str_equal(old_xattrs, new_xattrs)) {
		match_fail(match, "attributes: not requested, but changed from %s to %s",
			   *old_xattrs == '\0' ? "none" : old_xattrs,
			   *new_xattrs == '\0' ? "none" : new_xattrs);
	}
	if (pin->acl == NULL && !g_str_equal(old_acl, new_acl)) {
		match_fail(match, "access list: not requested, but changed from %s to %s", old_acl,
			   new_acl);
	}
	if ((change->difference & STATE_FLAGS) != 0) {
		match_fail(match, "flags: not requested, but changed from %#x to %#x",
			   change->before.flags, change->after.flags);
	}
}

static void test_way(const RequestChange *item, const Pin *pin, const Change *change, Match *match)
{
	if (change->after.type == FILE_ABSENT) {
		return;
	}
	if (change->before.type == FILE_ABSENT || change->op == OP_MOVED) {
		test_new(pin, &change->after, match);
		return;
	}
	if ((change->difference & STATE_TYPE) != 0 && pin->target == NULL &&
	    !pin_has_content(pin)) {
		match_fail(match, "type: not requested, but changed from %s to %s",
			   file_type_word(change->before.type), file_type_word(change->after.type));
	}
	if ((change->difference & STATE_MODE) != 0 && !pin->has_mode) {
		match_fail(match, "mode: not requested, but changed from %04o to %04o",
			   change->before.mode, change->after.mode);
	}
	if ((change->difference & STATE_OWNER) != 0 && pin->owner == NULL) {
		match_fail(match, "owner: not requested, but changed from %u to %u",
			   change->before.uid, change->after.uid);
	}
	if ((change->difference & STATE_GROUP) != 0 && pin->group == NULL) {
		match_fail(match, "group: not requested, but changed from %u to %u",
			   change->before.gid, change->after.gid);
	}
	if ((change->difference & (STATE_XATTRS | STATE_FLAGS)) != 0) {
		test_untouched_attributes(pin, change, match);
	}
	if (item->has_op && item->op == OP_ATTRIBUTES_MODIFIED &&
	    (change->difference & (STATE_CONTENT | STATE_TYPE | STATE_LINK | STATE_DEVICE)) != 0) {
		match_fail(match, "content: not requested, but changed");
	}
}

void match_untouched(const RequestChange *item, const Pin *pin, const Change *change,
		     const FileState *agreed, Match *match)
{
	Change whole = *change; /* borrows everything */

	if (agreed != NULL) {
		whole.before = *agreed;
		whole.op = agreed->type == FILE_ABSENT ? OP_CREATED : OP_UPDATED;
		whole.difference = file_state_compare(agreed, &change->after);
	}
	test_way(item, pin, &whole, match);
}
