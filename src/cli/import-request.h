/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One record of a ticket system's export as a skeleton of a request: who, what for, where, when, as
 * far as the other system knows; no path and no pin, so it is a draft and allows nothing until
 * somebody pins what shall be and others sign that. Its approvals over there are taken for what
 * makes it worth importing, and never for an approval here.
 */
#pragma once

#include "cli/import-record.h"
#include "register/people.h"
#include "register/request.h"
#include "register/signers.h"

typedef struct {
	const ImportMap *map;
	const People *people;   /* NULL: nobody is known */
	const Signers *signers; /* NULL: no key is trusted */
} Import;

typedef enum {
	IMPORT_TAKEN,
	IMPORT_SKIPPED, /* the map says so: *ret_why */
	IMPORT_REFUSED, /* *error */
} ImportVerdict;

/* *ret is the caller's to free; *ret_why, a sentence, too. */
ImportVerdict import_request(const Import *import, const ImportRecord *record, Request **ret,
			     char **ret_why, GError **error);
