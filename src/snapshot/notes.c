/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * change-set.json: see notes.h. Strings that come from outside (paths, command lines) are escaped
 * on the way in and unescaped on the way out, so the JSON is valid UTF-8 whatever they hold.
 */
#include "snapshot/notes.h"

#include "base/clock.h"
#include "base/escape.h"

#include <stdlib.h>
#include <string.h>

static const char *const kind_words[_CHANGE_SET_N] = {
	[CHANGE_SET_CHANGE] = "change",
	[CHANGE_SET_BASELINE] = "baseline",
	[CHANGE_SET_SCOPE] = "scope",
};

const char *notes_kind_word(ChangeSetKind kind)
{
	g_assert(kind < _CHANGE_SET_N);
	return kind_words[kind];
}

bool notes_kind_from_word(const char *word, ChangeSetKind *ret)
{
	for (ChangeSetKind kind = 0; kind < _CHANGE_SET_N; kind++) {
		if (strcmp(word, kind_words[kind]) == 0) {
			*ret = kind;
			return true;
		}
	}
	return false;
}

static void free_actors(GPtrArray *actors)
{
	g_clear_pointer(&actors, g_ptr_array_unref);
}

static void path_note_free(PathNote *note)
{
	g_free(note->path);
	g_free(note->moved_from);
	free_actors(note->actors);
	g_free(note);
}

static void transient_free(Transient *transient)
{
	g_free(transient->path);
	free_actors(transient->actors);
	g_free(transient);
}

Notes *notes_new(ChangeSetKind kind)
{
	Notes *notes = g_new0(Notes, 1);

	notes->kind = kind;
	notes->paths = g_hash_table_new_full(g_str_hash, g_str_equal, NULL,
					     (GDestroyNotify)path_note_free);
	notes->gaps = g_ptr_array_new_with_free_func((GDestroyNotify)gap_free);
	notes->transients = g_ptr_array_new_with_free_func((GDestroyNotify)transient_free);
	notes->actors = actors_new();
	return notes;
}

void notes_free(Notes *notes)
{
	if (notes == NULL) {
		return;
	}
	g_hash_table_unref(notes->paths);
	g_ptr_array_unref(notes->gaps);
	g_ptr_array_unref(notes->transients);
	g_ptr_array_unref(notes->actors);
	g_strfreev(notes->roots);
	g_strfreev(notes->scope_added);
	g_strfreev(notes->scope_removed);
	g_free(notes);
}

PathNote *notes_path(Notes *notes, const char *path)
{
	PathNote *note = g_hash_table_lookup(notes->paths, path);

	if (note == NULL) {
		note = g_new0(PathNote, 1);
		note->path = g_strdup(path);
		g_hash_table_insert(notes->paths, note->path, note);
	}
	return note;
}

Transient *notes_add_transient(Notes *notes, const char *path, gint64 time_usec)
{
	Transient *transient = g_new0(Transient, 1);

	transient->path = g_strdup(path);
	transient->time_usec = time_usec;
	g_ptr_array_add(notes->transients, transient);
	return transient;
}

/*
 * Writing
 */

static void set_text(json_t *object, const char *key, const char *raw)
{
	if (raw != NULL) {
		g_autofree char *escaped = escape_path(raw);

		json_object_set_new(object, key, json_string(escaped));
	}
}

static void set_time(json_t *object, const char *key, gint64 usec)
{
	if (usec != 0) {
		g_autofree char *text = clock_format(usec);

		json_object_set_new(object, key, json_string(text));
	}
}

static void set_true(json_t *object, const char *key, bool value)
{
	if (value) {
		json_object_set_new(object, key, json_true());
	}
}

static void set_number(json_t *object, const char *key, gint64 value, gint64 unknown)
{
	if (value != unknown) {
		json_object_set_new(object, key, json_integer(value));
	}
}

static json_t *format_paths(char *const *paths)
{
	json_t *array = json_array();

	for (; paths != NULL && *paths != NULL; paths++) {
		g_autofree char *escaped = escape_path(*paths);

		json_array_append_new(array, json_string(escaped));
	}
	return array;
}

static json_t *format_parents(const GPtrArray *parents)
{
	json_t *array = json_array();

	for (guint i = 0; i < parents->len; i++) {
		const ActorParent *parent = parents->pdata[i];
		json_t *object = json_object();

		set_number(object, "pid", parent->pid, -1);
		set_text(object, "exe", parent->exe);
		set_text(object, "cmdline", parent->cmdline);
		json_array_append_new(array, object);
	}
	return array;
}

static json_t *format_actor(const Actor *actor)
{
	json_t *object = json_object();

	json_object_set_new(object, "confidence", json_string(confidence_word(actor->confidence)));
	set_number(object, "pid", actor->pid, -1);
	set_number(object, "uid", actor->uid, -1);
	set_number(object, "login_uid", actor->login_uid, -1);
	set_number(object, "session", actor->session, -1);
	set_text(object, "exe", actor->exe);
	set_text(object, "cmdline", actor->cmdline);
	set_text(object, "user", actor->user);
	set_text(object, "login_user", actor->login_user);
	set_text(object, "tty", actor->tty);
	set_text(object, "remote", actor->remote);
	set_text(object, "unit", actor->unit);
	set_text(object, "container", actor->container);
	set_text(object, "transaction", actor->transaction);
	if (actor->parents != NULL) {
		json_object_set_new(object, "parents", format_parents(actor->parents));
	}
	set_true(object, "own", actor->is_own);
	set_text(object, "how", actor->how);
	return object;
}

