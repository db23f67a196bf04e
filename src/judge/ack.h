/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Acknowledging: a person has seen an event. That becomes an event itself, which refers to the
 * first and says who, and why.
 */
#pragma once

#include "judge/judge.h"

#include <glib.h>
#include <stdbool.h>

#define ACK_NOTE_MAX_BYTES 4000

/*
 * Tells that `who` acknowledges the event whose id is, or uniquely begins with, `id`. `note` may be
 * NULL. `ret_id` is the id of the new event. False and *error, one sentence for the asker.
 */
bool ack_tell(Judge *judge, int journal_fd, const char *id, const char *note, const char *who,
	      char ret_id[EVENT_ID_HEX + 1], GError **error);
