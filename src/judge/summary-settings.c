/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Settings in a summary: see summary-settings.h. */
#include "judge/summary-settings.h"

#include "base/escape.h"

#include <string.h>

#define MAX_VALUE_BYTES 60
#define MAX_NAMED 3

static const char *const secret_words[] = {"pass", "secret", "token", "key", "cred", "auth"};

static void append_escaped(GString *out, const char *bytes, gsize size)
{
	g_autofree char *escaped = escape_bytes(bytes, size);

	g_string_append(out, escaped);
}

/*
 * One setting that was changed: two lines that begin with the same word
 */

typedef struct {
	const char *name, *value;
	gsize name_size, value_size;
} Pair;

static bool is_separator(char c)
{
	return c == ' ' || c == '\t' || c == '=' || c == ':';
}

/* "  PermitRootLogin no " -> "PermitRootLogin", "no". */
static bool split_line(const char *line, Pair *ret)
{
	gsize size;

	line += strspn(line, " \t");
	size = strlen(line);
	while (size > 0 && g_ascii_isspace(line[size - 1])) {
		size--;
	}
	*ret = (Pair){.name = line};
	while (ret->name_size < size && !is_separator(line[ret->name_size])) {
		ret->name_size++;
	}
	ret->value = line + ret->name_size;
	ret->value_size = size - ret->name_size;
	while (ret->value_size > 0 && is_separator(*ret->value)) {
		ret->value++;
		ret->value_size--;
	}
	return ret->name_size > 0 && ret->name_size <= MAX_VALUE_BYTES && ret->value_size > 0 &&
	       ret->value_size <= MAX_VALUE_BYTES && g_ascii_isalnum(*ret->name);
}

static bool name_is_telling(const Pair *pair)
{
	g_autofree char *name = g_ascii_strdown(pair->name, (gssize)pair->name_size);

	for (gsize i = 0; i < G_N_ELEMENTS(secret_words); i++) {
		if (strstr(name, secret_words[i]) != NULL) {
			return true;
		}
	}
	return false;
}

static bool append_setting(GString *out, const Change *change)
{
	Pair old_pair, new_pair;

	if (change->added->len != 1 || change->removed->len != 1 ||
	    change->before.content != CONTENT_STORED || change->after.content != CONTENT_STORED ||
	    !split_line(change->removed->pdata[0], &old_pair) ||
	    !split_line(change->added->pdata[0], &new_pair) ||
	    old_pair.name_size != new_pair.name_size ||
	    memcmp(old_pair.name, new_pair.name, old_pair.name_size) != 0 ||
	    (old_pair.value_size == new_pair.value_size &&
	     memcmp(old_pair.value, new_pair.value, old_pair.value_size) == 0) ||
	    name_is_telling(&old_pair)) {
		return false;
	}
	append_escaped(out, old_pair.name, old_pair.name_size);
	g_string_append_c(out, ' ');
	append_escaped(out, old_pair.value, old_pair.value_size);
	g_string_append(out, " -> ");
	append_escaped(out, new_pair.value, new_pair.value_size);
	return true;
}

/*
 * Settings that change/ has found
 */

/* Names behind which there may be a secret, and those that only sound like it. */
static bool is_for_all_ears(const char *name)
{
	g_autofree char *lower = g_ascii_strdown(name, -1);

	if (g_str_has_prefix(lower, "password of ") || g_str_has_suffix(lower, "authentication") ||
	    g_str_has_prefix(lower, "key ") || g_str_has_prefix(lower, "authorizedkeys")) {
		return true;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(secret_words); i++) {
		if (strstr(lower, secret_words[i]) != NULL) {
			return false;
		}
	}
	return strstr(lower, "environment") == NULL;
}

static void append_value(GString *out, const char *value)
{
	gsize size = strlen(value);

	append_escaped(out, value, MIN(size, MAX_VALUE_BYTES));
	g_string_append(out, size > MAX_VALUE_BYTES ? "..." : "");
}

static void append_found_setting(GString *out, const Setting *setting)
{
	append_value(out, setting->name);
	if (!is_for_all_ears(setting->name)) {
		g_string_append(out, " changed");
	} else if (setting->before == NULL) {
		g_string_append(out, " added: ");
		append_value(out, setting->after);
	} else if (setting->after == NULL) {
		g_string_append(out, " removed");
	} else if (strcmp(setting->after, "changed") == 0) {
		g_string_append(out, " changed");
	} else {
		g_string_append_c(out, ' ');
		append_value(out, setting->before);
		g_string_append(out, " -> ");
		append_value(out, setting->after);
	}
}

static bool append_found(GString *out, const Change *change)
{
	if (change->is_cosmetic) {
		g_string_append(out, "comments or white space changed");
		return true;
	}
	if (change->reading == READING_STOPPED) {
		g_string_append(out, "no longer parses");
		return true;
	}
	for (guint i = 0; i < MIN(change->settings->len, MAX_NAMED); i++) {
		g_string_append(out, i == 0 ? "" : ", ");
		append_found_setting(out, change->settings->pdata[i]);
	}
	if (change->settings->len > MAX_NAMED) {
		g_string_append_printf(out, " and %u more", change->settings->len - MAX_NAMED);
	}
	return change->settings->len > 0;
}

bool summary_append_settings(GString *out, const Change *change)
{
	return append_found(out, change) ||
	       (change->diff_presence == DIFF_PRESENT && append_setting(out, change));
}
