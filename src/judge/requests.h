/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What may be asked through RUNTIME/ctl: one table, one function for each op. Whoever may open the
 * socket may ask; who it was is told in the event that comes of it. Accepting is for root alone, or
 * for whoever runs the daemon.
 */
#pragma once

#include "change/names.h"
#include "judge/barrier-round.h"
#include "judge/ctl.h"
#include "judge/judge.h"

typedef struct {
	Judge *judge;
	const Approvals *approvals; /* NULL: no register */
	BarrierRound *barrier;
	int journal_fd;
	int lifeline;        /* to reeved, who fetches a remote register */
	const Names *people; /* users of this machine, by number */
	bool canary_failed;  /* the last one that was reported */
} Requests;

/* After the other members are set: what an earlier judge was told of the canary. */
void requests_begin(Requests *requests);

/* A CtlAsk; `context` is a Requests. */
json_t *requests_ask(void *context, const struct ucred *peer, const json_t *request,
		     guint64 *ret_round);

/* The answer to a barrier, new reference. */
json_t *requests_barrier_reply(const Judge *judge);
