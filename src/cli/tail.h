/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Following the bus and showing what comes: for `reeve tail`, and for `reeve watch` once its daemon
 * runs. Reconnects by itself when the relay restarts; nothing is lost and nothing shown twice.
 */
#pragma once

#include "cli/context.h"

#include <jansson.h>
#include <stdbool.h>

/* Another host's bus; all NULL: this one's. */
typedef struct {
	char *live, *replay;    /* addresses */
	char *server_key, *key; /* files: the server's public key, our own secret one */
} TailRemote;

void tail_remote_clear(TailRemote *remote);

typedef struct {
	TailRemote remote;
	const char *since;   /* as ClientOptions has it */
	const char *witness; /* file that remembers the host's checkpoints; NULL: none */
	int silence;         /* seconds without a sign of life until that is said; 0: 30 */
	bool all;            /* every event, not alerts alone */
	/* told every event that is shown; NULL */
	void (*seen)(void *who, const json_t *event);
	bool (*goes_on)(void *who); /* asked several times a second; NULL: goes on for ever */
	void *who;
} TailOptions;

/* Whether somebody listens where events are published; false and *error: what to do about it. */
bool tail_check(const Context *context, GError **error);

/*
 * Shows events until goes_on says no (CLI_OK) or it cannot go on (CLI_TROUBLE, after having said
 * why): history rewritten, chain broken, nobody reads our output.
 */
int tail_follow(const Context *context, const TailOptions *options);
