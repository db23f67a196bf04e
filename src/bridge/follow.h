/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Following the bus from a cursor, for an output: what is not an event is said here, in its name.
 */
#pragma once

#include "client/client.h"

#include <jansson.h>
#include <stdbool.h>

/* Where the bus is; and what is known beside it. */
typedef struct {
	const char *live, *replay;
	const char *server_key, *secret_key; /* NULL on this machine */
	const char *people;                  /* the file; NULL: nobody is known */
} OutputBus;

typedef enum {
	FOLLOW_EVENT,
	FOLLOW_NOTHING, /* in that time */
	FOLLOW_END,     /* it cannot go on, and that was said */
} Follow;

/* `since` as in ClientOptions. NULL: it cannot, and that was said. */
Client *follow_begin(const OutputBus *bus, const char *name, const char *since);

/* The event, parsed: its chain was checked, its form is here. NULL: it has none, and that was said:
 * nobody may go on as if it had not been. Caller decrefs. */
json_t *follow_parse(const char *name, const ClientEvent *event);

Follow follow_next(Client *client, const char *name, int timeout_ms, ClientEvent *ret);
