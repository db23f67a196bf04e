/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The kernel's proc connector: a netlink socket that tells of forks, execs, changes of user and
 * ends, but of little more than the pids. Only in the host's network namespace, only with
 * CAP_NET_ADMIN; opened before the wall.
 */
#pragma once

#include "actor/sighting.h"
#include "base/error.h"

#include <glib.h>
#include <stdbool.h>

/* A non-blocking socket that is subscribed; -1 and *error. */
int connector_open(GError **error);

typedef enum {
	CONNECTOR_EVENT,
	CONNECTOR_OTHER, /* of no concern: a thread, a name, a dump */
	CONNECTOR_EMPTY, /* nothing more at present */
	CONNECTOR_LOST,  /* the socket ran over: events are missing */
} ConnectorResult;

/* Takes one event; `ret` has what the event says: kind, time, pids, perhaps the user. */
ConnectorResult connector_take(int fd, Sighting *ret);

/* The reading of one datagram; exported for its test. */
ConnectorResult connector_read(const void *data, gsize size, Sighting *ret);
