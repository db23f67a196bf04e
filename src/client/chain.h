/* SPDX-License-Identifier: LGPL-3.0-or-later */
/*
 * The chain as a subscriber holds it: the cursor, and what an event is to it. Knows nothing of
 * sockets.
 */
#pragma once

#include "client/letter.h"

typedef struct {
	bool is_known;             /* there is a cursor */
	char id[EVENT_ID_HEX + 1]; /* the cursor; "" before the first event */
	bool has_seq;              /* a cursor that was given comes without its seq */
	guint64 seq;
} Chain;

/* Sets the cursor. "" is the beginning. */
void chain_set(Chain *chain, const char *id);

typedef enum {
	CHAIN_NEXT,  /* follows from the cursor */
	CHAIN_KNOWN, /* is the cursor, or before it */
	CHAIN_GAP,   /* does not follow: something is missing, or wrong */
} ChainStep;

/* What an event is to this chain. Learns the cursor's seq when it can. */
ChainStep chain_step(Chain *chain, const Letter *letter);

/* Moves the cursor to an event that was CHAIN_NEXT. */
void chain_take(Chain *chain, const Letter *letter);
