/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Approvals as values: see approval.h. */
#include "event/approval.h"

#include "base/clock.h"
#include "event/members.h"

#include <string.h>

#define WORD_BYTES 256
#define PROBLEM_BYTES 1024

Approval *approval_copy(const Approval *approval)
{
	Approval *copy = g_memdup2(approval, sizeof(*approval));

	copy->request = g_strdup(approval->request);
	copy->approver = g_strdup(approval->approver);
	copy->problem = g_strdup(approval->problem);
	copy->note = g_strdup(approval->note);
	copy->role = g_strdup(approval->role);
	copy->also = g_strdupv(approval->also);
	copy->fingerprint = g_strdup(approval->fingerprint);
	return copy;
}

void approval_free(Approval *approval)
{
	g_free(approval->request);
	g_free(approval->approver);
	g_free(approval->problem);
	g_free(approval->note);
	g_free(approval->role);
	g_strfreev(approval->also);
	g_free(approval->fingerprint);
	g_free(approval);
}

static const char *const decision_words[] = {
	[DECISION_APPROVE] = "approve", [DECISION_REJECT] = "reject",
	[DECISION_REVIEW] = "review",   [DECISION_CLOSE] = "close",
	[DECISION_ADOPT] = "adopt",     [DECISION_DONE] = "done",
	[DECISION_LAPSE] = "lapse",     [DECISION_OVERDUE] = "overdue",
};

const char *decision_word(Decision decision)
{
	return decision_words[decision];
}

bool decision_is_signed(Decision decision)
{
	return decision <= DECISION_REVIEW;
}

static const struct {
	Presence bit;
	const char *word;
} presences[] = {{PRESENCE_TOUCH, "touch"}, {PRESENCE_PIN, "pin"}};

static json_t *presence_to_json(guint presence)
{
	json_t *words = json_array();

	for (gsize i = 0; i < G_N_ELEMENTS(presences); i++) {
		if ((presence & presences[i].bit) != 0) {
			json_array_append_new(words, json_string(presences[i].word));
		}
	}
	return words;
}

static guint presence_from_json(const json_t *words)
{
	guint presence = 0;

	for (size_t i = 0; i < json_array_size(words); i++) {
		const char *word = json_string_value(json_array_get(words, i));

		for (gsize k = 0; k < G_N_ELEMENTS(presences); k++) {
			presence |= g_strcmp0(word, presences[k].word) == 0 ? presences[k].bit : 0;
		}
	}
	return presence;
}

json_t *approval_to_json(const Approval *approval)
{
	json_t *object = json_object();

	member_set_line(object, "request", approval->request, WORD_BYTES);
	member_set_line(object, "approver", approval->approver, WORD_BYTES);
	member_set_word(object, "decision", decision_word(approval->decision));
	member_set(object, "counts", json_boolean(approval->counts));
	member_set_line(object, "problem", approval->problem, PROBLEM_BYTES);
	member_set_line(object, "note", approval->note, PROBLEM_BYTES);
	member_set_line(object, "role", approval->role, WORD_BYTES);
	if (approval->presence != 0) {
		member_set(object, "presence", presence_to_json(approval->presence));
	}
	member_set_line(object, "fingerprint", approval->fingerprint, WORD_BYTES);
	member_set_word(object, "digest", approval->digest);
	if (approval->pinned[0] != '\0') {
		member_set_word(object, "pinned", approval->pinned);
	}
	member_set_time(object, "date", approval->date_usec);
	member_set_time(object, "seen", approval->seen_usec);
	member_set_time(object, "since", approval->since_usec);
	return object;
}

static char *get_text(const json_t *object, const char *key)
{
	return g_strdup(json_string_value(json_object_get(object, key)));
}

/* A time that is missing is unknown; one that is no time makes the whole thing false. */
static bool get_time(const json_t *object, const char *key, gint64 *ret)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text == NULL || clock_parse(text, ret);
}

static bool get_digest(const json_t *object, const char *key, char ret[DIGEST_HEX + 1])
{
	const char *text = json_string_value(json_object_get(object, key));
	guint8 raw[DIGEST_BYTES];

	if (text == NULL || !hex_decode(text, raw, sizeof(raw))) {
		return false;
	}
	memcpy(ret, text, DIGEST_HEX + 1);
	return true;
}

/* A word of a newer Reeve is no approval, whatever else it may be. */
static bool get_decision(const json_t *object, Decision *ret)
{
	const char *word = json_string_value(json_object_get(object, "decision"));

	for (Decision decision = DECISION_APPROVE; decision < _DECISION_N; decision++) {
		if (g_strcmp0(word, decision_word(decision)) == 0) {
			*ret = decision;
			return true;
		}
	}
	return false;
}

Approval *approval_from_json(const json_t *object, GError **error)
{
	g_autoptr(Approval) approval = g_new0(Approval, 1);

	approval->request = get_text(object, "request");
	approval->approver = get_text(object, "approver");
	approval->problem = get_text(object, "problem");
	approval->note = get_text(object, "note");
	approval->role = get_text(object, "role");
	approval->presence = presence_from_json(json_object_get(object, "presence"));
	approval->fingerprint = get_text(object, "fingerprint");
	approval->counts = json_is_true(json_object_get(object, "counts"));
	get_digest(object, "pinned", approval->pinned);
	if (approval->request == NULL || approval->approver == NULL ||
	    !get_decision(object, &approval->decision) ||
	    !get_digest(object, "digest", approval->digest) ||
	    !get_time(object, "date", &approval->date_usec) ||
	    !get_time(object, "seen", &approval->seen_usec) ||
	    !get_time(object, "since", &approval->since_usec)) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT,
			    "an event's approval does not have its form");
		return NULL;
	}
	return g_steal_pointer(&approval);
}
