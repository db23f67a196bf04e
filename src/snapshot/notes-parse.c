/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading change-set.json back: see notes.h. Strict: a member we do not write, a time or a path
 * that is not in its form, a word we do not know is REEVE_ERROR_CORRUPT, for the only writer is
 * ours and an older one knew less, not more.
 */
#include "snapshot/notes.h"

#include "base/clock.h"
#include "base/escape.h"
#include "base/path.h"
#include "snapshot/layout.h"

#include <string.h>

static bool corrupt(GError **error, const char *what)
{
	g_set_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT, LAYOUT_NOTES ": %s", what);
	return false;
}

/* An absent member is NULL or 0 and in order; one in the wrong form is not. */
static bool take_text(const char *text, char **ret)
{
	gsize size;

	if (text == NULL) {
		return true;
	}
	*ret = unescape_path(text, &size);
	return *ret != NULL && strlen(*ret) == size;
}

static bool take_path(const char *text, char **ret)
{
	return take_text(text, ret) && (*ret == NULL || path_is_canonical(*ret));
}

static bool take_time(const char *text, gint64 *ret)
{
	return text == NULL || clock_parse(text, ret);
}

static bool take_confidence(const char *word, Confidence *ret)
{
	for (Confidence confidence = 0; confidence < _CONFIDENCE_N; confidence++) {
		if (strcmp(word, confidence_word(confidence)) == 0) {
			*ret = confidence;
			return true;
		}
	}
	return false;
}

static bool parse_parents(json_t *array, Actor *actor)
{
	if (array != NULL && !json_is_array(array)) {
		return false;
	}
	for (size_t i = 0; i < json_array_size(array); i++) {
		const char *exe = NULL, *cmdline = NULL;
		g_autofree char *raw_exe = NULL, *raw_cmdline = NULL;
		json_int_t pid = -1;

		if (json_unpack(json_array_get(array, i), "{s?I,s?s,s?s!}", "pid", &pid, "exe",
				&exe, "cmdline", &cmdline) != 0 ||
		    !take_text(exe, &raw_exe) || !take_text(cmdline, &raw_cmdline)) {
			return false;
		}
		actor_add_parent(actor, pid, raw_exe, raw_cmdline);
	}
	return true;
}

static bool parse_texts(json_t *object, Actor *actor)
{
	const struct {
		const char *name;
		char **ret;
	} texts[] = {
		{"exe", &actor->exe},
		{"cmdline", &actor->cmdline},
		{"user", &actor->user},
		{"login_user", &actor->login_user},
		{"tty", &actor->tty},
		{"remote", &actor->remote},
		{"unit", &actor->unit},
		{"container", &actor->container},
		{"transaction", &actor->transaction},
		{"how", &actor->how},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
		json_t *value = json_object_get(object, texts[i].name);

		if (value != NULL && (!json_is_string(value) ||
				      !take_text(json_string_value(value), texts[i].ret))) {
			return false;
		}
	}
	return true;
}

static bool parse_actor(json_t *object, GPtrArray *actors)
{
	Actor *actor = actor_new();
	const char *confidence;
	json_int_t pid = actor->pid, uid = actor->uid, login_uid = actor->login_uid;
	json_int_t session = actor->session;
	json_t *unused, *parents = NULL;
	int is_own = 0;

	g_ptr_array_add(actors, actor);
	if (json_unpack(object,
			"{s:s,s?I,s?I,s?I,s?I,s?o,s?b,s?o,s?o,s?o,s?o,s?o,s?o,s?o,s?o,s?o,s?o!}",
			"confidence", &confidence, "pid", &pid, "uid", &uid, "login_uid",
			&login_uid, "session", &session, "parents", &parents, "own", &is_own, "exe",
			&unused, "cmdline", &unused, "user", &unused, "login_user", &unused, "tty",
			&unused, "remote", &unused, "unit", &unused, "container", &unused,
			"transaction", &unused, "how", &unused) != 0) {
		return false;
	}
	actor->pid = pid;
	actor->uid = uid;
	actor->login_uid = login_uid;
	actor->session = session;
	actor->is_own = is_own != 0;
	return take_confidence(confidence, &actor->confidence) && parse_texts(object, actor) &&
	       parse_parents(parents, actor);
}

