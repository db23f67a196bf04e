/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records as drafts: see import-request.h. */
#include "cli/import-request.h"

#include "cli/import-time.h"

#include "base/escape.h"
#include "base/nearest.h"

#include <string.h>

#define TEXT_MAX_BYTES 65536
#define TITLE_MAX_BYTES 256

/* What is being made of which record. */
typedef struct {
	const Import *import;
	const ImportRecord *record;
	Request *request;
} Making;

static char *shown(const char *text)
{
	g_autofree char *escaped = escape_path(text);

	return strlen(escaped) <= 80 ? g_steal_pointer(&escaped)
				     : g_strdup_printf("%.77s...", escaped);
}

/* Values */

/* What a value means by the map; NULL and *error: it says nothing about it. */
static char *translate(const Making *m, const ImportRule *rule, const char *from, const char *text,
		       GError **error)
{
	const char *ours = rule->values == NULL ? text : g_hash_table_lookup(rule->values, text);
	g_autofree char *told = NULL;
	const char *nearest;

	if (ours != NULL || rule->is_people) {
		return g_strdup(ours != NULL ? ours : text);
	}
	told = shown(text);
	nearest = nearest_word(text, (const char *const *)rule->known->pdata);
	if (nearest != NULL) {
		import_complain(m->record, from, error,
				"the map does not say what `%s` means (it knows `%s`); say it in "
				"%s:%u, under `values`",
				told, nearest, m->import->map->name, rule->line);
	} else {
		import_complain(m->record, from, error,
				"the map does not say what `%s` means; say it in %s:%u, under "
				"`values`",
				told, m->import->map->name, rule->line);
	}
	return NULL;
}

/* Everything a record says about a rule, in our words; *ret_from for messages. */
static GStrv values_of(const Making *m, const ImportRule *rule, const char **ret_from,
		       GError **error)
{
	g_auto(GStrv) found = import_record_get(m->record, rule->from, ret_from, error);
	g_autoptr(GStrvBuilder) values = g_strv_builder_new();

	if (found == NULL) {
		return NULL;
	}
	if (found[0] == NULL && rule->otherwise != NULL) {
		g_strv_builder_add(values, rule->otherwise);
	}
	for (guint i = 0; found[i] != NULL; i++) {
		g_auto(GStrv) parts = g_strsplit(
			found[i], rule->split == NULL ? "\n\n\n" : rule->split, TITLE_MAX_BYTES);

		for (guint k = 0; parts[k] != NULL; k++) {
			g_autofree char *ours =
				*g_strstrip(parts[k]) == '\0'
					? NULL
					: translate(m, rule, *ret_from, parts[k], error);

			if (ours == NULL && *parts[k] != '\0') {
				return NULL;
			}
			if (ours != NULL && rule->prefix != NULL) {
				g_autofree char *whole = g_strconcat(rule->prefix, ours, NULL);

				g_strv_builder_add(values, whole);
			} else if (ours != NULL) {
				g_strv_builder_add(values, ours);
			}
		}
	}
	return g_strv_builder_end(values);
}

/* The one value of a field. False and *error; *ret NULL: it has none. */
static bool one_value(const Making *m, const ImportRule *rule, char **ret, const char **ret_from,
		      GError **error)
{
	g_auto(GStrv) values = rule->from == NULL ? NULL : values_of(m, rule, ret_from, error);

	*ret = NULL;
	if (rule->from == NULL) {
		return true;
	}
	if (values == NULL) {
		return false;
	}
	if (g_strv_length(values) > 1) {
		return import_complain(m->record, *ret_from, error,
				       "there are %u values where one is meant",
				       g_strv_length(values));
	}
	*ret = g_strdup(values[0]);
	return true;
}

/* Fields */

static bool must_be_there(const Making *m, ImportField field, const char *value, GError **error)
{
	const ImportRule *rule = &m->import->map->fields[field];

	return value != NULL ||
	       import_complain(m->record, rule->from[0], error,
			       "it is missing or empty, and a request needs its %s",
			       import_field_word(field));
}

static bool is_short_line(const Making *m, const char *from, const char *value, GError **error)
{
	return (strlen(value) <= TITLE_MAX_BYTES && !escape_is_needed(value, strlen(value))) ||
	       import_complain(m->record, from, error,
			       "this must be one line of plain text, of at most %d bytes",
			       TITLE_MAX_BYTES);
}

/* One line, into a member of the request; `field` must be there when it is required. */
static bool read_line(const Making *m, ImportField field, bool is_required, char **ret,
		      const char **ret_from, GError **error)
{
	return one_value(m, &m->import->map->fields[field], ret, ret_from, error) &&
	       (!is_required || must_be_there(m, field, *ret, error)) &&
	       (*ret == NULL || is_short_line(m, *ret_from, *ret, error));
}

