/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests: see requests.h. */
#include "judge/requests.h"
#include "base/stage.h"

#include "base/escape.h"
#include "base/io.h"
#include "judge/accept.h"
#include "judge/ack.h"

#include <string.h>
#include <unistd.h>

/* Holds one byte while the canary is silent. */
#define CANARY_FILE "canary"

typedef json_t *Answer(Requests *requests, const struct ucred *peer, const json_t *request,
		       guint64 *ret_round);

/* The loop looks at the snapshots, and at the register as it is here, after every request anyway.
 */
static json_t *answer_nudge(Requests *requests, const struct ucred *peer, const json_t *request,
			    guint64 *ret_round)
{
	stage_ask_fetch(requests->lifeline);
	return json_pack("{s:b}", "ok", 1);
}

static json_t *answer_barrier(Requests *requests, const struct ucred *peer, const json_t *request,
			      guint64 *ret_round)
{
	*ret_round = barrier_round_ask(requests->barrier);
	return *ret_round != 0 ? NULL
			       : ctl_refusal("the judge was started by hand: there is no recorder "
					     "to wait for");
}

static char *name_of_peer(const Requests *requests, const struct ucred *peer)
{
	const char *name = names_find(requests->people, peer->uid);

	return name != NULL ? g_strdup(name) : g_strdup_printf("user %u", peer->uid);
}

static json_t *answer_ack(Requests *requests, const struct ucred *peer, const json_t *request,
			  guint64 *ret_round)
{
	const char *id = json_string_value(json_object_get(request, "id"));
	const json_t *note = json_object_get(request, "note");
	g_autofree char *who = name_of_peer(requests, peer);
	g_autoptr(GError) error = NULL;
	char new_id[EVENT_ID_HEX + 1];

	if (id == NULL || (note != NULL && !json_is_string(note))) {
		return ctl_refusal("`id` must be a string, and so must `note` when it is given");
	}
	if (!ack_tell(requests->judge, requests->journal_fd, id, json_string_value(note), who,
		      new_id, &error)) {
		return ctl_refusal(error->message);
	}
	return json_pack("{s:b, s:s}", "ok", 1, "id", new_id);
}

/* Who may change the machine anyway: root, and where that is not us, whoever runs us. */
static bool may_accept(const struct ucred *peer)
{
	return peer->uid == 0 || peer->uid == geteuid();
}

/* Root has many people behind it: which one, only they themselves can say. */
static const char *login_of_peer(const struct ucred *peer, const char *who, const char *claimed)
{
	return peer->uid == 0 ? claimed : who;
}

static json_t *answer_accept(Requests *requests, const struct ucred *peer, const json_t *request,
			     guint64 *ret_round)
{
	g_autofree char *who = name_of_peer(requests, peer);
	const char *login = json_string_value(json_object_get(request, "login"));
	const Acceptance acceptance = {
		.path = json_string_value(json_object_get(request, "path")),
		.request = json_string_value(json_object_get(request, "request")),
		.who = who,
		.login = login_of_peer(peer, who, login),
		.note = json_string_value(json_object_get(request, "note")),
	};
	g_autoptr(GError) error = NULL;
	char id[EVENT_ID_HEX + 1];

	if (!may_accept(peer)) {
		return ctl_refusal("only root accepts, or whoever runs the daemon");
	}
	if (acceptance.path == NULL || acceptance.request == NULL ||
	    (login != NULL && escape_is_needed(login, strlen(login)))) {
		return ctl_refusal("`path` and `request` must be strings, `login` a plain one");
	}
	if (!accept_tell(requests->judge, requests->approvals, &acceptance, id, &error)) {
		return ctl_refusal(error->message);
	}
	return json_pack("{s:b, s:s}", "ok", 1, "id", id);
}

/* An alarm that was raised is taken back also by the judge that comes after a restart. */
void requests_begin(Requests *requests)
{
	g_autoptr(GBytes) told = io_read_file(requests->journal_fd, CANARY_FILE, 1, NULL);

	requests->canary_failed = told != NULL && g_bytes_get_size(told) == 1;
}

static void remember_canary(Requests *requests, bool failed)
{
	requests->canary_failed = failed;
	io_replace_file(requests->journal_fd, CANARY_FILE, "!", failed ? 1 : 0, 0640, NULL);
}

/* What came of the canary: told when it changes, not every few minutes. */
static json_t *answer_canary(Requests *requests, const struct ucred *peer, const json_t *request,
			     guint64 *ret_round)
{
	const json_t *ok = json_object_get(request, "ok");
	const char *text = json_string_value(json_object_get(request, "text"));
	bool failed = json_is_false(ok);
	JudgementFrame frame = judge_frame(requests->judge);
	g_autoptr(GError) error = NULL;
	g_autofree char *line = NULL;

	if (!may_accept(peer)) {
		return ctl_refusal("only root reports the canary, or whoever runs the daemon");
	}
	if (!json_is_boolean(ok) || text == NULL) {
		return ctl_refusal("`ok` must be true or false, and `text` a string");
	}
	if (failed != requests->canary_failed) {
		remember_canary(requests, failed);
		line = g_strdup_printf("canary: %s", text);
		if (!judge_tell(requests->judge,
				judgement_health(&frame,
						 failed ? SEVERITY_HIGH : SEVERITY_INFORMATIONAL,
						 line, NULL, NULL),
				&error)) {
			return ctl_refusal(error->message);
		}
	}
	return json_pack("{s:b}", "ok", 1);
}

static const struct {
	const char *op;
	const char *members[6]; /* what a request may have */
	Answer *answer;
} ops[] = {
	{"nudge", {"op"}, answer_nudge},
	{"barrier", {"op"}, answer_barrier},
	{"ack", {"op", "id", "note"}, answer_ack},
	{"accept", {"op", "path", "request", "login", "note"}, answer_accept},
	{"canary", {"op", "ok", "text"}, answer_canary},
};

static const char *unknown_member(const json_t *request, const char *const *members)
{
	const char *key;
	json_t *value;

	json_object_foreach ((json_t *)request, key, value) {
		if (!g_strv_contains(members, key)) {
			return key;
		}
	}
	return NULL;
}

json_t *requests_ask(void *context, const struct ucred *peer, const json_t *request,
		     guint64 *ret_round)
{
	const char *op = json_string_value(json_object_get(request, "op"));

	if (op == NULL) {
		return ctl_refusal("a request needs a string `op`");
	}
	for (gsize i = 0; i < G_N_ELEMENTS(ops); i++) {
		if (strcmp(ops[i].op, op) != 0) {
			continue;
		}
		if (unknown_member(request, ops[i].members) != NULL) {
			return ctl_refusal("the request has a member this op does not know");
		}
		return ops[i].answer(context, peer, request, ret_round);
	}
	return ctl_refusal("unknown op: this judge knows nudge, barrier, ack, accept "
			   "and canary");
}

json_t *requests_barrier_reply(const Judge *judge)
{
	const char *head = judge_head(judge);

	return json_pack("{s:b, s:I, s:s?}", "ok", 1, "seq", (json_int_t)judge_seq(judge), "head",
			 *head == '\0' ? NULL : head);
}
