/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Values: a signed statement (design 5.2): plain text, LF at each line's end, exactly these lines
 * in exactly this order and nothing else.
 */
#pragma once

#include "base/digest.h"
#include "base/error.h"
#include "event/approval.h"
#include "event/file-state.h"

#include <glib.h>
#include <stdbool.h>

#define STATEMENT_MAX_BYTES 4096

typedef struct {
	char *request;
	guint8 request_sha256[DIGEST_BYTES];
	guint8 request_blob[BLOB_BYTES];
	Decision decision;
	char *role;
	char *approver;
	gint64 date_usec;
} Statement;

void statement_clear(Statement *statement);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Statement, statement_clear)

/* The bytes to sign; caller frees. */
char *statement_format(const Statement *statement);
/* Reads what statement_format writes, strictly; *error says line and what was expected. */
bool statement_parse(const char *name, const void *data, gsize size, Statement *ret,
		     GError **error);
