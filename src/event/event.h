/* SPDX-License-Identifier: LGPL-3.0-or-later */
/*
 * Values: an event, schema reeve.event/1 (design 5.4; doc/event-schema.json is its JSON Schema).
 * The body is one line of JSON; its exact bytes are hashed, stored and sent: id = SHA-256 of the
 * bytes without LF, in lower-case hex. Encoding is done once, by the judge; everybody else keeps
 * the bytes and reads members from them.
 */
#pragma once

#include "event/approval.h"
#include "event/change.h"
#include "event/group.h"

#include "base/error.h"

#include <jansson.h>

#define EVENT_SCHEMA "reeve.event/1"
#define EVENT_MAX_FILES 256
#define EVENT_MAX_BYTES (256 * 1024)
#define EVENT_ID_HEX DIGEST_HEX

typedef enum {
	EVENT_BASELINE,
	EVENT_SCOPE,
	EVENT_CHANGE,
	EVENT_RESOLVED,
	EVENT_ACK,
	EVENT_REVIEW,
	EVENT_REQUEST,
	EVENT_GAP,
	EVENT_HEALTH,
	EVENT_CHECKPOINT,
	_EVENT_N,
} EventKind;

const char *event_kind_word(EventKind kind);
bool event_kind_from_word(const char *word, EventKind *ret);

typedef struct {
	char *name, *id, *boot; /* host name, machine-id, boot-id; NULL: unknown */
} EventHost;

typedef struct {
	EventKind kind;
	guint64 seq;      /* set by journal_append */
	char *prev;       /* id of the event before, NULL in the first; set by journal_append */
	gint64 time_usec; /* when the event was made */
	EventHost host;   /* borrowed, not freed */
	char *commit, *parent; /* of snapshots.git; NULL where there is none */
	char *register_commit; /* commit of the register judged by; NULL */
	char *policy;          /* digest of the rules judged by; NULL */
	guint part_n, part_of; /* 0/0: no parts */
	/* kind change: what a package run has brought, told when its evidence was there; NULL */
	EventGroup *group;
	/* kind change: since which commit (NULL: none) how many changes wait for such evidence */
	char *waiting_since;
	guint waiting;
	Verdict verdict; /* worst of the files */
	Severity severity;
	char *summary;     /* one line for a person, already escaped */
	GPtrArray *files;  /* of Change (kind change, resolved); owned by whoever made the array */
	GPtrArray *refers; /* of char *: ids this event is about */
	char *who;         /* ack, review, request: person or login */
	char *note;
	Gap *gap;      /* kind gap */
	guint64 count; /* baseline, scope: entries adopted */
	GStrv scope_added, scope_removed;
	Approval *approval; /* kind request */
	bool is_late;       /* kind resolved: approved after the fact */
} Event;

Event *event_new(EventKind kind);
void event_free(Event *event);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Event, event_free)

/*
 * The body: one line of JSON without LF. The time of encoding does not enter; equal events give
 * equal bytes. Foreign text is escaped and capped here; an event of at most EVENT_MAX_FILES files,
 * planned by event_plan_parts, never exceeds EVENT_MAX_BYTES. Caller unrefs.
 */
GBytes *event_encode(const Event *event);

/*
 * How many of `changes` (of Change, judged) go into each part of a change-set: a GArray of guint,
 * in order, so that no part has more than EVENT_MAX_FILES files or EVENT_MAX_BYTES bytes.
 * `envelope` is the event they will be put in: host, commit, policy, note and the like set; seq,
 * prev, part, verdict, severity and summary do not matter. The same arguments give the same plan.
 * The bytes of the changes are kept in them (`told`), within bounds: they must stay as they are.
 */
GArray *event_plan_parts(const Event *envelope, const GPtrArray *changes);

/* SHA-256 in hex over what Reeve answers for in a state (file_state_compare): of a state, and of
 * the `before` or `after` of a parsed event. Equal states give equal digests. */
void event_state_digest(const FileState *state, char ret[DIGEST_HEX + 1]);
void event_state_json_digest(const json_t *state, char ret[DIGEST_HEX + 1]);

/* A raw path as an event tells it: escaped, and when it is very long cut, with its digest. Caller
 * frees. */
char *event_path(const char *path);

/* The id of a body. */
void event_id(const void *body, gsize size, char ret[EVENT_ID_HEX + 1]);

/*
 * Reads a body back as JSON, with caps: size at most EVENT_MAX_BYTES + 4096, no duplicate keys, an
 * object with our schema, kind, seq and prev of the right types. NULL and *error. Caller decrefs.
 */
json_t *event_parse(const void *body, gsize size, GError **error);

/* Whether a parsed event is an alert (design 1). */
bool event_is_alert(const json_t *event);
/* The same of its verdict and severity as words; NULL: it has none. */
bool event_words_are_alert(const char *verdict_text, const char *severity_text);

/*
 * Topic of design 5.5: ev/1/<alert|info>/<verdict or kind>/<severity>/<host>/ . Characters of the
 * host name other than [A-Za-z0-9._-] become '_'. Caller frees.
 */
char *event_topic(const json_t *event);
/* The same of its words; NULL: there is none. */
char *event_topic_of(const char *kind, const char *verdict, const char *severity, const char *host);
/* The last level of a topic for a host of that name; NULL or "": "_". Caller frees. */
char *event_topic_host(const char *name);

/* The body with `"id":"..."` inserted as first member: what --json prints. Caller frees. */
char *event_body_with_id(const void *body, gsize size, const char *id);
