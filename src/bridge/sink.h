/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A sink: where records go. Each kind is an ops table (sink.c has the list by scheme); what differs
 * is what acknowledged means:
 *
 *   file:///PATH, stdout:     it is on the disk (stdout: it was written)
 *   syslog:///PATH            the local logger's socket took it (a datagram)
 *   tcp://ADDRESS:PORT        the other machine's kernel has it: the protocol can say no more
 *   relp://ADDRESS:PORT       the receiver itself has said so, record by record
 *
 * A sink belongs to one thread. It may keep records until sink_flush, which says whether all that
 * was sent since the last flush is acknowledged; after anything but SINK_OK it is closed and opened
 * anew, and everything since the last flush is sent again.
 */
#pragma once

#include "base/error.h"

#include <glib.h>
#include <stdbool.h>

typedef enum {
	SINK_OK,
	SINK_RETRY,   /* not now: *error says why; later, on a new connection */
	SINK_REFUSED, /* this record never: *error says why */
} SinkResult;

typedef struct Sink Sink;

typedef struct {
	const char *scheme; /* "tcp:" */
	bool is_syslog;     /* records are framed as syslog messages */
	Sink *(*open)(const char *address, GError **error); /* what stands behind the scheme */
	SinkResult (*send)(Sink *sink, const char *record, gsize size, GError **error);
	SinkResult (*flush)(Sink *sink, GError **error);
	void (*close)(Sink *sink);
} SinkOps;

/* Every kind is a struct that begins with this. */
struct Sink {
	const SinkOps *ops;
};

/* The kind of an address; NULL: there is none of that scheme. */
const SinkOps *sink_ops(const char *url);

/* Connects or opens; NULL and *error: not now. */
Sink *sink_open(const char *url, GError **error);
void sink_close(Sink *sink);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Sink, sink_close)

SinkResult sink_send(Sink *sink, const char *record, gsize size, GError **error);
SinkResult sink_flush(Sink *sink, GError **error);

extern const SinkOps sink_file, sink_stdout, sink_local, sink_tcp, sink_relp;
