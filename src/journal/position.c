/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How far the judging went: see position.h. */
#include "journal/position.h"
#include "journal/cursor.h"

#include <string.h>

void journal_position_clear(JournalPosition *position)
{
	g_free(position->commit);
	g_free(position->run_since);
	g_clear_pointer(&position->files, g_ptr_array_unref);
	*position = (JournalPosition){0};
}

/* Turns to a commit; true when it is another one. */
static bool turn_to(JournalPosition *position, const char *commit, guint part_n, guint part_of)
{
	bool is_new = g_strcmp0(position->commit, commit) != 0;

	if (is_new) {
		journal_position_clear(position);
		position->commit = g_strdup(commit);
	}
	if (position->files == NULL) {
		position->files = g_ptr_array_new_with_free_func(g_free);
	}
	position->part_n = part_n;
	position->part_of = part_of;
	return is_new;
}

static bool is_finished(const JournalPosition *position)
{
	return position->part_n == position->part_of;
}

/* `group` NULL: the event belongs to none; `waiting` likewise. */
static void note_run(JournalPosition *position, const char *group, const char *waiting)
{
	const char *since = group != NULL && !is_finished(position) ? group : waiting;

	position->is_run_end = group != NULL;
	g_free(position->run_since);
	position->run_since = g_strdup(since);
}

/* The paths of a finished commit are of no use to anybody. */
static void forget_if_finished(JournalPosition *position)
{
	if (position->part_of > 0 && is_finished(position)) {
		g_ptr_array_set_size(position->files, 0);
	}
}

bool position_take_event(JournalPosition *position, const Event *event)
{
	bool is_new;

	if (event->commit == NULL) {
		return false;
	}
	is_new = turn_to(position, event->commit, event->part_n, event->part_of);
	for (guint i = 0; i < event->files->len; i++) {
		const Change *change = g_ptr_array_index(event->files, i);

		g_ptr_array_add(position->files, event_path(change->path));
	}
	note_run(position, event->group == NULL ? NULL : event->group->since, event->waiting_since);
	forget_if_finished(position);
	return is_new;
}

/* A commit's id in a member of an object; NULL: there is none. */
static const char *read_since(const json_t *event, const char *member)
{
	const char *since =
		json_string_value(json_object_get(json_object_get(event, member), "since"));

	return since == NULL || strlen(since) > CURSOR_COMMIT_HEX ? NULL : since;
}

static guint read_part(const json_t *event, const char *member)
{
	json_int_t n = json_integer_value(json_object_get(json_object_get(event, "part"), member));

	return n < 0 || n > G_MAXUINT ? 0 : (guint)n;
}

bool position_take_json(JournalPosition *position, const json_t *event)
{
	const char *commit = json_string_value(json_object_get(event, "commit"));
	const json_t *files = json_object_get(event, "files");
	bool is_new;

	if (commit == NULL || strlen(commit) > CURSOR_COMMIT_HEX) {
		return false;
	}
	is_new = turn_to(position, commit, read_part(event, "n"), read_part(event, "of"));
	for (size_t i = 0; i < json_array_size(files); i++) {
		const json_t *file = json_array_get(files, i);
		const char *path = json_string_value(json_object_get(file, "path"));

		if (path != NULL) {
			g_ptr_array_add(position->files, g_strdup(path));
		}
	}
	note_run(position, read_since(event, "group"), read_since(event, "waiting"));
	forget_if_finished(position);
	return is_new;
}
