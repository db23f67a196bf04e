/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Values: the end of a request: `requests/ID/closed`, plain text, LF at each line's end, exactly
 * these lines:
 *
 *   reeve-closing 1
 *   request CHG-20261122-k7qa
 *   by bob@example.org
 *   date 2026-11-22T03:04:05Z
 *   note done, in part
 *
 * It is not signed: it takes away and gives nothing, so whoever may push may close, and the name in
 * it is a claim.
 */
#pragma once

#include "base/error.h"

#include <glib.h>
#include <stdbool.h>

#define CLOSING_FILE "closed"
#define CLOSING_MAX_BYTES 2048
#define CLOSING_NOTE_MAX_BYTES 1000

typedef struct {
	char *request, *by, *note;
	gint64 date_usec;
} Closing;

void closing_clear(Closing *closing);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Closing, closing_clear)

/* The bytes of the file; caller frees. */
char *closing_format(const Closing *closing);
/* Reads what closing_format writes, strictly; *error says line and what was expected. */
bool closing_parse(const char *name, const void *data, gsize size, Closing *ret, GError **error);
