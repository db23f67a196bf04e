/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The second words of `reeve request`, one file each (request-NAME.c); verb-request.c has their
 * table. Each is called as a verb is, its second word taken out of argv. Also what several of them
 * print.
 */
#pragma once

#include "cli/paint.h"
#include "cli/register-view.h"
#include "cli/verb.h"

#include <jansson.h>

int request_verb_new(const Context *context, int argc, char **argv);
int request_verb_list(const Context *context, int argc, char **argv);
int request_verb_show(const Context *context, int argc, char **argv);

/* "approved", "waiting for approval", "rejected", "unreadable"... of a request, with its style. */
const char *standing_word(const Standing *standing, Style *ret_style);

/* Everything about a request: who, where, when, its paths, its approvals. */
void standing_put(const Paint *paint, GString *out, const RegisterView *view,
		  const Standing *standing);

/* The same as JSON, new reference. */
json_t *standing_to_json(const RegisterView *view, const Standing *standing);

/* "  label     value", wrapped; nothing for a NULL value. */
void request_put_line(const Paint *paint, GString *out, const char *label, Style style,
		      const char *value);
