/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files on their way into the register: one commit on top of its branch, made in a workshop and
 * brought by `git push`, so that the register's own hooks and locks decide. Somebody else's push in
 * between is no trouble: the commit is made anew on top of it.
 */
#pragma once

#include "cli/context.h"

#include "base/error.h"

#include <glib.h>
#include <stdbool.h>

typedef struct Submission Submission;

/* `who` is the committer, a principal; `message` one line. */
Submission *submission_new(const char *who, const char *message);
void submission_free(Submission *submission);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Submission, submission_free)

/* A file as it shall be in the register. */
void submission_add(Submission *submission, const char *path, GBytes *bytes);

/* Commits and pushes to the register of the configuration: the one here, or the remote one it is a
 * mirror of. What the register's hooks object is in *error. */
bool submission_push(Submission *submission, const Context *context, GError **error);
