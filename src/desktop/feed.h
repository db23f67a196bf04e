/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The feed: what the bus brings, in order, to the main loop. A thread of its own owns the client,
 * for three reasons: ZMQ_FD, which a main loop would have to watch, is edge-triggered and easily
 * slept over; the client changes between two sockets and has deadlines of its own; and a
 * notification server that hangs holds the main loop for seconds. The queue between the two is
 * bounded: when it is full the thread waits, the relay drops, and the client asks for what was
 * dropped later, as it does for every slow subscriber.
 *
 * The feed does not end by itself. When history was rewritten or the chain does not hold, it says
 * so and goes on from the present head.
 */
#pragma once

#include "desktop/news.h"

#include "base/error.h"

#include <glib.h>

#define FEED_QUEUE 256

typedef enum {
	FEED_NEWS,      /* `news` */
	FEED_POSITION,  /* `text`: the id after which it goes on; nothing is said of what was before
			 */
	FEED_SILENT,    /* not heard for a while */
	FEED_HEARD,     /* heard again */
	FEED_REWRITTEN, /* the relay does not know our cursor */
	FEED_BROKEN,    /* `text` says where the chain does not hold */
} FeedKind;

typedef struct {
	FeedKind kind;
	News *news; /* take it by setting it to NULL */
	char *text;
} FeedItem;

typedef struct {
	const char *live, *replay;
	const char *notice; /* hear only notices, here; NULL: everything */
	const char *since;  /* NULL: from now on */
	int silence_ms;
} FeedOptions;

typedef struct Feed Feed;

/* `take` is called in the main loop. NULL and *error: the addresses cannot be used. */
Feed *feed_start(const FeedOptions *options, void (*take)(gpointer self, FeedItem *item),
		 gpointer self, GError **error);

/* Stops; takes at most FEED_STOP_MS. */
#define FEED_STOP_MS 500
void feed_stop(Feed *feed);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Feed, feed_stop)
