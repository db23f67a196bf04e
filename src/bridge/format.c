/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of formats: see format.h. */
#include "bridge/format.h"

#include <stdlib.h>
#include <string.h>

/* The body with its id as a member, as `reeve --json` shows it. */
static void format_native(const Record *record, GString *out)
{
	json_t *body = json_pack("{s:s}", "id", record->id);
	char *text;

	json_object_update(body, (json_t *)record->event);
	text = json_dumps(body, JSON_COMPACT);
	g_string_append(out, text);
	free(text);
	json_decref(body);
}

/* Where a text is cut so that no character is. */
static gsize cut_at(const char *text, gsize max)
{
	gsize size = strnlen(text, max + 1);

	if (size <= max) {
		return size;
	}
	for (size = max; size > 0 && ((guchar)text[size] & 0xc0) == 0x80; size--) {
	}
	return size;
}

void format_append(GString *out, const char *text, gsize max, const char *specials)
{
	g_autofree char *sound =
		g_utf8_validate(text, -1, NULL) ? NULL : g_utf8_make_valid(text, -1);
	const char *at = sound != NULL ? sound : text, *end = at + cut_at(at, max), *plain = at;

	for (; at < end; at++) {
		if (!g_ascii_iscntrl(*at) && strchr(specials, *at) == NULL) {
			continue;
		}
		g_string_append_len(out, plain, at - plain);
		g_string_append_c(out, g_ascii_iscntrl(*at) ? ' ' : '\\');
		/* (one that was marked is written with what follows) */
		plain = g_ascii_iscntrl(*at) ? at + 1 : at;
	}
	g_string_append_len(out, plain, end - plain);
}

static const Format formats[] = {
	{"rfc5424", false, format_rfc5424}, {"ecs", false, format_ecs},
	{"cef", false, format_cef},         {"hec", false, format_hec},
	{"native", true, format_native},
};

const Format *format_find(const char *name)
{
	for (guint i = 0; i < G_N_ELEMENTS(formats); i++) {
		if (g_str_equal(formats[i].name, name)) {
			return &formats[i];
		}
	}
	return NULL;
}
