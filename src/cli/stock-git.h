/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Stock git, as the verbs use it. In a workshop (a private temporary folder, gone when done) git
 * sees neither the caller's configuration nor a GIT_* of the environment; there it may touch one
 * repository that is not ours, if root owns it. In a hook, and in the caller's own repository, git
 * runs as it is set up there.
 */
#pragma once

#include "base/error.h"

#include <glib.h>
#include <stdbool.h>

typedef struct {
	char *folder;      /* the temporary folder; NULL: in place */
	char *repository;  /* what `-C` names; NULL: where we are */
	GStrv environment; /* NULL: ours */
} Git;

/* A workshop that may touch `repository` (which must belong to root or to us; NULL: none). */
bool stock_git_open_workshop(const char *repository, Git *ret, GError **error);
/* Git in place. The environment is ours, with GIT_* only when `in_hook`. */
void stock_git_open_place(const char *repository, bool in_hook, Git *ret);
void stock_git_close(Git *git);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Git, stock_git_close)

/* Runs git with the words that follow (NULL ends them). Output may be NULL; caller unrefs. */
bool stock_git_run(const Git *git, GBytes *input, GBytes **ret_output, GError **error,
		   ...) G_GNUC_NULL_TERMINATED;
/* The same for a list of words. */
bool stock_git_run_words(const Git *git, const char *const *words, GBytes *input,
			 GBytes **ret_output, GError **error);

/* One line of output without its LF; NULL without a trace when git refused or said nothing. For
 * questions such as `config --get` and `rev-parse`. Caller frees. */
char *stock_git_ask(const Git *git, ...) G_GNUC_NULL_TERMINATED;

/* The git id of `bytes` as a blob, in hex; caller frees. */
char *stock_git_blob_id(GBytes *bytes);

/* The blob of that id in a repository; NULL and *error when it is not there, larger than
 * `max_bytes`, or not what its id says. Caller unrefs. */
GBytes *stock_git_read_blob(const Git *git, const char *id, gsize max_bytes, GError **error);
