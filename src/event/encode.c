/* SPDX-License-Identifier: LGPL-3.0-or-later */
/*
 * Events to bytes: see event.h. jansson keeps the order in which members are set, so the order of
 * the calls here is the order of the members on disk and on the bus.
 */
#include "event/change-json.h"
#include "event/event.h"
#include "event/members.h"

#include <string.h>

#define HOST_BYTES 256
#define NOTE_BYTES 4096
#define SUMMARY_BYTES 512
#define MAX_REFERS 256
#define SCOPE_BYTES (64 * 1024)
#define MAX_PACKAGES 64
#define PACKAGE_BYTES 128
#define USUAL_BYTES 4096
#define FILES "files"
/* So many bytes of one change-set are kept from planning to encoding; the rest is made twice. */
#define KEPT_BYTES (32 * 1024 * 1024)

static json_t *host_to_json(const EventHost *host)
{
	json_t *object = json_object();

	member_set_line(object, "name", host->name == NULL ? "" : host->name, HOST_BYTES);
	member_set_line(object, "id", host->id, HOST_BYTES);
	member_set_line(object, "boot", host->boot, HOST_BYTES);
	return object;
}

static void set_part(json_t *body, const Event *event)
{
	if (event->part_of > 0) {
		json_t *part = json_object();

		member_set_integer(part, "n", event->part_n);
		member_set_integer(part, "of", event->part_of);
		member_set(body, "part", part);
	}
}

static void set_group(json_t *body, const EventGroup *group)
{
	json_t *object = json_object();

	member_set_line(object, "id", group->id, HOST_BYTES);
	member_set_word(object, "kind", "package");
	member_set_word(object, "state", "closed");
	member_set_word(object, "since", group->since);
	member_set_integer(object, "count", group->count);
	member_set(object, "packages", member_lines(group->packages, MAX_PACKAGES, PACKAGE_BYTES));
	member_set(body, "group", object);
}

static void set_waiting(json_t *body, const Event *event)
{
	json_t *object = json_object();

	member_set_word(object, "since", event->waiting_since);
	member_set_integer(object, "count", event->waiting);
	member_set(body, "waiting", object);
}

static json_t *head_to_json(const Event *event)
{
	json_t *body = json_object();

	member_set_word(body, "schema", EVENT_SCHEMA);
	member_set_word(body, "kind", event_kind_word(event->kind));
	member_set_integer(body, "seq", event->seq);
	member_set_word_or_null(body, "prev", event->prev);
	member_set_time(body, "time", event->time_usec);
	member_set(body, "host", host_to_json(&event->host));
	member_set_word_or_null(body, "commit", event->commit);
	member_set_word_or_null(body, "parent", event->parent);
	member_set_word_or_null(body, "register", event->register_commit);
	member_set_word_or_null(body, "policy", event->policy);
	set_part(body, event);
	if (event->group != NULL) {
		set_group(body, event->group);
	}
	if (event->waiting_since != NULL) {
		set_waiting(body, event);
	}
	if (event->verdict != VERDICT_NONE) {
		member_set_word(body, "verdict", verdict_word(event->verdict));
	}
	member_set_word(body, "severity", severity_word(event->severity));
	member_set_line(body, "summary", event->summary == NULL ? "" : event->summary,
			SUMMARY_BYTES);
	return body;
}

/* What a person or the machine says beside, whatever the kind. */
static void set_remarks(json_t *body, const Event *event)
{
	if (event->refers->len > 0) {
		member_set(body, "refers", member_lines(event->refers, MAX_REFERS, EVENT_ID_HEX));
	}
	member_set_line(body, "who", event->who, HOST_BYTES);
	if (event->kind == EVENT_HEALTH) {
		member_set_text(body, "note", event->note, NOTE_BYTES); /* carets of rule errors */
	} else {
		member_set_line(body, "note", event->note, NOTE_BYTES);
	}
}

static void set_gap(json_t *body, const Gap *gap)
{
	member_set_line(body, "cause", gap->cause, HOST_BYTES);
	member_set_path(body, "scope", gap->scope);
	member_set_time(body, "start", gap->start_usec);
	member_set_time(body, "end", gap->end_usec);
	member_set_time(body, "closed", gap->closed_usec);
}

