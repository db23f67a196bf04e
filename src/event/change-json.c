/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Changes as JSON: see change-json.h. */
#include "event/change-json.h"
#include "event/members.h"
#include "event/state-json.h"

#define LINE_BYTES 512
#define NAME_BYTES 256
#define CMDLINE_BYTES 2048
#define MAX_PARENTS 12
#define MAX_REASONS 40
#define MAX_RULES 32
#define MAX_SETTINGS 64
#define MAX_TAGS 16
#define TAG_BYTES 64
#define FEW_RULES 8
#define USUAL_BYTES 1024

static void set_number(json_t *object, const char *key, gint64 number)
{
	if (number >= 0) {
		member_set_integer(object, key, (guint64)number);
	}
}

/* Programs alone: what they were called with stands in the snapshot (but for the nearest). */
static json_t *parents_to_json(const GPtrArray *parents)
{
	json_t *array = json_array();

	for (guint i = 0; i < MIN(parents->len, MAX_PARENTS); i++) {
		const ActorParent *parent = g_ptr_array_index(parents, i);
		json_t *one = json_object();

		set_number(one, "pid", parent->pid);
		member_set_line(one, "exe", parent->exe, NAME_BYTES);
		if (i == 0) {
			member_set_line(one, "cmdline", parent->cmdline, NAME_BYTES);
		}
		json_array_append_new(array, one);
	}
	return array;
}

static json_t *actor_to_json(const Actor *actor)
{
	json_t *object = json_object();

	set_number(object, "pid", actor->pid > 0 ? actor->pid : -1);
	member_set_line(object, "exe", actor->exe, CMDLINE_BYTES);
	member_set_line(object, "cmdline", actor->cmdline, CMDLINE_BYTES);
	set_number(object, "uid", actor->uid);
	member_set_line(object, "user", actor->user, NAME_BYTES);
	set_number(object, "login_uid", actor->login_uid);
	member_set_line(object, "login_user", actor->login_user, NAME_BYTES);
	set_number(object, "session", actor->session);
	member_set_line(object, "tty", actor->tty, NAME_BYTES);
	member_set_line(object, "remote", actor->remote, NAME_BYTES);
	member_set_line(object, "unit", actor->unit, NAME_BYTES);
	member_set_line(object, "container", actor->container, NAME_BYTES);
	member_set_line(object, "transaction", actor->transaction, NAME_BYTES);
	if (actor->parents != NULL) {
		member_set(object, "parents", parents_to_json(actor->parents));
	}
	if (actor->is_own) {
		member_set(object, "own", json_true());
	}
	member_set_word(object, "confidence", confidence_word(actor->confidence));
	member_set_line(object, "how", actor->how, LINE_BYTES);
	return object;
}

/* The first alone is what most readers want; `actors` only says more when there are more. */
static void set_actors(json_t *object, const GPtrArray *actors)
{
	json_t *array;

	if (actors->len == 0) {
		return;
	}
	member_set(object, "actor", actor_to_json(g_ptr_array_index(actors, 0)));
	if (actors->len == 1) {
		return;
	}
	array = json_array();
	for (guint i = 0; i < MIN(actors->len, ACTORS_MAX); i++) {
		json_array_append_new(array, actor_to_json(g_ptr_array_index(actors, i)));
	}
	member_set(object, "actors", array);
}

static json_t *line_or_null(const char *text)
{
	g_autofree char *line = text == NULL ? NULL : member_line(text, LINE_BYTES);

	return line == NULL ? json_null() : json_string(line);
}

static void set_settings(json_t *object, const GPtrArray *settings)
{
	json_t *array;

	if (settings->len == 0) {
		return;
	}
	array = json_array();
	for (guint i = 0; i < MIN(settings->len, MAX_SETTINGS); i++) {
		const Setting *setting = g_ptr_array_index(settings, i);
		json_t *one = json_object();

		member_set_line(one, "name", setting->name, LINE_BYTES);
		member_set(one, "before", line_or_null(setting->before));
		member_set(one, "after", line_or_null(setting->after));
		json_array_append_new(array, one);
	}
	member_set(object, "settings", array);
}

static void set_diff(json_t *object, DiffPresence presence, const char *diff)
{
	switch (presence) {
	case DIFF_NONE:
		break;
	case DIFF_PRESENT:
		/* never cut: one that is too large is left out as a whole (change_to_json) */
		member_set_text(object, "diff", diff == NULL ? "" : diff, G_MAXSSIZE);
		break;
	case DIFF_SECRET:
	case DIFF_BINARY:
	case DIFF_TOO_LARGE:
	case DIFF_UNREADABLE:
		member_set_word(object, "diff_omitted", diff_presence_word(presence));
		break;
	case _DIFF_N:
		g_assert_not_reached();
	}
}

static json_t *tags_to_json(GStrv tags)
{
	json_t *array = json_array();

	for (guint i = 0; tags != NULL && tags[i] != NULL && i < MAX_TAGS; i++) {
		g_autofree char *tag = member_line(tags[i], TAG_BYTES);

		json_array_append_new(array, json_string(tag));
	}
	return array;
}

