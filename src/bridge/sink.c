/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kinds of sinks: see sink.h. */
#include "bridge/sink.h"
#include "build-config.h"
#if REEVE_CURL
#include "bridge/transfer.h"
#endif

#include <openssl/ssl.h>
#include <string.h>

static const SinkOps *const kinds[] = {
	&sink_file, &sink_stdout, &sink_local,        &sink_tcp,
	&sink_tls,  &sink_relp,
#if REEVE_CURL
	&sink_http, &sink_https,  &sink_alertmanager, &sink_alertmanager_tls,
	&sink_smtp, &sink_smtps,
#endif
};

const SinkOps *sink_ops(const char *url)
{
	for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
		if (g_str_has_prefix(url, kinds[i]->scheme)) {
			return kinds[i];
		}
	}
	return NULL;
}

bool sink_place_is_valid(const char *url, const Peer *peer)
{
	const SinkOps *ops = sink_ops(url);
	SinkPlace place = {.url = url, .peer = peer};

	if (ops == NULL) {
		return false;
	}
	place.address = url + strlen(ops->scheme);
	return ops->is_valid(&place);
}

bool sink_is_by_tls(const char *url)
{
	static const char *const schemes[] = {
		"tls:", "https:", "alertmanager+https:", "smtp:", "smtps:"};

	for (guint i = 0; i < G_N_ELEMENTS(schemes); i++) {
		if (g_str_has_prefix(url, schemes[i])) {
			return true;
		}
	}
	return false;
}

void sink_warm_up(void)
{
	OPENSSL_init_ssl(OPENSSL_INIT_LOAD_SSL_STRINGS | OPENSSL_INIT_LOAD_CONFIG, NULL);
#if REEVE_CURL
	transfer_warm_up();
#endif
}

Sink *sink_open(SinkPlace place, GError **error)
{
	const SinkOps *ops = sink_ops(place.url);
	Sink *sink;

	place.address = place.url + strlen(ops->scheme);
	sink = ops->open(&place, error);
	if (sink != NULL) {
		sink->ops = ops;
	}
	return sink;
}

void sink_close(Sink *sink)
{
	if (sink != NULL) {
		sink->ops->close(sink);
	}
}

SinkResult sink_send(Sink *sink, Parcel *parcel, GError **error)
{
	return sink->ops->send(sink, parcel, error);
}

SinkResult sink_flush(Sink *sink, GError **error)
{
	return sink->ops->flush(sink, error);
}