static bool parse_actor_list(json_t *array, Notes *notes)
{
	if (array != NULL && !json_is_array(array)) {
		return false;
	}
	for (size_t i = 0; i < json_array_size(array); i++) {
		if (!parse_actor(json_array_get(array, i), notes->actors)) {
			return false;
		}
	}
	return true;
}

/* Numbers in the list of actors. */
static bool parse_actors(json_t *array, const Notes *notes, GPtrArray **ret)
{
	if (array == NULL) {
		return true;
	}
	if (!json_is_array(array) || json_array_size(array) > ACTORS_MAX) {
		return false;
	}
	*ret = actors_new();
	for (size_t i = 0; i < json_array_size(array); i++) {
		const json_t *number = json_array_get(array, i);

		if (!json_is_integer(number) || json_integer_value(number) < 0 ||
		    json_integer_value(number) >= notes->actors->len) {
			return false;
		}
		g_ptr_array_add(*ret, actor_ref(notes->actors->pdata[json_integer_value(number)]));
	}
	return true;
}

static bool parse_path_note(json_t *object, const Notes *notes, PathNote *note)
{
	const char *time = NULL, *ctime = NULL, *moved_from = NULL;
	int is_offline = 0, is_open = 0;
	json_t *actors = NULL;

	if (json_unpack(object, "{s?s,s?s,s?b,s?b,s?s,s?o!}", "time", &time, "ctime", &ctime,
			"offline", &is_offline, "open", &is_open, "moved_from", &moved_from,
			"actors", &actors) != 0) {
		return false;
	}
	note->is_offline = is_offline != 0;
	note->is_open = is_open != 0;
	return take_time(time, &note->time_usec) && take_time(ctime, &note->ctime_usec) &&
	       take_path(moved_from, &note->moved_from) &&
	       parse_actors(actors, notes, &note->actors);
}

static bool parse_paths(json_t *object, Notes *notes)
{
	const char *key;
	json_t *value;

	if (object == NULL) {
		return true;
	}
	if (!json_is_object(object)) {
		return false;
	}
	json_object_foreach (object, key, value) {
		g_autofree char *path = NULL;

		if (!take_path(key, &path) ||
		    !parse_path_note(value, notes, notes_path(notes, path))) {
			return false;
		}
	}
	return true;
}

static bool parse_gap(json_t *object, Notes *notes)
{
	const char *cause, *scope, *start = NULL, *end = NULL, *closed = NULL;
	g_autofree char *raw_cause = NULL, *raw_scope = NULL;
	Gap *gap;

	if (json_unpack(object, "{s:s,s:s,s?s,s?s,s?s!}", "cause", &cause, "scope", &scope, "start",
			&start, "end", &end, "closed", &closed) != 0 ||
	    !take_text(cause, &raw_cause) || !take_path(scope, &raw_scope)) {
		return false;
	}
	gap = gap_new(raw_cause, raw_scope, 0, 0);
	g_ptr_array_add(notes->gaps, gap);
	return take_time(start, &gap->start_usec) && take_time(end, &gap->end_usec) &&
	       take_time(closed, &gap->closed_usec);
}

static bool parse_transient(json_t *object, Notes *notes)
{
	const char *path, *time = NULL;
	json_t *actors = NULL;
	g_autofree char *raw = NULL;
	Transient *transient;

	if (json_unpack(object, "{s:s,s?s,s?o!}", "path", &path, "time", &time, "actors",
			&actors) != 0 ||
	    !take_path(path, &raw)) {
		return false;
	}
	transient = notes_add_transient(notes, raw, 0);
	return take_time(time, &transient->time_usec) &&
	       parse_actors(actors, notes, &transient->actors);
}

static bool parse_each(json_t *array, Notes *notes, bool (*parse)(json_t *object, Notes *notes))
{
	if (array != NULL && !json_is_array(array)) {
		return false;
	}
	for (size_t i = 0; i < json_array_size(array); i++) {
		if (!parse(json_array_get(array, i), notes)) {
			return false;
		}
	}
	return true;
}

