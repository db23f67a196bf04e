/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An output at work: see output.h. */
#include "bridge/output.h"
#include "base/log.h"
#include "bridge/courier.h"
#include "bridge/follow.h"
#include "bridge/ledger.h"
#include "bridge/vigil.h"

#include <string.h>

#define BATCH_EVENTS 2048
#define BATCH_EVENTS_EACH 32
#define BATCH_BYTES (2 * 1024 * 1024)
#define WAIT_MS 200
#define PAUSE_USEC 100000

struct Output {
	const OutputSettings *settings;
	const OutputBus *bus;
	Ledger *ledger;
	Courier *courier;
	Client *client;
	Roster *roster; /* NULL: nobody is known */
	guint batch_events, batch_most;
	char last[EVENT_ID_HEX + 1]; /* the batch's last event, with records or without */
};

Output *output_new(const OutputSettings *settings, const OutputBus *bus, int folder, GError **error)
{
	g_autoptr(Output) output = g_new0(Output, 1);

	output->settings = settings;
	output->bus = bus;
	output->batch_most = sink_ops(settings->to)->is_each ? BATCH_EVENTS_EACH : BATCH_EVENTS;
	output->ledger = ledger_open(folder, settings->name, error);
	if (output->ledger == NULL) {
		return NULL;
	}
	output->courier = courier_new(settings, output->ledger);
	if (bus->people != NULL) {
		output->roster = roster_new(bus->people, error);
		if (output->roster == NULL) {
			return NULL;
		}
	}
	return g_steal_pointer(&output);
}

void output_free(Output *output)
{
	if (output == NULL) {
		return;
	}
	courier_free(output->courier);
	client_free(output->client);
	ledger_free(output->ledger);
	roster_free(output->roster);
	g_free(output);
}

static void add_record(Output *output, const char *topic, const Record *record)
{
	GString *text;

	if (!filter_fits(&output->settings->filter, topic, record) ||
	    !roster_fits(output->roster, output->settings->filter.owners, record)) {
		return;
	}
	text = g_string_new(NULL);
	output->settings->format->write(record, text);
	courier_load(output->courier, parcel_new(text, record->id));
}

/* The whole event once when one of its files fits, or each file that does. */
static void add_files(Output *output, const ClientEvent *event, const json_t *json,
		      const json_t *files)
{
	for (gsize i = 0; i < json_array_size(files); i++) {
		Record record = {json, event->id, json_array_get(files, i), (guint)i};
		guint before = courier_parcels(output->courier)->len;

		add_record(output, event->topic, &record);
		if (output->settings->format->is_whole &&
		    courier_parcels(output->courier)->len > before) {
			return;
		}
	}
}

static bool add_event(Output *output, const ClientEvent *event)
{
	json_t *json = follow_parse(output->settings->name, event);
	const json_t *files = json_object_get(json, "files");

	if (json == NULL) {
		return false;
	}
	if (json_array_size(files) > 0) {
		add_files(output, event, json, files);
	} else {
		add_record(output, event->topic, &(Record){json, event->id, NULL, 0});
	}
	json_decref(json);
	g_strlcpy(output->last, event->id, sizeof(output->last));
	output->batch_events++;
	courier_start(output->courier);
	return true;
}

/* Fills the batch with what there is, waiting only for the first. False: it cannot go on. */
static bool collect(Output *output)
{
	roster_look(output->roster);
	while (output->batch_events < output->batch_most &&
	       courier_bytes(output->courier) < BATCH_BYTES) {
		ClientEvent event;

		switch (follow_next(output->client, output->settings->name,
				    output->batch_events == 0 ? WAIT_MS : 0, &event)) {
		case FOLLOW_EVENT:
			if (!add_event(output, &event)) {
				return false;
			}
			break;
		case FOLLOW_NOTHING:
			return true;
		case FOLLOW_END:
			return false;
		}
	}
	return true;
}

/* All of the batch is acknowledged: the cursor may move. */
static bool settle(Output *output)
{
	g_autoptr(GError) error = NULL;

	if (!ledger_move(output->ledger, output->last, &error)) {
		courier_rest(output->courier, error);
		return false;
	}
	courier_settle(output->courier);
	courier_unload(output->courier);
	output->batch_events = 0;
	return true;
}

static void deliver(Output *output, gint *is_over)
{
	while (!g_atomic_int_get(is_over)) {
		if (!courier_is_ready(output->courier)) {
			g_usleep(PAUSE_USEC);
			continue;
		}
		if (courier_deliver(output->courier) && settle(output)) {
			return;
		}
	}
}

bool output_run(Output *output, gint *is_over)
{
	if (sink_ops(output->settings->to)->subject != SINK_EVENTS) {
		return vigil_run(&(Vigil){.settings = output->settings,
					  .bus = output->bus,
					  .ledger = output->ledger,
					  .courier = output->courier,
					  .roster = output->roster},
				 is_over);
	}
	output->client =
		follow_begin(output->bus, output->settings->name, ledger_cursor(output->ledger));
	while (output->client != NULL && !g_atomic_int_get(is_over)) {
		if (!collect(output)) {
			return false;
		}
		if (output->batch_events > 0) {
			deliver(output, is_over);
		}
	}
	return output->client != NULL;
}
