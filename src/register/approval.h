/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One approval (or veto): a signed statement held against the request it speaks of, the trusted
 * keys, and the moment this host first saw it (design 5.2). What is wrong with it is said in one
 * sentence for a person.
 */
#pragma once

#include "register/request.h"
#include "register/signers.h"
#include "register/statement.h"

#include <glib.h>
#include <stdbool.h>

typedef struct {
	char *request;  /* id of the request in whose folder it lies */
	char *approver; /* its file name, that is the claimed principal */
	Decision decision;
	bool counts;       /* right request and bytes, good signature, key trusted at first sight */
	char *problem;     /* why not; NULL when it counts */
	char *fingerprint; /* of the key; NULL when the signature could not be read */
	char digest[DIGEST_HEX + 1]; /* SHA-256 of statement and signature: its identity */
	char pinned[DIGEST_HEX + 1]; /* SHA-256 of the request.yaml it speaks of; "" unknown */
	gint64 date_usec;            /* what the signer wrote: a claim */
	gint64 seen_usec;            /* when this host first saw it: validity is judged by this */
	gint64 since_usec;           /* when this host last looked and it was not there: it covers
				      * changes from this moment on */
} Approval;

void approval_free(Approval *approval);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Approval, approval_free)
Approval *approval_copy(const Approval *approval);

/* The request an approval is held against: as parsed, and as bytes. */
typedef struct {
	const Request *request;
	guint8 sha256[DIGEST_BYTES];
	guint8 blob[BLOB_BYTES];
} ApprovalSubject;

/*
 * Judges the pair of files `approvals/<approver>` and `approvals/<approver>.sig`. Never fails: a
 * pair that does not count says why.
 */
Approval *approval_judge(const ApprovalSubject *subject, const char *approver, GBytes *statement,
			 GBytes *signature, const Signers *signers, gint64 seen_usec);