static void set_matter(json_t *body, const Event *event)
{
	switch (event->kind) {
	case EVENT_RESOLVED:
		if (event->is_late) {
			member_set(body, "late", json_true());
		}
		break;
	case EVENT_REQUEST:
		member_set(body, "approval", approval_to_json(event->approval));
		break;
	case EVENT_SCOPE:
		member_set(body, "added",
			   member_paths((const char *const *)event->scope_added, SCOPE_BYTES));
		member_set(body, "removed",
			   member_paths((const char *const *)event->scope_removed, SCOPE_BYTES));
		member_set_integer(body, "count", event->count);
		break;
	case EVENT_BASELINE:
		member_set_integer(body, "count", event->count);
		break;
	case EVENT_GAP:
		set_gap(body, event->gap);
		break;
	case EVENT_CHANGE:
	case EVENT_ACK:
	case EVENT_REVIEW:
	case EVENT_HEALTH:
	case EVENT_CHECKPOINT:
		break;
	case _EVENT_N:
		g_assert_not_reached();
	}
}

static void append_text(GByteArray *out, const char *text)
{
	g_byte_array_append(out, (const guint8 *)text, (guint)strlen(text));
}

/* The last member of those that have it: its bytes may be known already. */
static void append_files(GByteArray *out, const GPtrArray *files)
{
	g_byte_array_set_size(out, out->len - 1); /* the brace comes behind it */
	append_text(out, ",\"" FILES "\":[");
	for (guint i = 0; i < files->len; i++) {
		g_autoptr(GBytes) file = change_json_encode(g_ptr_array_index(files, i));

		append_text(out, i > 0 ? "," : "");
		g_byte_array_append(out, g_bytes_get_data(file, NULL),
				    (guint)g_bytes_get_size(file));
	}
	append_text(out, "]}");
}

GBytes *event_encode(const Event *event)
{
	GByteArray *bytes = g_byte_array_sized_new(USUAL_BYTES);
	json_t *body = head_to_json(event);

	g_assert(event->files->len <= EVENT_MAX_FILES);
	g_assert(event->kind != EVENT_GAP || event->gap != NULL);
	g_assert(event->kind != EVENT_REQUEST || event->approval != NULL);
	set_remarks(body, event);
	set_matter(body, event);
	change_json_append(bytes, body);
	json_decref(body);
	if (event->kind == EVENT_CHANGE || event->kind == EVENT_RESOLVED) {
		append_files(bytes, event->files);
	}
	g_assert(bytes->len <= EVENT_MAX_BYTES);
	return g_byte_array_free_to_bytes(bytes);
}

char *event_path(const char *path)
{
	return member_path(path);
}

void event_id(const void *body, gsize size, char ret[EVENT_ID_HEX + 1])
{
	digest_sha256_hex(body, size, ret);
}

/* Bytes of everything but the files, whatever journal_append and the summary put in later. */
static gsize envelope_size(const Event *envelope)
{
	static char longest_id[EVENT_ID_HEX + 1];
	g_autoptr(GByteArray) bytes = g_byte_array_new();
	Event widest = *envelope;
	json_t *body;

	memset(longest_id, 'f', EVENT_ID_HEX);
	widest.seq = MEMBER_MAX_INTEGER;
	widest.prev = longest_id;
	widest.part_n = G_MAXUINT;
	widest.part_of = G_MAXUINT;
	widest.verdict = VERDICT_UNVERIFIABLE; /* the longest words */
	widest.severity = SEVERITY_INFORMATIONAL;
	widest.summary = NULL;
	body = head_to_json(&widest);
	set_remarks(body, &widest);
	member_set(body, FILES, json_array());
	change_json_append(bytes, body);
	json_decref(body);
	return bytes->len + 2 * SUMMARY_BYTES;
}

/* Encodes a change, and keeps that while there is room. */
static gsize file_size(Change *change, gsize *kept)
{
	g_autoptr(GBytes) file = change_json_encode(change);
	gsize size = g_bytes_get_size(file);

	if (change->told == NULL && *kept + size <= KEPT_BYTES) {
		change->told = g_bytes_ref(file);
		*kept += size;
	}
	return size;
}

GArray *event_plan_parts(const Event *envelope, const GPtrArray *changes)
{
	GArray *parts = g_array_new(FALSE, FALSE, sizeof(guint));
	gsize empty = envelope_size(envelope);
	gsize used = empty;
	gsize kept = 0;
	guint count = 0;

	g_assert(empty + CHANGE_JSON_MAX_BYTES <= EVENT_MAX_BYTES);
	for (guint i = 0; i < changes->len; i++) {
		gsize size = file_size(g_ptr_array_index(changes, i), &kept) + 1; /* the comma */

		if (count > 0 && (count == EVENT_MAX_FILES || used + size > EVENT_MAX_BYTES)) {
			g_array_append_val(parts, count);
			used = empty;
			count = 0;
		}
		used += size;
		count++;
	}
	if (count > 0) {
		g_array_append_val(parts, count);
	}
	return parts;
}
