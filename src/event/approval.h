/* SPDX-License-Identifier: LGPL-3.0-or-later */
/*
 * Values: an approval, a veto or a closing as this host judged it when it first saw it. The journal
 * remembers it (events of kind `request`), so what was once seen counts as it did then, whatever
 * happens to the register afterwards.
 */
#pragma once

#include "base/digest.h"
#include "base/error.h"

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

typedef enum {
	DECISION_APPROVE,
	DECISION_REJECT,
	DECISION_REVIEW,  /* afterwards, of what was done under an emergency request */
	DECISION_CLOSE,   /* no signature: a request was closed */
	DECISION_ADOPT,   /* told by this host: a policy came into force under this request */
	DECISION_DONE,    /* likewise: the window ended, and nothing is left to do */
	DECISION_LAPSE,   /* likewise: the window ended before all of it was done */
	DECISION_OVERDUE, /* likewise: an emergency was not reviewed in time */
	_DECISION_N,
} Decision;

/* What a hardware key (sk-*) says of the person at it; other keys say nothing. */
typedef enum {
	PRESENCE_TOUCH = 1 << 0, /* somebody touched it */
	PRESENCE_PIN = 1 << 1,   /* and gave a PIN or a finger */
} Presence;

typedef struct {
	char *request;  /* id of the request in whose folder it lies */
	char *approver; /* its file name, that is the claimed principal; of a closing: who says so
			 */
	Decision decision;
	bool counts;                 /* right request, good signature, key trusted at first sight */
	char *problem;               /* why not; NULL when it counts */
	char *note;                  /* of a closing, and of what this host tells; NULL */
	char *role;                  /* in which somebody decided; NULL: not said */
	guint presence;              /* Presence bits */
	GStrv also;                  /* other names the key speaks for: not journaled; NULL */
	char *fingerprint;           /* of the key; NULL when the signature could not be read */
	char digest[DIGEST_HEX + 1]; /* SHA-256 of statement and signature: its identity */
	char pinned[DIGEST_HEX + 1]; /* SHA-256 of the request.yaml it speaks of; "" unknown */
	gint64 date_usec;            /* what the signer wrote: a claim; 0: unknown */
	gint64 seen_usec;            /* when this host first saw it: validity is judged by this */
	gint64 since_usec;           /* when this host last looked and it was not there: it covers
				      * changes from this moment on */
} Approval;

Approval *approval_copy(const Approval *approval);
void approval_free(Approval *approval);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Approval, approval_free)

const char *decision_word(Decision decision); /* "approve", "reject", ... */
/* Whether a decision is a signed statement; the others are a file, or what this host tells. */
bool decision_is_signed(Decision decision);

/* As the member `approval` of an event, and back; NULL and *error when it has not that form. */
json_t *approval_to_json(const Approval *approval);
Approval *approval_from_json(const json_t *object, GError **error);