static bool read_text(const Making *m, ImportField field, char **ret, GError **error)
{
	const char *from = NULL;

	if (!one_value(m, &m->import->map->fields[field], ret, &from, error)) {
		return false;
	}
	if (*ret != NULL && strlen(*ret) > TEXT_MAX_BYTES) {
		return import_complain(m->record, from, error, "longer than %d bytes",
				       TEXT_MAX_BYTES);
	}
	return true;
}

static bool read_id(const Making *m, GError **error)
{
	char **id = &m->request->id;
	const char *from;

	if (!read_line(m, FIELD_ID, true, id, &from, error)) {
		return false;
	}
	return request_id_is_valid(*id) ||
	       import_complain(m->record, from, error,
			       "`%s` cannot be an id here: 3 to 64 letters, digits, `.`, `_`, `-`",
			       *id);
}

static bool read_key(const Making *m, GError **error)
{
	Request *request = m->request;
	const ImportMap *map = m->import->map;
	const char *from;

	if (!read_line(m, FIELD_KEY, false, &request->external_key, &from, error)) {
		return false;
	}
	if (request->external_key == NULL) {
		request->external_key = g_strdup(request->id);
	}
	request->external_system = g_strdup(map->system);
	if (map->url != NULL) {
		g_auto(GStrv) parts = g_strsplit(map->url, "{key}", -1);
		g_autofree char *safe = g_uri_escape_string(request->external_key, NULL, FALSE);

		request->external_url = g_strjoinv(safe, parts);
	}
	return true;
}

static bool read_type(const Making *m, GError **error)
{
	g_autofree char *word = NULL;
	const char *from;

	if (!read_line(m, FIELD_TYPE, true, &word, &from, error)) {
		return false;
	}
	for (RequestType type = REQUEST_STANDARD; type <= REQUEST_EMERGENCY; type++) {
		if (g_str_equal(word, request_type_word(type))) {
			m->request->type = type;
			return true;
		}
	}
	return import_complain(m->record, from, error,
			       "`%s` is none of standard, normal, emergency; say in %s:%u, under "
			       "`values`, what it means",
			       word, m->import->map->name, m->import->map->fields[FIELD_TYPE].line);
}

static bool read_risk(const Making *m, GError **error)
{
	char **risk = &m->request->risk;
	const char *from;

	return read_line(m, FIELD_RISK, false, risk, &from, error) &&
	       (*risk == NULL || g_strv_contains(request_risks, *risk) ||
		import_complain(m->record, from, error,
				"`%s` is none of low, medium, high; say in %s:%u, under `values`, "
				"what it means",
				*risk, m->import->map->name,
				m->import->map->fields[FIELD_RISK].line));
}

/* People: who is somebody else over there must not become somebody else here, who could then
 * approve what is his own. */

static bool has_a_key(const Signers *signers, const char *name)
{
	for (guint i = 0; signers != NULL && i < signers_count(signers); i++) {
		if (g_strv_contains((const char *const *)signers_get(signers, i)->principals,
				    name)) {
			return true;
		}
	}
	return false;
}

static bool is_known(const Making *m, const ImportRule *rule, const char *from, const char *name,
		     GError **error)
{
	if (!is_short_line(m, from, name, error)) {
		return false;
	}
	return rule->is_anybody || people_find(m->import->people, name) != NULL ||
	       has_a_key(m->import->signers, name) ||
	       import_complain(
		       m->record, from, error,
		       "nobody here has the name `%s`: add it to policy/people.yaml, or say in "
		       "%s:%u, under `values`, who that is (`anybody: true` takes every name)",
		       name, m->import->map->name, rule->line);
}

static bool read_requester(const Making *m, GError **error)
{
	const ImportRule *rule = &m->import->map->fields[FIELD_REQUESTER];
	const char *from;

	return read_line(m, FIELD_REQUESTER, true, &m->request->requester, &from, error) &&
	       is_known(m, rule, from, m->request->requester, error);
}

static bool read_list(const Making *m, ImportField field, GStrv *ret, const char **ret_from,
		      GError **error)
{
	const ImportRule *rule = &m->import->map->fields[field];

	*ret = rule->from == NULL ? NULL : values_of(m, rule, ret_from, error);
	return rule->from == NULL || *ret != NULL;
}

static bool read_implementers(const Making *m, GError **error)
{
	const ImportRule *rule = &m->import->map->fields[FIELD_IMPLEMENTERS];
	GStrv *people = &m->request->implementers;
	const char *from = NULL;

	if (!read_list(m, FIELD_IMPLEMENTERS, people, &from, error)) {
		return false;
	}
	for (guint i = 0; *people != NULL && (*people)[i] != NULL; i++) {
		if (!is_known(m, rule, from, (*people)[i], error)) {
			return false;
		}
	}
	return true;
}

