/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records: see record.h. */
#include "bridge/record.h"
#include "event/verdict.h"

#include <string.h>

/* (Walked without a copy: it is done some thirty times for each record.) */
const json_t *record_get(const Record *record, const char *path)
{
	bool is_file = g_str_has_prefix(path, "file.");
	const json_t *at = is_file ? record->file : record->event;
	const char *name = is_file ? path + strlen("file.") : path;

	while (at != NULL) {
		const char *end = strchrnul(name, '.');

		at = json_object_getn(at, name, (gsize)(end - name));
		if (*end == '\0') {
			break;
		}
		name = end + 1;
	}
	return json_is_null(at) ? NULL : at;
}

static const char *word_of(const json_t *item)
{
	const char *title = json_string_value(json_object_get(item, "title"));

	if (json_is_string(item)) {
		return json_string_value(item);
	}
	return title != NULL ? title : json_string_value(json_object_get(item, "id"));
}

static char *join(const json_t *list)
{
	GString *text = g_string_new(NULL);

	for (gsize i = 0; i < json_array_size(list); i++) {
		const char *word = word_of(json_array_get(list, i));

		if (word != NULL) {
			g_string_append_printf(text, "%s%s", text->len > 0 ? "," : "", word);
		}
	}
	if (text->len == 0) {
		g_string_free(text, TRUE);
		return NULL;
	}
	return g_string_free(text, FALSE);
}

char *record_text(const Record *record, const char *path)
{
	const json_t *found;

	if (g_str_equal(path, "id")) {
		return g_strdup(record->id);
	}
	found = record_get(record, path);
	if (json_is_integer(found)) {
		return g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(found));
	}
	return json_is_array(found) ? join(found) : g_strdup(json_string_value(found));
}

const char *record_word(const Record *record, const char *path)
{
	const char *word = json_string_value(record_get(record, path));

	return word == NULL ? "" : word;
}

guint record_severity(const Record *record)
{
	const char *word = record_word(record, record->file != NULL ? "file.severity" : "severity");
	Severity severity;

	return severity_from_word(word, &severity) ? (guint)severity : 0;
}

const char *record_verdict(const Record *record)
{
	static const char *const paths[] = {"file.verdict", "verdict", "kind"};

	for (guint i = 0; i < G_N_ELEMENTS(paths); i++) {
		const char *word = record_word(record, paths[i]);

		if (*word != '\0') {
			return word;
		}
	}
	return "";
}

char *record_summary(const Record *record)
{
	if (record->file == NULL || json_array_size(json_object_get(record->event, "files")) == 1) {
		return g_strdup(record_word(record, "summary"));
	}
	return g_strdup_printf("%s %s, %s", record_word(record, "file.path"),
			       record_word(record, "file.op"), record_verdict(record));
}