/* The list of all actors: equal ones stand in it once. */
typedef struct {
	json_t *array;
	GHashTable *by_address; /* Actor -> its number */
	GHashTable *by_text;    /* its JSON -> its number */
} ActorList;

static guint number_of(ActorList *list, const Actor *actor)
{
	void *known;
	json_t *object;
	char *text;
	guint number = (guint)json_array_size(list->array);

	if (g_hash_table_lookup_extended(list->by_address, actor, NULL, &known)) {
		return GPOINTER_TO_UINT(known);
	}
	object = format_actor(actor);
	text = json_dumps(object, JSON_COMPACT);
	if (g_hash_table_lookup_extended(list->by_text, text, NULL, &known)) {
		number = GPOINTER_TO_UINT(known);
		free(text);
		json_decref(object);
	} else {
		g_hash_table_insert(list->by_text, text, GUINT_TO_POINTER(number));
		json_array_append_new(list->array, object);
	}
	g_hash_table_insert(list->by_address, (void *)actor, GUINT_TO_POINTER(number));
	return number;
}

static void set_actors(json_t *object, const GPtrArray *actors, ActorList *list)
{
	json_t *array;

	if (actors == NULL || actors->len == 0) {
		return;
	}
	array = json_array();
	for (guint i = 0; i < actors->len; i++) {
		json_array_append_new(array, json_integer(number_of(list, actors->pdata[i])));
	}
	json_object_set_new(object, "actors", array);
}

static json_t *format_path_note(const PathNote *note, ActorList *list)
{
	json_t *object = json_object();

	set_time(object, "time", note->time_usec);
	set_time(object, "ctime", note->ctime_usec);
	set_true(object, "offline", note->is_offline);
	set_true(object, "open", note->is_open);
	set_text(object, "moved_from", note->moved_from);
	set_actors(object, note->actors, list);
	return object;
}

static int compare_strings(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static json_t *format_path_notes(const Notes *notes, ActorList *list)
{
	json_t *object = json_object();
	guint n;
	g_autofree char **paths = (char **)g_hash_table_get_keys_as_array(notes->paths, &n);

	qsort(paths, n, sizeof(char *), compare_strings);
	for (guint i = 0; i < n; i++) {
		json_t *note = format_path_note(g_hash_table_lookup(notes->paths, paths[i]), list);
		g_autofree char *escaped = escape_path(paths[i]);

		if (json_object_size(note) > 0) {
			json_object_set_new(object, escaped, note);
		} else {
			json_decref(note);
		}
	}
	return object;
}

static json_t *format_gaps(const Notes *notes)
{
	json_t *array = json_array();

	for (guint i = 0; i < notes->gaps->len; i++) {
		const Gap *gap = notes->gaps->pdata[i];
		json_t *object = json_object();

		set_text(object, "cause", gap->cause);
		set_text(object, "scope", gap->scope);
		set_time(object, "start", gap->start_usec);
		set_time(object, "end", gap->end_usec);
		set_time(object, "closed", gap->closed_usec);
		json_array_append_new(array, object);
	}
	return array;
}

static json_t *format_transients(const Notes *notes, ActorList *list)
{
	json_t *array = json_array();

	for (guint i = 0; i < notes->transients->len; i++) {
		const Transient *transient = notes->transients->pdata[i];
		json_t *object = json_object();

		set_text(object, "path", transient->path);
		set_time(object, "time", transient->time_usec);
		set_actors(object, transient->actors, list);
		json_array_append_new(array, object);
	}
	return array;
}

/* Adds a container unless it is empty. */
static void set_filled(json_t *object, const char *key, json_t *container)
{
	if (json_object_size(container) + json_array_size(container) > 0) {
		json_object_set_new(object, key, container);
	} else {
		json_decref(container);
	}
}

static void set_scope(json_t *object, const Notes *notes)
{
	if (notes->kind == CHANGE_SET_SCOPE) {
		json_t *scope = json_object();

		json_object_set_new(scope, "added", format_paths(notes->scope_added));
		json_object_set_new(scope, "removed", format_paths(notes->scope_removed));
		json_object_set_new(object, "scope", scope);
	}
}

GBytes *notes_format(const Notes *notes)
{
	json_t *object = json_object();
	ActorList list = {json_array(), g_hash_table_new(NULL, NULL),
			  g_hash_table_new_full(g_str_hash, g_str_equal, free, NULL)};
	g_autofree char *dump = NULL;
	gsize size;

	json_object_set_new(object, "schema", json_string(NOTES_SCHEMA));
	json_object_set_new(object, "kind", json_string(notes_kind_word(notes->kind)));
	set_time(object, "first", notes->first_usec);
	set_time(object, "last", notes->last_usec);
	set_time(object, "recorded", notes->recorded_usec);
	json_object_set_new(object, "roots", format_paths(notes->roots));
	json_object_set_new(object, "entries", json_integer((json_int_t)notes->entries));
	set_filled(object, "paths", format_path_notes(notes, &list));
	set_filled(object, "gaps", format_gaps(notes));
	set_filled(object, "transients", format_transients(notes, &list));
	set_filled(object, "actors", list.array);
	g_hash_table_unref(list.by_address);
	g_hash_table_unref(list.by_text);
	set_scope(object, notes);
	/* Indented: people read it in `git log -p`, where one long line would say nothing. */
	dump = json_dumps(object, JSON_INDENT(1));
	json_decref(object);
	g_assert(dump != NULL);
	size = strlen(dump);
	dump[size] = '\n';
	return g_bytes_new_take(g_steal_pointer(&dump), size + 1);
}
