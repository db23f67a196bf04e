/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kinds of sinks: see sink.h. */
#include "bridge/sink.h"

#include <string.h>

static const SinkOps *const kinds[] = {&sink_file, &sink_stdout, &sink_local, &sink_tcp,
				       &sink_relp};

const SinkOps *sink_ops(const char *url)
{
	for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
		if (g_str_has_prefix(url, kinds[i]->scheme)) {
			return kinds[i];
		}
	}
	return NULL;
}

Sink *sink_open(const char *url, GError **error)
{
	const SinkOps *ops = sink_ops(url);
	Sink *sink = ops->open(url + strlen(ops->scheme), error);

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

SinkResult sink_send(Sink *sink, const char *record, gsize size, GError **error)
{
	return sink->ops->send(sink, record, size, error);
}

SinkResult sink_flush(Sink *sink, GError **error)
{
	return sink->ops->flush(sink, error);
}
