/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An output at work: see output.h. */
#include "bridge/output.h"
#include "base/clock.h"
#include "base/log.h"
#include "bridge/ledger.h"
#include "client/client.h"
#include "event/event.h"

#include <string.h>

#define BATCH_EVENTS 512
#define BATCH_BYTES (1024 * 1024)
#define WAIT_MS 200
#define PAUSE_FIRST_MS 100
#define PAUSE_MOST_MS 60000

/* A record on its way. */
typedef struct {
	char *text;
	gsize size;
	char id[EVENT_ID_HEX + 1];
	bool is_dead; /* the receiver refused it */
} Parcel;

struct Output {
	const OutputSettings *settings;
	const OutputBus *bus;
	Ledger *ledger;
	Client *client;
	Sink *sink;       /* NULL: not connected */
	GPtrArray *batch; /* of Parcel */
	gsize batch_bytes;
	guint batch_events;
	char last[EVENT_ID_HEX + 1]; /* the batch's last event, with records or without */
	guint pause_ms;
	bool is_troubled; /* and that was said */
};

static void parcel_free(Parcel *parcel)
{
	g_free(parcel->text);
	g_free(parcel);
}

Output *output_new(const OutputSettings *settings, const OutputBus *bus, int folder, GError **error)
{
	g_autoptr(Output) output = g_new0(Output, 1);

	output->settings = settings;
	output->bus = bus;
	output->batch = g_ptr_array_new_with_free_func((GDestroyNotify)parcel_free);
	output->ledger = ledger_open(folder, settings->name, error);
	if (output->ledger == NULL) {
		return NULL;
	}
	return g_steal_pointer(&output);
}

void output_free(Output *output)
{
	if (output == NULL) {
		return;
	}
	sink_close(output->sink);
	client_free(output->client);
	ledger_free(output->ledger);
	g_ptr_array_unref(output->batch);
	g_free(output);
}

static void add_record(Output *output, const char *topic, const Record *record)
{
	GString *text;
	Parcel *parcel;

	if (!filter_fits(&output->settings->filter, topic, record)) {
		return;
	}
	text = g_string_new(NULL);
	output->settings->format->write(record, text);
	parcel = g_new0(Parcel, 1);
	parcel->size = text->len;
	parcel->text = g_string_free(text, FALSE);
	g_strlcpy(parcel->id, record->id, sizeof(parcel->id));
	g_ptr_array_add(output->batch, parcel);
	output->batch_bytes += parcel->size;
}

/* The whole event once when one of its files fits, or each file that does. */
static void add_files(Output *output, const ClientEvent *event, const json_t *json,
		      const json_t *files)
{
	for (gsize i = 0; i < json_array_size(files); i++) {
		Record record = {json, event->id, json_array_get(files, i), (guint)i};
		guint before = output->batch->len;

		add_record(output, event->topic, &record);
		if (output->settings->format->is_whole && output->batch->len > before) {
			return;
		}
	}
}

static void add_event(Output *output, const ClientEvent *event)
{
	json_t *json = event_parse(event->body, event->size, NULL);
	const json_t *files = json_object_get(json, "files");

	if (json_array_size(files) > 0) {
		add_files(output, event, json, files);
	} else {
		add_record(output, event->topic, &(Record){json, event->id, NULL, 0});
	}
	json_decref(json);
	g_strlcpy(output->last, event->id, sizeof(output->last));
	output->batch_events++;
}

static bool give_up(const Output *output, ClientResult result, const GError *error)
{
	log_error("%s: %s", output->settings->name,
		  result == CLIENT_GONE ? "the journal does not know its cursor any more: history "
					  "was rewritten, or this is another host"
					: error->message);
	return false;
}

static void say_silence(const Output *output, bool is_silent)
{
	const char *host = client_host(output->client);

	log_warning("%s: %s%s%s", output->settings->name, is_silent ? "not heard from " : "",
		    host == NULL ? "the host" : host,
		    is_silent ? " for 30 seconds" : " is heard again");
}