static bool parse_path_list(json_t *array, GStrv *ret)
{
	if (!json_is_array(array)) {
		return false;
	}
	*ret = g_new0(char *, json_array_size(array) + 1);
	for (size_t i = 0; i < json_array_size(array); i++) {
		const char *text = json_string_value(json_array_get(array, i));

		if (text == NULL || !take_path(text, &(*ret)[i])) {
			return false;
		}
	}
	return true;
}

static bool parse_scope(json_t *object, Notes *notes)
{
	json_t *added, *removed;

	if (object == NULL) {
		return notes->kind != CHANGE_SET_SCOPE;
	}
	return json_unpack(object, "{s:o,s:o!}", "added", &added, "removed", &removed) == 0 &&
	       parse_path_list(added, &notes->scope_added) &&
	       parse_path_list(removed, &notes->scope_removed);
}

static Notes *parse_members(json_t *root, GError **error)
{
	const char *schema, *kind, *first = NULL, *last = NULL, *recorded = NULL;
	json_t *roots, *paths = NULL, *gaps = NULL, *transients = NULL, *scope = NULL;
	json_t *actors = NULL;
	json_int_t entries;
	json_error_t mistake;
	ChangeSetKind set_kind;
	g_autoptr(Notes) notes = NULL;

	if (json_unpack_ex(root, &mistake, 0, "{s:s,s:s,s?s,s?s,s?s,s:o,s:I,s?o,s?o,s?o,s?o,s?o!}",
			   "schema", &schema, "kind", &kind, "first", &first, "last", &last,
			   "recorded", &recorded, "roots", &roots, "entries", &entries, "paths",
			   &paths, "gaps", &gaps, "transients", &transients, "scope", &scope,
			   "actors", &actors) != 0) {
		corrupt(error, mistake.text);
		return NULL;
	}
	if (!notes_kind_from_word(kind, &set_kind) || entries < 0) {
		corrupt(error, "unknown kind or impossible count");
		return NULL;
	}
	notes = notes_new(set_kind);
	notes->entries = (guint64)entries;
	if (!take_time(first, &notes->first_usec) || !take_time(last, &notes->last_usec) ||
	    !take_time(recorded, &notes->recorded_usec)) {
		corrupt(error, "a time is not in its form");
		return NULL;
	}
	if (!parse_path_list(roots, &notes->roots) || !parse_actor_list(actors, notes) ||
	    !parse_paths(paths, notes) || !parse_each(gaps, notes, parse_gap) ||
	    !parse_each(transients, notes, parse_transient) || !parse_scope(scope, notes)) {
		corrupt(error, "a path, actor, gap or transient is not in its form");
		return NULL;
	}
	return g_steal_pointer(&notes);
}

/* A newer schema is told apart from a damaged file before members are looked at. */
static bool schema_is_ours(json_t *root, GError **error)
{
	const char *schema = json_string_value(json_object_get(root, "schema"));

	if (schema == NULL || !g_str_has_prefix(schema, "reeve.change-set/")) {
		return corrupt(error, "has no schema of ours");
	}
	if (strcmp(schema, NOTES_SCHEMA) != 0) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_VERSION,
			    LAYOUT_NOTES " was written by another Reeve (ours: %s)", NOTES_SCHEMA);
		return false;
	}
	return true;
}

Notes *notes_parse(const void *data, gsize size, GError **error)
{
	json_error_t mistake;
	json_t *root;
	Notes *notes = NULL;

	if (size > NOTES_MAX_BYTES) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_LIMIT,
			    LAYOUT_NOTES " is larger than %d MiB", NOTES_MAX_BYTES >> 20);
		return NULL;
	}
	root = json_loadb(data, size, JSON_REJECT_DUPLICATES, &mistake);
	if (root == NULL) {
		corrupt(error, mistake.text);
		return NULL;
	}
	if (schema_is_ours(root, error)) {
		notes = parse_members(root, error);
	}
	json_decref(root);
	return notes;
}
