/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The relay at work: one loop over the bell, the lifeline, signals, the gate and two ZeroMQ
 * sockets. In each round it does a bounded piece of every kind of work, so that nobody waits for
 * somebody else: read and publish new events, hear subscribers, serve replays, beat, write its
 * health.
 */
#pragma once

#include "relay/access.h"
#include "relay/gate.h"
#include "relay/health.h"
#include "relay/heartbeat.h"
#include "relay/live.h"
#include "relay/replay.h"

#include <glib.h>
#include <stdbool.h>

/* What the relay works with; all borrowed. */
typedef struct {
	const StageOptions *options;
	const char *const *live_urls, *const *replay_urls;
	int signals; /* signalfd of SIGTERM and SIGINT */
	Keyring *keyring;
	Access *access;
	Gate *gate;
	Tape *tape;
	Live *live;
	Live *notice; /* for who may know but not read; NULL: nobody */
	Replay *replay;
	Heartbeat *heartbeat;
	Health *health;
	/* the loop's own */
	bool has_looked;             /* at the journal, once at least */
	bool has_more;               /* the journal goes on where we stopped reading */
	bool has_caught;             /* everything that was there at the start has been indexed */
	bool is_stranded;            /* the journal we hold is not the journal any more */
	bool is_ready;               /* and reeved has been told */
	bool is_torn;                /* the sheet was being written when we looked */
	gint64 look_usec, beat_usec; /* monotonic: when next */
	gint64 beaten_usec;          /* when last */
} Relay;

/* Runs until the lifeline ends or a signal comes. False and *error when it cannot go on. */
bool relay_run(Relay *relay, GError **error);