/* Fills the batch with what there is, waiting only for the first. False: it cannot go on. */
static bool collect(Output *output)
{
	while (output->batch_events < BATCH_EVENTS && output->batch_bytes < BATCH_BYTES) {
		g_autoptr(GError) error = NULL;
		ClientEvent event;
		ClientResult result = client_next(
			output->client, output->batch_events == 0 ? WAIT_MS : 0, &event, &error);

		switch (result) {
		case CLIENT_EVENT:
			add_event(output, &event);
			break;
		case CLIENT_TIMEOUT:
			return true;
		case CLIENT_SILENT:
		case CLIENT_HEARD:
			say_silence(output, result == CLIENT_SILENT);
			break;
		case CLIENT_REFUSED:
			log_warning("%s: %s", output->settings->name, error->message);
			break;
		case CLIENT_GONE:
		case CLIENT_BROKEN:
		case CLIENT_ERROR:
			return give_up(output, result, error);
		}
	}
	return true;
}

static SinkResult send_all(Output *output, GError **error)
{
	if (output->sink == NULL) {
		output->sink = sink_open(output->settings->to, error);
	}
	if (output->sink == NULL) {
		return SINK_RETRY;
	}
	for (guint i = 0; i < output->batch->len; i++) {
		Parcel *parcel = g_ptr_array_index(output->batch, i);
		g_autoptr(GError) why = NULL;
		SinkResult result =
			parcel->is_dead ? SINK_OK
					: sink_send(output->sink, parcel->text, parcel->size, &why);

		if (result == SINK_REFUSED &&
		    ledger_bury(output->ledger, parcel->id, parcel->text, why->message, error)) {
			parcel->is_dead = true;
			log_warning("%s: a record of event %.12s was refused: %s",
				    output->settings->name, parcel->id, why->message);
			result = SINK_OK;
		}
		if (result != SINK_OK) {
			if (*error == NULL) {
				g_propagate_error(error, g_steal_pointer(&why));
			}
			return SINK_RETRY;
		}
	}
	return sink_flush(output->sink, error);
}

static void pause_for(Output *output, gint *is_over, const GError *error)
{
	gint64 until;

	if (!output->is_troubled) {
		log_warning("%s: %s; trying again", output->settings->name, error->message);
		output->is_troubled = true;
	}
	g_clear_pointer(&output->sink, sink_close);
	output->pause_ms = CLAMP(output->pause_ms * 2, PAUSE_FIRST_MS, PAUSE_MOST_MS);
	until = clock_mono_usec() + output->pause_ms * G_GINT64_CONSTANT(1000);
	while (!g_atomic_int_get(is_over) && clock_mono_usec() < until) {
		g_usleep(PAUSE_FIRST_MS * 1000);
	}
}

/* All of the batch is acknowledged: the cursor may move. */
static bool settle(Output *output, GError **error)
{
	if (!ledger_move(output->ledger, output->last, error)) {
		return false;
	}
	if (output->is_troubled) {
		log_info("%s: works again", output->settings->name);
	}
	output->is_troubled = false;
	output->pause_ms = 0;
	g_ptr_array_set_size(output->batch, 0);
	output->batch_bytes = output->batch_events = 0;
	return true;
}

static void deliver(Output *output, gint *is_over)
{
	while (!g_atomic_int_get(is_over)) {
		g_autoptr(GError) error = NULL;
		bool is_sent = output->batch->len == 0 || send_all(output, &error) == SINK_OK;

		if (is_sent && settle(output, &error)) {
			return;
		}
		pause_for(output, is_over, error);
	}
}

bool output_run(Output *output, gint *is_over)
{
	g_autoptr(GError) error = NULL;

	output->client = client_new(&(ClientOptions){.live = output->bus->live,
						     .replay = output->bus->replay,
						     .server_key = output->bus->server_key,
						     .secret_key = output->bus->secret_key,
						     .since = ledger_cursor(output->ledger)},
				    &error);
	if (output->client == NULL) {
		log_error("%s: %s", output->settings->name, error->message);
		return false;
	}
	while (!g_atomic_int_get(is_over)) {
		if (!collect(output)) {
			return false;
		}
		if (output->batch_events > 0) {
			deliver(output, is_over);
		}
	}
	return true;
}
