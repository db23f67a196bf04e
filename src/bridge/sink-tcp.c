/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records over TCP, framed by counting (RFC 6587): see sink.h. */
#include "bridge/sink.h"
#include "base/fd.h"
#include "bridge/wire.h"

typedef struct {
	Sink sink;
	int fd;
	GString *out;
} TcpSink;

static bool tcp_is_valid(const SinkPlace *place)
{
	return wire_address_is_valid(place->address);
}

static Sink *tcp_open(const SinkPlace *place, GError **error)
{
	int fd = wire_connect(place->address, error);
	TcpSink *tcp;

	if (fd < 0) {
		return NULL;
	}
	tcp = g_new0(TcpSink, 1);
	tcp->fd = fd;
	tcp->out = g_string_new(NULL);
	return &tcp->sink;
}

static SinkResult tcp_send(Sink *sink, Parcel *parcel, GError **error)
{
	TcpSink *tcp = (TcpSink *)sink;

	(void)error;
	wire_append_counted(tcp->out, parcel->text, parcel->size);
	return SINK_OK;
}

static SinkResult tcp_flush(Sink *sink, GError **error)
{
	TcpSink *tcp = (TcpSink *)sink;
	bool ok = wire_write(tcp->fd, tcp->out->str, tcp->out->len, error) &&
		  wire_drain(tcp->fd, error);

	g_string_truncate(tcp->out, 0);
	return ok ? SINK_OK : SINK_RETRY;
}

static void tcp_close(Sink *sink)
{
	TcpSink *tcp = (TcpSink *)sink;

	fd_close(&tcp->fd);
	g_string_free(tcp->out, TRUE);
	g_free(tcp);
}

const SinkOps sink_tcp = {
	.scheme = "tcp://",
	.is_valid = tcp_is_valid,
	.open = tcp_open,
	.send = tcp_send,
	.flush = tcp_flush,
	.close = tcp_close,
};
