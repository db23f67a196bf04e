/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The verbs of `reeve`, one file each (verb-NAME.c), and the table they stand in (verb.c). To add
 * one: declare it below, add its line to the table, write its file.
 *
 * A verb is called with argv[0] its own name. It parses its options with verb_parse, prints its
 * answer to standard output and what went wrong to standard error (verb_fail), and returns the
 * exit code.
 */
#pragma once

#include "cli/context.h"

#include <glib.h>
#include <stdbool.h>

typedef int (*VerbFunction)(const Context *context, int argc, char **argv);

typedef enum {
	VERB_WITHOUT_CONFIG = 1 << 0, /* works although the configuration cannot be read */
	VERB_OWN_PLACES = 1 << 1,     /* starts things: the caller's own places, not the system's */
} VerbFlags;

typedef struct {
	const char *name;
	const char *synopsis; /* what follows the name: "[PATH...]"; "" for nothing */
	const char *help;     /* one line */
	VerbFunction run;
	unsigned int flags; /* VerbFlags */
} Verb;

int verb_accept(const Context *context, int argc, char **argv);
int verb_ack(const Context *context, int argc, char **argv);
int verb_approve(const Context *context, int argc, char **argv);
int verb_canary(const Context *context, int argc, char **argv);
int verb_diff(const Context *context, int argc, char **argv);
int verb_digest(const Context *context, int argc, char **argv);
int verb_doctor(const Context *context, int argc, char **argv);
int verb_explain(const Context *context, int argc, char **argv);
int verb_hook(const Context *context, int argc, char **argv);
int verb_hooks(const Context *context, int argc, char **argv);
int verb_import(const Context *context, int argc, char **argv);
int verb_keys(const Context *context, int argc, char **argv);
int verb_log(const Context *context, int argc, char **argv);
int verb_policy(const Context *context, int argc, char **argv);
int verb_register(const Context *context, int argc, char **argv);
int verb_review(const Context *context, int argc, char **argv);
int verb_reject(const Context *context, int argc, char **argv);
int verb_request(const Context *context, int argc, char **argv);
int verb_show(const Context *context, int argc, char **argv);
int verb_status(const Context *context, int argc, char **argv);
int verb_tail(const Context *context, int argc, char **argv);
int verb_verify(const Context *context, int argc, char **argv);
int verb_watch(const Context *context, int argc, char **argv);

/* The table, ended by a zeroed entry, in the order of `reeve help`. */
extern const Verb verbs[];

/* The verb of that name, or NULL. */
const Verb *verb_find(const char *name);
/* The verb whose name is nearest to what was typed; NULL when none is near. */
const Verb *verb_nearest(const char *typed);

typedef enum {
	VERB_GO_ON,
	VERB_DONE, /* help was asked for and printed, or the usage was wrong and said so */
} VerbParse;

/*
 * Parses the options of a verb (`entries`, ended by a zeroed one, or NULL); what is left in argv
 * behind argv[0] are its arguments (a `--` is taken out). On VERB_DONE return *ret_exit.
 */
VerbParse verb_parse(const GOptionEntry *entries, int *argc, char ***argv, int *ret_exit);
