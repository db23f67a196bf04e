/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A sink: where records go. Each kind is an ops table (sink.c has the list by scheme); what differs
 * is what acknowledged means:
 *
 *   file:///PATH, stdout:     it is on the disk (stdout: it was written)
 *   syslog:///PATH            the local logger's socket took it (a datagram)
 *   tcp://ADDRESS:PORT        the other machine's kernel has it: the protocol can say no more
 *   tls://ADDRESS:PORT        likewise, to a machine that has shown its certificate
 *   relp://ADDRESS:PORT       the receiver itself has said so, record by record
 *   http://, https://         a webhook: it answered 2xx, record by record
 *   alertmanager+http(s)://   it answered 2xx to the alerts of a batch
 *   smtp://, smtps://         a mail server took over the mail
 *
 * A sink belongs to one thread. It may keep parcels until sink_flush, which says whether all that
 * was sent since the last flush is acknowledged; after anything but SINK_OK it is closed and opened
 * anew, and what is not `is_done` since the last flush is sent again.
 */
#pragma once

#include "base/error.h"
#include "bridge/parcel.h"
#include "bridge/peer.h"

#include <glib.h>
#include <stdbool.h>

typedef enum {
	SINK_OK,
	SINK_RETRY, /* not now: *error says why; later, on a new connection */
} SinkResult;

/* What is told: every event, in a format, or what is open and due (vigil.h). */
typedef enum {
	SINK_EVENTS,
	SINK_ALERTS,
	SINK_MAIL,
} SinkSubject;

typedef struct Sink Sink;

/* Where to. What it points to stays the caller's, and lasts longer than the sink. */
typedef struct {
	const char *url;
	const char *address; /* what stands behind the scheme */
	const Peer *peer;
	const char *from; /* a mail's sender; NULL */
	bool has_tls;     /* mail: no word without it */
} SinkPlace;

typedef struct {
	const char *scheme; /* "tcp:" */
	SinkSubject subject;
	bool is_each; /* a parcel that was sent is acknowledged: small batches */
	bool (*is_valid)(const SinkPlace *place); /* whether there can be such a place */
	Sink *(*open)(const SinkPlace *place, GError **error);
	/* A parcel that is refused for good gets its `why`, and the result is SINK_OK. */
	SinkResult (*send)(Sink *sink, Parcel *parcel, GError **error);
	SinkResult (*flush)(Sink *sink, GError **error);
	void (*close)(Sink *sink);
} SinkOps;

/* Every kind is a struct that begins with this. */
struct Sink {
	const SinkOps *ops;
};

/* The kind of an address; NULL: there is none of that scheme in this build. */
const SinkOps *sink_ops(const char *url);

bool sink_place_is_valid(const char *url, const Peer *peer);
/* Whether certificates of others have to be checked there. */
bool sink_is_by_tls(const char *url);

/* What libraries read when they are used for the first time: before the wall. */
void sink_warm_up(void);

/* Connects or opens; NULL and *error: not now. `place->address` is filled in here. */
Sink *sink_open(SinkPlace place, GError **error);
void sink_close(Sink *sink);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Sink, sink_close)

SinkResult sink_send(Sink *sink, Parcel *parcel, GError **error);
SinkResult sink_flush(Sink *sink, GError **error);

extern const SinkOps sink_file, sink_stdout, sink_local, sink_tcp, sink_tls, sink_relp;
/* With libcurl: */
extern const SinkOps sink_http, sink_https, sink_alertmanager, sink_alertmanager_tls, sink_smtp,
	sink_smtps;
