/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The sources "connector" and "proc": both have a lookout (lookout.h) that reads /proc. With the
 * proc connector it does so whenever a process starts, and may still be too late for one that ends
 * at once; without, when somebody asks.
 */
#include "actor/connector.h"
#include "actor/lookout.h"
#include "actor/source.h"

#include <unistd.h>

static void *connector_source_open(GError **error)
{
	int connector = connector_open(error);

	return connector < 0 ? NULL : lookout_start(connector, error);
}

static void *proc_source_open(GError **error)
{
	if (geteuid() != 0) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_DENIED, "needs root");
		return NULL;
	}
	return lookout_start(-1, error);
}

static void source_lookout_close(void *state)
{
	lookout_stop(state);
}

static int source_lookout_poll_fd(const void *state)
{
	return lookout_poll_fd(state);
}

static bool source_lookout_take(void *state, SightingSink *sink, void *context)
{
	return lookout_take(state, sink, context);
}

static bool source_lookout_look(void *state, gint64 pid, ProcRoom *room, Sighting *ret)
{
	return lookout_look(state, pid, room, ret);
}

static guint64 source_lookout_lost(const void *state)
{
	return lookout_lost(state);
}

const SourceOps source_connector_ops = {
	.name = "connector",
	.is_automatic = true,
	.reach = CONFIDENCE_INFERRED,
	.limits =
		"programs and arguments are read from /proc just after a process begins; one that "
		"ends within a millisecond may be gone by then",
	.open = connector_source_open,
	.close = source_lookout_close,
	.poll_fd = source_lookout_poll_fd,
	.take = source_lookout_take,
	.look = source_lookout_look,
	.lost = source_lookout_lost,
};

const SourceOps source_proc_ops = {
	.name = "proc",
	.is_automatic = true,
	.reach = CONFIDENCE_INFERRED,
	.limits = "only processes that are still there after the write are known, by what they run "
		  "then",
	.open = proc_source_open,
	.close = source_lookout_close,
	.poll_fd = source_lookout_poll_fd,
	.take = source_lookout_take,
	.look = source_lookout_look,
	.lost = source_lookout_lost,
};
