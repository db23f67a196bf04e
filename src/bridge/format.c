/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of formats: see format.h. */
#include "bridge/format.h"

#include <stdlib.h>

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

char *format_cut(const char *text, gsize max)
{
	g_autofree char *sound = g_utf8_make_valid(text, -1);
	char *copy = g_strndup(sound, max);
	const char *end;

	if (!g_utf8_validate(copy, -1, &end)) {
		copy[end - copy] = '\0';
	}
	for (char *c = copy; *c != '\0'; c++) {
		*c = g_ascii_iscntrl(*c) ? ' ' : *c;
	}
	return copy;
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
