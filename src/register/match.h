/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Values: holding one change against one request (design 5.3). Pure: no clock, no file.
 */
#pragma once

#include "event/approval.h"
#include "register/approvers.h"
#include "register/people.h"
#include "register/request.h"

#include <glib.h>
#include <stdbool.h>

typedef enum {
	MATCH_NONE,    /* the request does not name the path */
	MATCH_FAILED,  /* it names the path, but a test failed: `reasons` */
	MATCH_ANY,     /* passes; content: any */
	MATCH_PARTIAL, /* passes; some properties pinned */
	MATCH_EXACT,   /* passes; content (or absence, or target) pinned */
} MatchKind;

typedef struct {
	const char *host;
	/* when it happened; for an offline change the whole gap */
	gint64 earliest_usec, latest_usec;
	const char *login; /* login user of the actor; NULL: unknown */
	/* of Actor: where several had their hands in it, each must be allowed; NULL: `login` is all
	 * that is known */
	const GPtrArray *actors;
	/* standing of the request at that moment (register.h), NULL: effective */
	const char *not_effective;
	const GPtrArray *approvals; /* of Approval: who decided, and so may not do it; NULL */
	/* what the path should have been before, where it drifted already; NULL: it did not. What
	 * nobody asked for is measured by this, or else an approved change would wash it clean */
	const FileState *agreed;
	bool agreed_is_unknown; /* it drifted, and nobody can say from what */
	const People *people;   /* who is who; NULL: nobody is known */
	RequesterImplements requester;
	const char *one_person; /* who is alone here, and so may do what is his own; NULL */
	/* when this very request covered a change of this path before; 0: never. A transition
	 * happens once. NULL: not known */
	gint64 (*used)(const void *used_with, const char *request, const char *path);
	const void *used_with;
} MatchContext;

typedef struct {
	MatchKind kind;
	const RequestChange *change; /* the item of the request that decided */
	GPtrArray *reasons;          /* of char *: each failed test with both values */
} Match;

void match_clear(Match *match);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Match, match_clear)

/* Tests in this order, all of them: path, op, host, window, implementer, approvals (from
 * not_effective), from, content, mode, owner, group, target; then what was not requested, the
 * conditions of a standing request, and whether a transition happened before. A path that was moved
 * here must be named at its old place as well. */
void request_match(const Request *request, const Change *change, const MatchContext *context,
		   Match *ret);

/* Whether a request is for a host; NULL is a host nobody knows. */
bool request_is_for_host(const Request *request, const char *host);

/* Whether a state has every property a pin gives. */
bool pin_is_met(const Pin *pin, const FileState *state);

/*
 * Whether the path is back in a state this request found (`from`), inside window and host: a
 * back-out. The request must be effective (context->not_effective is looked at), and the approved
 * state of the path (`agreed`) must be the one it asked for: what a later request replaced is not
 * brought back by an earlier one.
 */
bool request_is_backed_out(const Request *request, const Change *change, const FileState *agreed,
			   const MatchContext *context);

/* Design 5.3: exact before partial before any, then the narrower window, then the id; among those
 * that fail, the one with fewer reasons before that. <0: a first */
int match_order(const Request *a, const Match *match_a, const Request *b, const Match *match_b);
