/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The alerts that are open: what an output that tells of them (Alertmanager, mail) has to know
 * beside the bus. It follows from the journal alone: a file that is judged an alert opens one, or
 * takes the place of the one its path had; whatever else is said of the path closes it, as an
 * acknowledgement does, and a new baseline closes all of the host. So a bridge that starts again
 * reads the journal up to its cursor, and knows again.
 *
 * At most ALERTS_MAX are kept; then the oldest goes: it was told, and is not repeated.
 */
#pragma once

#include "bridge/filter.h"
#include "event/event.h"

#include <glib.h>
#include <stdbool.h>

#define ALERTS_MAX 10000

typedef struct {
	char *key;                 /* of its host and path, or of its event */
	char id[EVENT_ID_HEX + 1]; /* of the event */
	char *host;
	char *path;                                   /* NULL: it is about the host */
	char *kind, *op, *verdict, *ticket, *summary; /* "" where there is none */
	guint severity;
	gint64 time_usec;
	bool is_secret; /* of the file's content nothing may be known */
	/* what was told of it, and when it is due again: the teller's (vigil.h) */
	char *labels;
	GPtrArray *told; /* of char *: names */
	gint64 told_usec, next_usec;
	bool is_put_off; /* his mailbox is full, or the like; that was said */
} Alert;

void alert_free(Alert *alert);

typedef struct Alerts Alerts;

/* `filter`: which are opened; not owned. NULL: all. */
Alerts *alerts_new(const Filter *filter);
void alerts_free(Alerts *alerts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Alerts, alerts_free)

void alerts_take(Alerts *alerts, const char *topic, const char *id, const json_t *event);

/* Those that are open, oldest first: of Alert, owned by the table. */
const GList *alerts_open(const Alerts *alerts);
guint alerts_count(const Alerts *alerts);
Alert *alerts_find(const Alerts *alerts, const char *key);

/* Those that were closed since the last alerts_forget_closed; of Alert. */
const GPtrArray *alerts_closed(const Alerts *alerts);
void alerts_forget_closed(Alerts *alerts);

/* How many the limit has dropped since the last call. */
guint alerts_take_dropped(Alerts *alerts);
