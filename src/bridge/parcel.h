/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Values: a parcel: one record on its way to a receiver, written in its format.
 */
#pragma once

#include "event/event.h"

#include <glib.h>
#include <stdbool.h>

typedef struct {
	char *text;
	gsize size;
	char id[EVENT_ID_HEX + 1]; /* of the event */
	/* a mail's: addresses, joined with ", "; what it is about; 0 informational to 4 critical */
	char *to, *title;
	guint severity;
	/* set by a sink */
	bool is_done; /* acknowledged, or buried: not to be sent again */
	char *why;    /* refused for good; NULL: not */
	char *later;  /* a mail's: why not now, though the others may be; NULL: it may */
} Parcel;

/* Takes over the text. */
Parcel *parcel_new(GString *text, const char *id);
void parcel_free(Parcel *parcel);
