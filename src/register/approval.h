/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One approval (or veto): a signed statement held against the request it speaks of, the trusted
 * keys, and the moment this host first saw it (design 5.2). What is wrong with it is said in one
 * sentence for a person.
 */
#pragma once

#include "event/approval.h"
#include "register/people.h"
#include "register/request.h"
#include "register/signers.h"
#include "register/statement.h"

#include <glib.h>
#include <stdbool.h>

/* Who is who, by the policy in force, and who is alone by root's word. Both may be NULL. */
typedef struct {
	const People *people;
	const char *one_person; /* principal */
} ApprovalLaw;

/* The request an approval is held against: as parsed, and as bytes. */
typedef struct {
	const Request *request;
	guint8 sha256[DIGEST_BYTES];
	guint8 blob[BLOB_BYTES];
	ApprovalLaw law;
} ApprovalSubject;

/* The identity of a pair of files: the same for the same bytes, whatever they are worth. */
void approval_identify(GBytes *statement, GBytes *signature, char ret[DIGEST_HEX + 1]);

/* Whether the approver may be that person, by any name the key speaks for. */
bool approval_is_by(const Approval *approval, const char *person);

/* All names of who approved: those of his key, and those he has as a person. Caller frees. */
GStrv approval_names(const Approval *approval, const Signers *signers, const People *people);

/*
 * Why this approval may not approve (or review) a request, being its requester, one of its
 * implementers or the author of its content; NULL: he may. Asked of the very request the approval
 * pins: at first sight another one may lie in its place. Whoever has a key opens an emergency, also
 * his own: it stays an alert until others have reviewed it. `law` NULL: nobody is alone. Caller
 * frees.
 */
char *approval_conflict(const Approval *approval, const Request *request, const ApprovalLaw *law);

/*
 * Judges the pair of files `approvals/<approver>` and `approvals/<approver>.sig`. Never fails: a
 * pair that does not count says why.
 */
Approval *approval_judge(const ApprovalSubject *subject, const char *approver, GBytes *statement,
			 GBytes *signature, const Signers *signers, gint64 seen_usec);
