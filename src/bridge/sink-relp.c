/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records by RELP, acknowledged by the receiver: see sink.h, relp.h. */
#include "bridge/sink.h"
#include "base/fd.h"
#include "bridge/relp.h"
#include "bridge/wire.h"

#include <string.h>

#define OFFER "relp_version=0\nrelp_software=reeve-bridge\ncommands=syslog"
#define TXNR_MAX 999999999
#define PUSH_BYTES (64 * 1024)

typedef struct {
	Sink sink;
	int fd;
	guint sent, acknowledged; /* transactions */
	GString *out, *in;
} RelpSink;

/* What the receiver said of the transaction that is due: they are answered in order. */
static SinkResult take_answer(RelpSink *relp, const RelpAnswer *answer, GError **error)
{
	if (answer->is_close || answer->txnr != relp->acknowledged + 1) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_UNAVAILABLE,
			    "the receiver ends the session");
		return SINK_RETRY;
	}
	if (answer->status != 200) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_DENIED,
			    "the receiver answers with status %d", answer->status);
		return SINK_RETRY;
	}
	relp->acknowledged++;
	return SINK_OK;
}

static SinkResult take_answers(RelpSink *relp, GError **error)
{
	SinkResult result = SINK_OK;
	gsize done = 0, used = 0;
	RelpAnswer answer;
	RelpRead got;

	while (result == SINK_OK && (got = relp_read(relp->in->str + done, relp->in->len - done,
						     &answer, &used)) != RELP_MORE) {
		if (got == RELP_NONSENSE) {
			g_set_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT,
				    "what the receiver answers is not RELP");
			return SINK_RETRY;
		}
		result = take_answer(relp, &answer, error);
		done += used;
	}
	g_string_erase(relp->in, 0, (gssize)done);
	return result;
}

/* Writes what is ready, and hears what is answered meanwhile. */
static SinkResult push(RelpSink *relp, GError **error)
{
	SinkResult result =
		wire_write(relp->fd, relp->out->str, relp->out->len, error) ? SINK_OK : SINK_RETRY;
	bool has_more = true;

	g_string_truncate(relp->out, 0);
	while (result == SINK_OK && has_more) {
		if (!wire_take(relp->fd, relp->in, &has_more, error)) {
			return SINK_RETRY;
		}
		result = take_answers(relp, error);
	}
	return result;
}

static SinkResult relp_flush(Sink *sink, GError **error)
{
	RelpSink *relp = (RelpSink *)sink;
	SinkResult result = push(relp, error);

	while (result == SINK_OK && relp->acknowledged < relp->sent) {
		result = wire_read(relp->fd, relp->in, error) ? take_answers(relp, error)
							      : SINK_RETRY;
	}
	return result;
}

static SinkResult put(RelpSink *relp, const char *command, const char *data, gsize size,
		      GError **error)
{
	if (relp->sent == TXNR_MAX) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_LIMIT, "a session has no more numbers");
		return SINK_RETRY;
	}
	relp_append(relp->out, ++relp->sent, command, data, size);
	return SINK_OK;
}

static SinkResult relp_send(Sink *sink, Parcel *parcel, GError **error)
{
	RelpSink *relp = (RelpSink *)sink;

	if (parcel->size > RELP_DATA_MAX) {
		parcel->why =
			g_strdup_printf("a record of %" G_GSIZE_FORMAT " bytes", parcel->size);
		return SINK_OK;
	}
	if (put(relp, "syslog", parcel->text, parcel->size, error) != SINK_OK) {
		return SINK_RETRY;
	}
	return relp->out->len < PUSH_BYTES ? SINK_OK : push(relp, error);
}

static void relp_close(Sink *sink)
{
	RelpSink *relp = (RelpSink *)sink;

	fd_close(&relp->fd);
	g_string_free(relp->out, TRUE);
	g_string_free(relp->in, TRUE);
	g_free(relp);
}

static bool relp_is_valid(const SinkPlace *place)
{
	return wire_address_is_valid(place->address);
}

static Sink *relp_open(const SinkPlace *place, GError **error)
{
	int fd = wire_connect(place->address, error);
	RelpSink *relp;

	if (fd < 0) {
		return NULL;
	}
	relp = g_new0(RelpSink, 1);
	relp->fd = fd;
	relp->out = g_string_new(NULL);
	relp->in = g_string_new(NULL);
	if (put(relp, "open", OFFER, strlen(OFFER), error) != SINK_OK ||
	    relp_flush(&relp->sink, error) != SINK_OK) {
		relp_close(&relp->sink);
		return NULL;
	}
	return &relp->sink;
}

const SinkOps sink_relp = {
	.scheme = "relp://",
	.is_valid = relp_is_valid,
	.open = relp_open,
	.send = relp_send,
	.flush = relp_flush,
	.close = relp_close,
};