static json_t *rules_to_json(const GPtrArray *rules, guint max)
{
	json_t *array = json_array();

	for (guint i = 0; i < MIN(rules->len, max); i++) {
		const RuleHit *hit = g_ptr_array_index(rules, i);
		json_t *one = json_object();

		member_set_line(one, "id", hit->id == NULL ? "" : hit->id, NAME_BYTES);
		member_set_line(one, "title", hit->title == NULL ? "" : hit->title, NAME_BYTES);
		member_set_word(one, "level", severity_word(hit->level));
		member_set(one, "tags", tags_to_json(hit->tags));
		member_set_line(one, "advice", hit->advice, LINE_BYTES);
		json_array_append_new(array, one);
	}
	return array;
}

static json_t *difference_to_json(guint difference)
{
	g_auto(GStrv) words = state_difference_words(difference);
	json_t *array = json_array();

	for (char **word = words; *word != NULL; word++) {
		json_array_append_new(array, json_string(*word));
	}
	return array;
}

static void set_when(json_t *object, const Change *change)
{
	member_set_time(object, "time", change->is_offline ? 0 : change->time_usec);
	if (change->is_offline) {
		member_set(object, "offline", json_true());
	}
	if (change->is_open) {
		member_set(object, "open", json_true());
	}
}

static void set_judgement(json_t *object, const Change *change, guint max_rules)
{
	if (change->verdict != VERDICT_NONE) {
		member_set_word(object, "verdict", verdict_word(change->verdict));
	}
	member_set_word(object, "severity", severity_word(change->severity));
	member_set_word_or_null(object, "request", change->request);
	member_set(object, "reasons", member_lines(change->reasons, MAX_REASONS, LINE_BYTES));
	member_set(object, "rules", rules_to_json(change->rules, max_rules));
}

static void set_package(json_t *object, const Provenance *provenance)
{
	json_t *package;

	if (provenance->package == NULL) {
		return;
	}
	package = json_object();
	member_set_line(package, "name", provenance->package, NAME_BYTES);
	member_set_line(package, "version", provenance->version, NAME_BYTES);
	member_set(package, "matches", json_boolean(evidence_is_sound(provenance->evidence)));
	member_set(object, "package", package);
}

/* How much of what can be left out is left out. */
typedef enum {
	TELL_ALL,
	TELL_WITHOUT_DIFF,
	TELL_BASICS,
} Telling;

static json_t *change_to_json(const Change *change, Telling telling)
{
	bool is_cut = telling != TELL_ALL && change->diff_presence == DIFF_PRESENT;
	json_t *object = json_object();

	member_set_path(object, "path", change->path);
	member_set_word(object, "op", change_op_word(change->op));
	if (change_file_type(change) != FILE_ABSENT) {
		member_set_word(object, "type", file_type_word(change_file_type(change)));
	}
	set_when(object, change);
	member_set_path(object, "moved_from", change->moved_from);
	member_set(object, "changed", difference_to_json(change->difference));
	member_set(object, "before", state_to_json(&change->before));
	member_set(object, "after", state_to_json(&change->after));
	if (telling != TELL_BASICS) {
		set_settings(object, change->settings);
	}
	if (change->is_cosmetic) {
		member_set(object, "cosmetic", json_true());
	}
	if (change->reading > READING_DONE) {
		member_set_word(object, "settings_omitted", settings_reading_word(change->reading));
	}
	set_diff(object, is_cut ? DIFF_TOO_LARGE : change->diff_presence, change->diff);
	if (telling != TELL_BASICS) {
		set_actors(object, change->actors);
	}
	set_package(object, &change->provenance);
	set_judgement(object, change, telling == TELL_BASICS ? FEW_RULES : MAX_RULES);
	return object;
}

static int append_some(const char *text, size_t size, void *out)
{
	g_byte_array_append(out, (const guint8 *)text, (guint)size);
	return 0;
}

void change_json_append(GByteArray *out, const json_t *object)
{
	int failed = json_dump_callback(object, append_some, out, JSON_COMPACT);

	g_assert(failed == 0);
}

static GBytes *encode_as(const Change *change, Telling telling)
{
	GByteArray *bytes = g_byte_array_sized_new(USUAL_BYTES);
	json_t *object = change_to_json(change, telling);

	change_json_append(bytes, object);
	json_decref(object);
	return g_byte_array_free_to_bytes(bytes);
}

GBytes *change_json_encode(const Change *change)
{
	if (change->told != NULL) {
		return g_bytes_ref(change->told);
	}
	for (Telling telling = TELL_ALL; telling < TELL_BASICS; telling++) {
		g_autoptr(GBytes) bytes = encode_as(change, telling);

		if (g_bytes_get_size(bytes) <= CHANGE_JSON_MAX_BYTES) {
			return g_steal_pointer(&bytes);
		}
	}
	return encode_as(change, TELL_BASICS);
}
