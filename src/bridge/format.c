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

static const Format formats[] = {
	{"rfc5424", false, format_rfc5424},
	{"ecs", false, format_ecs},
	{"cef", false, format_cef},
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
