/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Changes and change-sets: see change.h. */
#include "event/change.h"

static const char *const op_words[_OP_N] = {
	[OP_CREATED] = "created",
	[OP_UPDATED] = "updated",
	[OP_DELETED] = "deleted",
	[OP_MOVED] = "moved",
	[OP_ATTRIBUTES_MODIFIED] = "attributes_modified",
	[OP_TRANSIENT] = "transient",
};

static const char *const presence_words[_DIFF_N] = {
	[DIFF_NONE] = "none",     [DIFF_PRESENT] = "present",     [DIFF_SECRET] = "secret",
	[DIFF_BINARY] = "binary", [DIFF_TOO_LARGE] = "too large", [DIFF_UNREADABLE] = "unreadable",
};

static const char *const reading_words[_READING_N] = {
	[READING_NONE] = "none",
	[READING_DONE] = "done",
	[READING_NO_LENS] = "no lens",
	[READING_STOPPED] = "stopped parsing",
	[READING_BROKEN] = "does not parse",
	[READING_MENDED] = "did not parse before",
	[READING_LARGE] = "too large",
	[READING_SLOW] = "took too long",
	[READING_DIED] = "reader died",
	[READING_MANY] = "too many files",
	[READING_AWAY] = "no reader",
};

const char *change_op_word(ChangeOp op)
{
	g_assert(op < _OP_N);
	return op_words[op];
}

bool change_op_from_word(const char *word, ChangeOp *ret)
{
	for (guint i = 0; i < _OP_N; i++) {
		if (g_str_equal(word, op_words[i])) {
			*ret = (ChangeOp)i;
			return true;
		}
	}
	return false;
}

const char *diff_presence_word(DiffPresence presence)
{
	g_assert(presence < _DIFF_N);
	return presence_words[presence];
}

const char *settings_reading_word(SettingsReading reading)
{
	g_assert(reading < _READING_N);
	return reading_words[reading];
}

bool settings_reading_from_word(const char *word, SettingsReading *ret)
{
	for (guint i = 0; i < _READING_N; i++) {
		if (g_str_equal(word, reading_words[i])) {
			*ret = (SettingsReading)i;
			return true;
		}
	}
	return false;
}

void setting_free(Setting *setting)
{
	if (setting == NULL) {
		return;
	}
	g_free(setting->name);
	g_free(setting->before);
	g_free(setting->after);
	g_free(setting);
}

void rule_hit_free(RuleHit *hit)
{
	if (hit == NULL) {
		return;
	}
	g_free(hit->id);
	g_free(hit->title);
	g_strfreev(hit->tags);
	g_free(hit->advice);
	g_free(hit);
}

Change *change_new(const char *path, ChangeOp op)
{
	Change *change = g_new0(Change, 1);

	change->path = g_strdup(path);
	change->op = op;
	change->added = g_ptr_array_new_with_free_func(g_free);
	change->removed = g_ptr_array_new_with_free_func(g_free);
	change->settings = g_ptr_array_new_with_free_func((GDestroyNotify)setting_free);
	change->actors = g_ptr_array_new_with_free_func((GDestroyNotify)actor_free);
	change->reasons = g_ptr_array_new_with_free_func(g_free);
	change->rules = g_ptr_array_new_with_free_func((GDestroyNotify)rule_hit_free);
	return change;
}

void change_free(Change *change)
{
	if (change == NULL) {
		return;
	}
	g_free(change->path);
	g_free(change->moved_from);
	file_state_clear(&change->before);
	file_state_clear(&change->after);
	g_free(change->diff);
	g_ptr_array_unref(change->added);
	g_ptr_array_unref(change->removed);
	g_ptr_array_unref(change->settings);
	g_ptr_array_unref(change->actors);
	provenance_clear(&change->provenance);
	g_free(change->request);
	g_ptr_array_unref(change->reasons);
	g_ptr_array_unref(change->rules);
	g_clear_pointer(&change->told, g_bytes_unref);
	g_free(change);
}

FileType change_file_type(const Change *change)
{
	return change->after.type != FILE_ABSENT ? change->after.type : change->before.type;
}

ChangeSet *change_set_new(void)
{
	ChangeSet *set = g_new0(ChangeSet, 1);

	set->changes = g_ptr_array_new_with_free_func((GDestroyNotify)change_free);
	set->gaps = g_ptr_array_new_with_free_func((GDestroyNotify)gap_free);
	return set;
}

void change_set_free(ChangeSet *set)
{
	if (set == NULL) {
		return;
	}
	g_free(set->commit);
	g_free(set->parent);
	g_ptr_array_unref(set->changes);
	g_ptr_array_unref(set->gaps);
	g_strfreev(set->scope_added);
	g_strfreev(set->scope_removed);
	g_free(set);
}
