/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Running a stock program (git, ssh-keygen, an editor) to its end. Input and output go through
 * memory files, not pipes, so that nobody waits for anybody. What it says on standard error is
 * dropped when it succeeds and becomes the error when it does not.
 */
#pragma once

#include "base/error.h"

#include <glib.h>
#include <stdbool.h>

#define PROGRAM_OUTPUT_MAX_BYTES (64 * 1024 * 1024)

typedef struct {
	const char *folder; /* where it runs; NULL: here */
	GStrv environment;  /* NULL: ours */
	GBytes *input;      /* NULL: none */
} ProgramCall;

/* Found through PATH. `ret_output` may be NULL; caller unrefs. */
bool program_run(const char *const *argv, const ProgramCall *call, GBytes **ret_output,
		 GError **error);

/* The same with our own terminal for it (an editor). */
bool program_run_on_terminal(const char *const *argv, GError **error);
