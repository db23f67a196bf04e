/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ledger of one output, in the folder of cursors: `NAME.cursor`, the id of the last event whose
 * records were all acknowledged, and `NAME.dead`, a line of JSON for each record that the receiver
 * refused for good: {"time","id","why","record"}. Whoever mends the cause finds there what to send.
 * Where people are told in turn, `NAME.told` has who was told of what is open (duties.h).
 */
#pragma once

#include "base/error.h"

#include <glib.h>
#include <stdbool.h>

typedef struct Ledger Ledger;

/* `folder` is a descriptor that stays the caller's. */
Ledger *ledger_open(int folder, const char *name, GError **error);
void ledger_free(Ledger *ledger);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Ledger, ledger_free)

/* The cursor; "" when there is none yet: from the beginning. */
const char *ledger_cursor(const Ledger *ledger);

bool ledger_move(Ledger *ledger, const char *id, GError **error);

/* On disk before it returns. */
bool ledger_bury(Ledger *ledger, const char *id, const char *record, const char *why,
		 GError **error);

/* Replaces NAME.told, on disk before it returns; reads it: *ret NULL when there is none. */
bool ledger_store_told(Ledger *ledger, const char *text, GError **error);
bool ledger_read_told(const Ledger *ledger, char **ret_text, GError **error);
