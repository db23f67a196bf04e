/* SPDX-License-Identifier: LGPL-3.0-or-later */
/*
 * What the three stages (recorder, judge, relay) have in common: how reeved hands them their
 * world. Everything comes on the command line and by inherited descriptor; a stage reads no
 * configuration file and no environment but REEVE_DEBUG.
 *
 *   --state DIR --runtime DIR     where the stores and the sockets are
 *   --user UID --group GID        drop to these once the wall is built (absent: stay)
 *   --reader-group GID            group that may read the stores and use the sockets (group reeve)
 *   --lifeline FD                 socket to reeved: its end of file means "exit now, cleanly";
 *                                 the stage writes one byte 'R' when it is ready
 *   --bell FD                     the bell this stage listens to
 *   --next-bell FD                the bell of the stage behind it
 *   --barrier FD                  the barrier page (recorder and judge)
 *   --barrier-bell FD             rung by the judge, listened to by the recorder
 *
 * The health of a stage is one line of JSON in RUNTIME/health/<stage>, rewritten in place through
 * a descriptor that is opened before the wall is built:
 *   {"stage":"recorder","pid":12,"time":"...","state":"starting|busy|ready|degraded",
 *    "text":"one sentence for a person", ... members of the stage's own}
 * It lies in RUNTIME, not in STATE, so that a full disk can still be reported.
 */
#pragma once

#include "base/error.h"

#include <glib.h>
#include <stdbool.h>

typedef struct {
	char *state_dir;
	char *runtime_dir;
	int user;         /* -1: do not change */
	int group;        /* -1: do not change */
	int reader_group; /* -1: none */
	int lifeline;     /* -1: none (a stage started by hand) */
	int bell;
	int next_bell;
	int barrier;
	int barrier_bell;
} StageOptions;

/*
 * Parses argv (changed in place): the options above and `own`, a table of the stage's own options
 * (GOptionEntry, ended by a zeroed one; may be NULL). Descriptors are checked to be open and set
 * close-on-exec; SIGPIPE is ignored from here on (a peer that left is an error code, not a death).
 * `--state` and `--runtime` are required. False and *error (usage): exit with 64.
 *
 * Use the FILENAME kinds of GOption for everything that may hold bytes of somebody else (paths,
 * globs): the STRING kinds refuse what the locale cannot say.
 */
bool stage_options_parse(StageOptions *options, const char *program, const GOptionEntry *own,
			 int *argc, char ***argv, GError **error);
void stage_options_clear(StageOptions *options);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(StageOptions, stage_options_clear)

/* Tells reeved that this stage is ready: everything it owes to the past is done. */
void stage_ready(const StageOptions *options);

#define STAGE_WORD_FETCH 'F'

/* Asks reeved to fetch the register, where it has one to fetch. Never blocks. */
void stage_ask_fetch(int lifeline);

/* Opens RUNTIME/health/<stage> (0640, reader group) for rewriting; call before the wall is built.
 * -1 and *error. */
int stage_health_open(const StageOptions *options, const char *stage, GError **error);

/* Rewrites the health line (a reader takes the first line only: what follows may be the tail of an
 * older, longer one). `line` is one line of JSON without LF. Errors are ignored: there is no better
 * place to report them. -1 is no file. */
void stage_health_write(int fd, const char *line);
