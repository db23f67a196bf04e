/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A webhook: each record as the body of a POST: see sink.h, post.h. With an `hmac_key` it is
 * signed:
 *
 *   Reeve-Timestamp: 1795348800
 *   Reeve-Signature: sha256=<hex of HMAC-SHA-256 under the key, over TIMESTAMP "." BODY>
 *
 * so that the receiver knows who it is from, and that it is not an old one played again. A sample
 * of the check stands in doc/siem.md, and is tested.
 */
#include "bridge/sink.h"
#include "base/clock.h"
#include "base/digest.h"
#include "bridge/post.h"

#include <string.h>

typedef struct {
	Sink sink;
	Post *post;
	GBytes *key; /* NULL: not signed; the peer's */
} WebhookSink;

static bool webhook_is_valid(const SinkPlace *place)
{
	return transfer_url_is_valid(place->url, place->peer);
}

static Sink *webhook_open(const SinkPlace *place, GError **error)
{
	Post *post = post_new(place->url, place->peer, error);
	WebhookSink *webhook;

	if (post == NULL) {
		return NULL;
	}
	webhook = g_new0(WebhookSink, 1);
	webhook->post = post;
	webhook->key = place->peer->contents[PEER_HMAC_KEY];
	return &webhook->sink;
}

/* Over the timestamp too. The line feed at the end of the key's file is none of it. */
static char *sign(GBytes *key, gint64 seconds, const Parcel *parcel)
{
	g_autoptr(GString) text = g_string_new(NULL);
	char hex[DIGEST_HEX + 1];
	guint8 digest[DIGEST_BYTES];
	gsize size;
	const guint8 *data = g_bytes_get_data(key, &size);

	g_string_printf(text, "%" G_GINT64_FORMAT ".", seconds);
	g_string_append_len(text, parcel->text, (gssize)parcel->size);
	digest_hmac(data, size - (size > 0 && data[size - 1] == '\n'), text->str, text->len,
		    digest);
	hex_encode(digest, sizeof(digest), hex);
	return g_strconcat("Reeve-Signature: sha256=", hex, NULL);
}

static SinkResult webhook_send(Sink *sink, Parcel *parcel, GError **error)
{
	WebhookSink *webhook = (WebhookSink *)sink;
	gint64 now = clock_wall_usec() / G_USEC_PER_SEC;
	g_autofree char *id = g_strconcat("Reeve-Event: ", parcel->id, NULL);
	g_autofree char *time = g_strdup_printf("Reeve-Timestamp: %" G_GINT64_FORMAT, now);
	g_autofree char *signature = webhook->key == NULL ? NULL : sign(webhook->key, now, parcel);
	const char *headers[] = {id, time, signature, NULL};

	return post_send(webhook->post, headers, parcel->text, parcel->size, &parcel->why, error);
}

static SinkResult webhook_flush(Sink *sink, GError **error)
{
	(void)sink;
	(void)error;
	return SINK_OK;
}

static void webhook_close(Sink *sink)
{
	WebhookSink *webhook = (WebhookSink *)sink;

	post_free(webhook->post);
	g_free(webhook);
}

#define WEBHOOK(of_scheme)                                                          \
	{                                                                           \
		.scheme = of_scheme, .is_each = true, .is_valid = webhook_is_valid, \
		.open = webhook_open, .send = webhook_send, .flush = webhook_flush, \
		.close = webhook_close,                                             \
	}

const SinkOps sink_http = WEBHOOK("http://");
const SinkOps sink_https = WEBHOOK("https://");
