/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The courier of one output: takes parcels to its sink, buries what is refused for good, and when
 * the receiver is away says so once and tries again, with pauses that grow to a minute.
 */
#pragma once

#include "base/error.h"
#include "bridge/ledger.h"
#include "bridge/settings.h"

#include <glib.h>
#include <stdbool.h>

typedef struct Courier Courier;

/* Both stay the caller's and must last. */
Courier *courier_new(const OutputSettings *settings, Ledger *ledger);
void courier_free(Courier *courier);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Courier, courier_free)

/* Takes over the parcel. */
void courier_load(Courier *courier, Parcel *parcel);
/* Where there is a connection and enough is loaded, some of it goes on its way already, so that the
 * receiver works while more is made; courier_deliver takes the rest. */
void courier_start(Courier *courier);
/* What is loaded; of Parcel. Owned by the courier. */
const GPtrArray *courier_parcels(const Courier *courier);
gsize courier_bytes(const Courier *courier);
/* Forgets what is loaded. */
void courier_unload(Courier *courier);

/* Whether the pause after a failure is over. */
bool courier_is_ready(const Courier *courier);
/* Tries once. True: everything that was loaded is acknowledged or buried. False: not now; what is
 * not done yet stays loaded. */
bool courier_deliver(Courier *courier);
/* It was delivered, and is settled: the next trouble is a new one. */
void courier_settle(Courier *courier);
/* Something else than the receiver failed: a pause as if it had. */
void courier_rest(Courier *courier, const GError *error);
