/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The courier: see courier.h. */
#include "bridge/courier.h"
#include "base/clock.h"
#include "base/log.h"

#define PAUSE_FIRST_MS 100
#define PAUSE_MOST_MS 60000
#define START_PARCELS 128

struct Courier {
	const OutputSettings *settings;
	Ledger *ledger;
	Sink *sink;         /* NULL: not connected */
	GPtrArray *parcels; /* of Parcel */
	gsize bytes;
	guint sent; /* of them, on this connection, since it was flushed */
	guint pause_ms;
	gint64 ready_usec; /* monotonic */
	bool is_troubled;  /* and that was said */
};

Courier *courier_new(const OutputSettings *settings, Ledger *ledger)
{
	Courier *courier = g_new0(Courier, 1);

	courier->settings = settings;
	courier->ledger = ledger;
	courier->parcels = g_ptr_array_new_with_free_func((GDestroyNotify)parcel_free);
	return courier;
}

void courier_free(Courier *courier)
{
	if (courier == NULL) {
		return;
	}
	sink_close(courier->sink);
	g_ptr_array_unref(courier->parcels);
	g_free(courier);
}

void courier_load(Courier *courier, Parcel *parcel)
{
	courier->bytes += parcel->size;
	g_ptr_array_add(courier->parcels, parcel);
}

const GPtrArray *courier_parcels(const Courier *courier)
{
	return courier->parcels;
}

gsize courier_bytes(const Courier *courier)
{
	return courier->bytes;
}

void courier_unload(Courier *courier)
{
	g_ptr_array_set_size(courier->parcels, 0);
	courier->bytes = 0;
	courier->sent = 0;
}

bool courier_is_ready(const Courier *courier)
{
	return clock_mono_usec() >= courier->ready_usec;
}

void courier_rest(Courier *courier, const GError *error)
{
	if (!courier->is_troubled) {
		log_warning("%s: %s; trying again", courier->settings->name, error->message);
		courier->is_troubled = true;
	}
	g_clear_pointer(&courier->sink, sink_close);
	courier->sent = 0;
	courier->pause_ms = CLAMP(courier->pause_ms * 2, PAUSE_FIRST_MS, PAUSE_MOST_MS);
	courier->ready_usec = clock_mono_usec() + courier->pause_ms * G_GINT64_CONSTANT(1000);
}

void courier_settle(Courier *courier)
{
	if (courier->is_troubled) {
		log_info("%s: works again", courier->settings->name);
	}
	courier->is_troubled = false;
	courier->pause_ms = 0;
}

/* What the receiver refused for good goes to the dead letters, and is done. */
static bool bury(Courier *courier, Parcel *parcel, GError **error)
{
	if (!ledger_bury(courier->ledger, parcel->id, parcel->text, parcel->why, error)) {
		return false;
	}
	parcel->is_done = true;
	log_warning("%s: a record of event %.12s was refused: %s", courier->settings->name,
		    parcel->id, parcel->why);
	return true;
}

static bool bury_refused(Courier *courier, GError **error)
{
	for (guint i = 0; i < courier->parcels->len; i++) {
		Parcel *parcel = courier->parcels->pdata[i];

		if (parcel->why != NULL && !parcel->is_done && !bury(courier, parcel, error)) {
			return false;
		}
	}
	return true;
}

static bool send_all(Courier *courier, GError **error)
{
	const SinkOps *ops = sink_ops(courier->settings->to);

	for (; courier->sent < courier->parcels->len; courier->sent++) {
		Parcel *parcel = courier->parcels->pdata[courier->sent];

		if (parcel->is_done) {
			continue;
		}
		if (sink_send(courier->sink, parcel, error) != SINK_OK) {
			return false;
		}
		if (parcel->why != NULL && !bury(courier, parcel, error)) {
			return false;
		}
		parcel->is_done |= ops->is_each;
	}
	return true;
}

static bool try(Courier *courier, GError **error)
{
	if (courier->sink == NULL) {
		courier->sink = sink_open((SinkPlace){.url = courier->settings->to,
						      .peer = &courier->settings->peer,
						      .from = courier->settings->from,
						      .has_tls = courier->settings->has_tls},
					  error);
	}
	return courier->sink != NULL && send_all(courier, error) &&
	       sink_flush(courier->sink, error) == SINK_OK && bury_refused(courier, error);
}

void courier_start(Courier *courier)
{
	g_autoptr(GError) error = NULL;

	if (courier->sink != NULL && courier->parcels->len >= courier->sent + START_PARCELS &&
	    !send_all(courier, &error)) {
		courier_rest(courier, error);
	}
}

bool courier_deliver(Courier *courier)
{
	g_autoptr(GError) error = NULL;

	if (courier->parcels->len == 0) {
		return true;
	}
	if (!try(courier, &error)) {
		courier_rest(courier, error);
		return false;
	}
	return true;
}
