/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Prometheus Alertmanager, API v2: the alerts of a batch in one POST: see sink.h; which alerts, and
 * when again, is vigil.h. A POST with one bad alert is answered 400, and the good ones are taken
 * all the same: so nothing is lost when all of it is buried.
 */
#include "bridge/sink.h"
#include "bridge/post.h"

#include <string.h>

#define PREFIX "alertmanager+"
#define API "/api/v2/alerts"

typedef struct {
	Sink sink;
	Post *post;
	GPtrArray *parcels; /* not ours */
} AlertmanagerSink;

static bool alertmanager_is_valid(const SinkPlace *place)
{
	return transfer_url_is_valid(place->url + strlen(PREFIX), place->peer);
}

static Sink *alertmanager_open(const SinkPlace *place, GError **error)
{
	g_autofree char *base = g_strdup(place->url + strlen(PREFIX));
	g_autofree char *url = NULL;
	AlertmanagerSink *manager;
	Post *post;

	if (g_str_has_suffix(base, "/")) {
		base[strlen(base) - 1] = '\0';
	}
	url = g_strconcat(base, API, NULL);
	post = post_new(url, place->peer, error);
	if (post == NULL) {
		return NULL;
	}
	manager = g_new0(AlertmanagerSink, 1);
	manager->post = post;
	manager->parcels = g_ptr_array_new();
	return &manager->sink;
}

static SinkResult alertmanager_send(Sink *sink, Parcel *parcel, GError **error)
{
	(void)error;
	g_ptr_array_add(((AlertmanagerSink *)sink)->parcels, parcel);
	return SINK_OK;
}

static void write_body(const AlertmanagerSink *manager, GString *body)
{
	for (guint i = 0; i < manager->parcels->len; i++) {
		const Parcel *parcel = manager->parcels->pdata[i];

		g_string_append_c(body, i == 0 ? '[' : ',');
		g_string_append_len(body, parcel->text, (gssize)parcel->size);
	}
	g_string_append_c(body, ']');
}

static SinkResult alertmanager_flush(Sink *sink, GError **error)
{
	AlertmanagerSink *manager = (AlertmanagerSink *)sink;
	g_autoptr(GString) body = g_string_new(NULL);
	g_autofree char *refused = NULL;
	SinkResult result;

	if (manager->parcels->len == 0) {
		return SINK_OK;
	}
	write_body(manager, body);
	result = post_send(manager->post, NULL, body->str, body->len, &refused, error);
	for (guint i = 0; refused != NULL && i < manager->parcels->len; i++) {
		((Parcel *)manager->parcels->pdata[i])->why = g_strdup(refused);
	}
	g_ptr_array_set_size(manager->parcels, 0);
	return result;
}

static void alertmanager_close(Sink *sink)
{
	AlertmanagerSink *manager = (AlertmanagerSink *)sink;

	post_free(manager->post);
	g_ptr_array_unref(manager->parcels);
	g_free(manager);
}

#define ALERTMANAGER(of_scheme)                                                                    \
	{                                                                                          \
		.scheme = of_scheme, .subject = SINK_ALERTS, .is_valid = alertmanager_is_valid,    \
		.open = alertmanager_open, .send = alertmanager_send, .flush = alertmanager_flush, \
		.close = alertmanager_close,                                                       \
	}

const SinkOps sink_alertmanager = ALERTMANAGER(PREFIX "http://");
const SinkOps sink_alertmanager_tls = ALERTMANAGER(PREFIX "https://");
