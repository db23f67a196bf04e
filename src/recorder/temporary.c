/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names that look temporary: see temporary.h. */
#include "recorder/temporary.h"

#include <string.h>

/* A name of `prefix`, then `random` characters out of [A-Za-z0-9_], or at least one when 0, then
 * `suffix`. */
typedef struct {
	const char *prefix;
	gsize random;
	const char *suffix;
} Shape;

static const Shape shapes[] = {
	{"sed", 6, ""},             /* sed -i */
	{"tmp", 6, ""},             /* mkstemp as many programs call it */
	{"tmp", 8, ""},             /* Python's tempfile */
	{".goutputstream-", 6, ""}, /* GLib's g_file_set_contents of old */
	{".ansible_tmp", 0, ""},    /* ansible's atomic_move */
};

static const char *const suffixes[] = {
	"~",     ".swp",      ".swpx",     ".swx",      ".swo",    ".tmp",
	".temp", ".dpkg-new", ".dpkg-tmp", ".dpkg-old", ".rpmnew", ".part",
	".lock", ".new",      ".augnew",   ".crswap",   ".bak~",
};

/* dpkg: the new file, and a second name of the old one. */
static const char *const unpacked_suffixes[] = {".dpkg-new", ".dpkg-tmp"};

#define RPM_HEX 8

static const char *const prefixes[] = {
	".#",     /* Emacs' locks */
	"#",      /* Emacs' auto-saves */
	".~lock", /* office programs */
	".nfs",   /* what NFS makes of an open file that is removed */
};

static bool is_random(const char *text, gsize length)
{
	for (gsize i = 0; i < length; i++) {
		if (!g_ascii_isalnum(text[i]) && text[i] != '_') {
			return false;
		}
	}
	return true;
}

static bool has_shape(const char *name, gsize length, const Shape *shape)
{
	gsize before = strlen(shape->prefix);
	gsize after = strlen(shape->suffix);
	gsize middle = length > before + after ? length - before - after : 0;

	return middle > 0 && (shape->random == 0 || middle == shape->random) &&
	       g_str_has_prefix(name, shape->prefix) && g_str_has_suffix(name, shape->suffix) &&
	       (shape->random == 0 || is_random(name + before, middle));
}

/* "passwd.k3Xb9Q", ".name.Ab12Cd": the six characters of mkstemp behind a dot. They are told from
 * an honest extension by a mixture that no word has: a digit or both cases. */
static bool has_random_extension(const char *name)
{
	const char *dot = strrchr(name, '.');
	bool has_digit = false, has_upper = false, has_lower = false;

	if (dot == NULL || dot == name || strlen(dot + 1) != 6 || !is_random(dot + 1, 6)) {
		return false;
	}
	for (const char *p = dot + 1; *p != '\0'; p++) {
		has_digit |= g_ascii_isdigit(*p);
		has_upper |= g_ascii_isupper(*p);
		has_lower |= g_ascii_islower(*p);
	}
	return has_lower + has_upper + has_digit >= 2;
}

/* vim tries whether it may create files with the name 4913, then adds 123 until one is free. */
static bool is_vim_probe(const char *name)
{
	guint64 number;

	return strlen(name) <= 5 &&
	       g_ascii_string_to_unsigned(name, 10, 4913, 99999, &number, NULL) &&
	       (number - 4913) % 123 == 0;
}

/* rpm: "name;65a1b2c3". */
static bool is_of_rpm(const char *name)
{
	const char *mark = strrchr(name, ';');

	return mark != NULL && mark != name && strlen(mark + 1) == RPM_HEX &&
	       strspn(mark + 1, "0123456789abcdef") == RPM_HEX;
}

bool name_is_unpacked(const char *name)
{
	for (gsize i = 0; i < G_N_ELEMENTS(unpacked_suffixes); i++) {
		if (g_str_has_suffix(name, unpacked_suffixes[i])) {
			return true;
		}
	}
	return is_of_rpm(name);
}

bool name_looks_temporary(const char *name)
{
	gsize length = strlen(name);

	if (name_is_unpacked(name)) {
		return true;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(suffixes); i++) {
		if (g_str_has_suffix(name, suffixes[i])) {
			return true;
		}
	}
	for (gsize i = 0; i < G_N_ELEMENTS(prefixes); i++) {
		if (g_str_has_prefix(name, prefixes[i])) {
			return true;
		}
	}
	for (gsize i = 0; i < G_N_ELEMENTS(shapes); i++) {
		if (has_shape(name, length, &shapes[i])) {
			return true;
		}
	}
	return is_vim_probe(name) || has_random_extension(name);
}

/* Without the dot that hides it: vim's swap file of "conf" is ".conf.swp". */
static char *shown(const char *name, gsize length, bool may_be_hidden)
{
	bool hides = may_be_hidden && length > 1 && name[0] == '.';

	return length == 0 ? NULL : g_strndup(name + hides, length - hides);
}

char *name_beside_temporary(const char *name)
{
	gsize length = strlen(name);

	if (g_str_has_prefix(name, ".#")) {
		return shown(name + 2, length - 2, false);
	}
	if (name[0] == '#' && length > 2 && name[length - 1] == '#') {
		return shown(name + 1, length - 2, false);
	}
	for (gsize i = 0; i < G_N_ELEMENTS(suffixes); i++) {
		if (g_str_has_suffix(name, suffixes[i])) {
			return shown(name, length - strlen(suffixes[i]),
				     g_str_has_prefix(suffixes[i], ".sw"));
		}
	}
	if (is_of_rpm(name)) {
		return shown(name, length - RPM_HEX - 1, false);
	}
	return has_random_extension(name) ? shown(name, length - 7, true) : NULL;
}
