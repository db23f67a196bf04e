/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Change requests: lives, words and ids. Reading request.yaml is request-parse.c.
 */
#include "register/request.h"

#include <string.h>

static const char *const type_words[] = {
	[REQUEST_STANDARD] = "standard",
	[REQUEST_NORMAL] = "normal",
	[REQUEST_EMERGENCY] = "emergency",
};

const char *const request_risks[] = {"low", "medium", "high", NULL};

const char *request_type_word(RequestType type)
{
	return type_words[type];
}

static void pin_clear(Pin *pin)
{
	g_free(pin->owner);
	g_free(pin->group);
	g_free(pin->target);
	g_clear_pointer(&pin->xattrs, g_ptr_array_unref);
	g_free(pin->acl);
}

static void pin_xattr_free(PinXattr *xattr)
{
	g_free(xattr->name);
	g_free(xattr->value);
	g_free(xattr);
}

GPtrArray *pin_new_xattrs(void)
{
	return g_ptr_array_new_with_free_func((GDestroyNotify)pin_xattr_free);
}

bool pin_add_xattr(Pin *pin, const char *name, const char *value)
{
	PinXattr *xattr;
	guint at = 0;

	if (pin->xattrs == NULL) {
		pin->xattrs = pin_new_xattrs();
	}
	while (at < pin->xattrs->len &&
	       strcmp(((PinXattr *)g_ptr_array_index(pin->xattrs, at))->name, name) < 0) {
		at++;
	}
	if (at < pin->xattrs->len &&
	    g_str_equal(((PinXattr *)g_ptr_array_index(pin->xattrs, at))->name, name)) {
		return false;
	}
	xattr = g_new0(PinXattr, 1);
	xattr->name = g_strdup(name);
	xattr->value = g_strdup(value);
	g_ptr_array_insert(pin->xattrs, (int)at, xattr);
	return true;
}

bool pin_has_content(const Pin *pin)
{
	return pin->is_absent || pin->has_blob || pin->has_sha256 || pin->has_hmac ||
	       pin->target != NULL;
}

static void request_change_free(RequestChange *change)
{
	g_free(change->path);
	pin_clear(&change->from);
	pin_clear(&change->to);
	g_free(change);
}

Request *request_new(void)
{
	Request *request = g_new0(Request, 1);

	request->type = REQUEST_NORMAL;
	request->changes = g_ptr_array_new_with_free_func((GDestroyNotify)request_change_free);
	return request;
}

RequestChange *request_add_change(Request *request, const char *path)
{
	RequestChange *change = g_new0(RequestChange, 1);

	change->path = g_strdup(path);
	change->is_glob = strpbrk(path, "*?") != NULL;
	g_ptr_array_add(request->changes, change);
	return change;
}

void request_free(Request *request)
{
	g_free(request->id);
	g_free(request->title);
	g_free(request->requester);
	g_strfreev(request->implementers);
	g_strfreev(request->hosts);
	g_free(request->risk);
	g_ptr_array_unref(request->changes);
	g_free(request->backout);
	g_free(request->description);
	g_free(request->external_system);
	g_free(request->external_key);
	g_free(request->external_url);
	g_free(request->author);
	g_strfreev(request->conditions.programs);
	g_strfreev(request->conditions.lines);
	g_free(request);
}

bool request_id_is_valid(const char *id)
{
	gsize length = strlen(id);

	if (length < 3 || length > 64 || !g_ascii_isalnum(id[0])) {
		return false;
	}
	for (const char *p = id; *p != '\0'; p++) {
		if (!g_ascii_isalnum(*p) && strchr("._-", *p) == NULL) {
			return false;
		}
	}
	return strstr(id, "..") == NULL && !g_str_has_suffix(id, ".lock");
}

char *request_id_make(gint64 now_usec)
{
	static const char base32[] = "abcdefghijklmnopqrstuvwxyz234567";
	g_autoptr(GDateTime) now = g_date_time_new_from_unix_utc(now_usec / 1000000);
	g_autofree char *date = g_date_time_format(now, "%Y%m%d");
	guint32 random = g_random_int();
	char tail[5] = "";

	for (int i = 0; i < 4; i++) {
		tail[i] = base32[random >> (5 * i) & 31];
	}
	return g_strdup_printf("CHG-%s-%s", date, tail);
}
