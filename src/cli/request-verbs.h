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
int request_verb_submit(const Context *context, int argc, char **argv);
int request_verb_close(const Context *context, int argc, char **argv);
int request_verb_policy(const Context *context, int argc, char **argv);
int request_verb_list(const Context *context, int argc, char **argv);
int request_verb_show(const Context *context, int argc, char **argv);

/* Who the caller is to the register: git's user.email, else the login. Caller frees. */
char *request_usual_person(void);

/* "approved", "waiting for approval", "rejected", "closed"... of a request, with its style. */
const char *standing_word(const Standing *standing, Style *ret_style);

/* Why it covers nothing (any more), in one sentence; NULL: it does. */
const char *standing_because(const Standing *standing);
/* Whether anything can come of it still. */
bool standing_is_open(const Standing *standing);

/* Everything about a request: who, where, when, its paths, its approvals. */
void standing_put(const Paint *paint, GString *out, const RegisterView *view,
		  const Standing *standing);

/* The same as JSON, new reference; printed as a line. */
json_t *standing_to_json(const RegisterView *view, const Standing *standing);
void standing_print_json(const RegisterView *view, const Standing *standing);

/* "  label     value", wrapped; nothing for a NULL value. */
void request_put_line(const Paint *paint, GString *out, const char *label, Style style,
		      const char *value);