static bool read_hosts(const Making *m, GError **error)
{
	GStrv *hosts = &m->request->hosts;
	const char *from = NULL;

	if (!read_list(m, FIELD_HOSTS, hosts, &from, error)) {
		return false;
	}
	for (guint i = 0; *hosts != NULL && (*hosts)[i] != NULL; i++) {
		g_autofree char *told = shown((*hosts)[i]);

		if (strpbrk((*hosts)[i], "/ ") != NULL ||
		    !is_short_line(m, from, (*hosts)[i], NULL)) {
			return import_complain(
				m->record, from, error,
				"`%s` is no name of a host; say in %s:%u, under `values`, which "
				"one it is (or `split` what are several)",
				told, m->import->map->name,
				m->import->map->fields[FIELD_HOSTS].line);
		}
	}
	return true;
}

static bool read_moment(const Making *m, ImportField field, gint64 *ret, GError **error)
{
	const ImportMap *map = m->import->map;
	g_autofree char *text = NULL;
	g_autofree char *told = NULL;
	const char *from = NULL, *why;

	if (!one_value(m, &map->fields[field], &text, &from, error)) {
		return false;
	}
	why = text == NULL ? NULL : import_time(text, map->times, map->zone, ret);
	if (why == NULL) {
		return true;
	}
	told = shown(text);
	return import_complain(m->record, from, error, "`%s` %s (`times` and `zone` in %s)", told,
			       why, map->name);
}

static bool read_window(const Making *m, GError **error)
{
	Request *request = m->request;

	if (!read_moment(m, FIELD_START, &request->start_usec, error) ||
	    !read_moment(m, FIELD_END, &request->end_usec, error)) {
		return false;
	}
	return request->start_usec == 0 || request->end_usec == 0 ||
	       request->start_usec < request->end_usec ||
	       import_complain(m->record, m->import->map->fields[FIELD_END].from[0], error,
			       "the window ends before it starts");
}

/* The whole */

static ImportVerdict weigh(const Making *m, char **ret_why, GError **error)
{
	const GPtrArray *takes = m->import->map->takes;

	for (guint i = 0; i < takes->len; i++) {
		const ImportRule *rule = g_ptr_array_index(takes, i);
		g_autofree char *word = NULL;
		const char *from = NULL;

		if (!one_value(m, rule, &word, &from, error)) {
			return IMPORT_REFUSED;
		}
		if (word == NULL) {
			import_complain(m->record, rule->from[0], error,
					"it is missing or empty, and the map decides by it; "
					"`otherwise: skip` in %s:%u leaves such records out",
					m->import->map->name, rule->line);
			return IMPORT_REFUSED;
		}
		if (!g_str_equal(word, "take")) {
			*ret_why = g_strdup_printf("%s: left out by `%s`", m->record->place, from);
			return IMPORT_SKIPPED;
		}
	}
	return IMPORT_TAKEN;
}

/* What is written is what can be read: the last word on it has the reader of requests. */
static bool is_a_request(const Making *m, GError **error)
{
	g_autofree char *yaml = request_format(m->request);
	g_autoptr(GError) problem = NULL;
	g_autoptr(Request) checked =
		request_parse("as a request", m->request->id, yaml, strlen(yaml), &problem);

	if (checked == NULL) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX, "%s: %s", m->record->place,
			    problem->message);
	}
	return checked != NULL;
}

ImportVerdict import_request(const Import *import, const ImportRecord *record, Request **ret,
			     char **ret_why, GError **error)
{
	g_autoptr(Request) request = request_new();
	const Making m = {import, record, request};
	ImportVerdict verdict = weigh(&m, ret_why, error);
	const char *from;

	if (verdict != IMPORT_TAKEN) {
		return verdict;
	}
	if (!read_id(&m, error) || !read_key(&m, error) ||
	    !read_line(&m, FIELD_TITLE, true, &request->title, &from, error) ||
	    !read_type(&m, error) || !read_requester(&m, error) || !read_implementers(&m, error) ||
	    !read_hosts(&m, error) || !read_window(&m, error) || !read_risk(&m, error) ||
	    !read_text(&m, FIELD_DESCRIPTION, &request->description, error) ||
	    !read_text(&m, FIELD_BACKOUT, &request->backout, error) || !is_a_request(&m, error)) {
		return IMPORT_REFUSED;
	}
	*ret = g_steal_pointer(&request);
	return IMPORT_TAKEN;
}
