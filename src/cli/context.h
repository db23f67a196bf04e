/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What every verb of `reeve` is given: the configuration with its places, whether to print JSON,
 * and what the terminal can do. Made once by main; verbs only read it.
 *
 * Also the two ways a verb ends badly: verb_fail for what cannot be done (exit 2), verb_usage for
 * what was asked wrongly (exit 64).
 */
#pragma once

#include "base/error.h"
#include "config/config.h"

#include <glib.h>
#include <stdbool.h>

/* Exit codes of design 6. */
enum {
	CLI_OK = 0,
	CLI_YES = 1, /* "yes, there is drift", a check failed */
	CLI_TROUBLE = 2,
	CLI_USAGE = 64,
};

/* The options that stand before or behind the verb, as given; NULL: not given. */
typedef struct {
	char *config_file, *state_dir, *runtime_dir, *color;
	gboolean is_json, is_help, is_version;
} GlobalOptions;

void global_options_clear(GlobalOptions *options);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(GlobalOptions, global_options_clear)

/* Takes the options above out of argv, wherever they stand before a `--`; the rest stays. */
bool global_options_parse(GlobalOptions *options, int *argc, char ***argv, GError **error);

typedef struct {
	Config *config;       /* never NULL; state_dir and runtime_dir are set */
	char *config_file;    /* named with --config; NULL: the caller's default */
	char *config_problem; /* why the configuration could not be read; NULL: it could */
	bool state_given, runtime_given;
	bool is_json;
	bool has_color;   /* standard output shows colour */
	bool is_terminal; /* standard output is a terminal */
	guint width;      /* columns of the terminal; 80 when there is none */
} Context;

/*
 * Fills a context. A configuration that cannot be read is not an error here but `config_problem`:
 * main refuses it for every verb except those that must work all the same (doctor).
 */
bool context_init(Context *context, const GlobalOptions *options, GError **error);
/*
 * An ordinary user without a Reeve of their own, on a machine that has one: the machine's is meant
 * (the group reeve may read it). Does nothing when places were named or the user is root.
 */
void context_prefer_system(Context *context);
void context_clear(Context *context);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Context, context_clear)

/* A path below STATE or RUNTIME; caller frees. */
char *context_state(const Context *context, const char *name);
char *context_runtime(const Context *context, const char *name);

/* Prints "reeve: <message>" to standard error, frees the error, gives CLI_TROUBLE. */
int verb_fail(GError *error);
/* The same with words of its own. */
int verb_trouble(const char *format, ...) G_GNUC_PRINTF(1, 2);
/* As verb_trouble, names `reeve help VERB`, and gives CLI_USAGE. */
int verb_usage(const char *verb, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* As verb_usage, with the message of an error, which is freed. */
int verb_usage_error(const char *verb, GError *error);

/*
 * A path as typed: made absolute by the folder we are in, canonical, raw. NULL and *error (usage)
 * when it climbs above the root. Caller frees.
 */
char *verb_path(const char *typed, GError **error);
