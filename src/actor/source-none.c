/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The source "none": sees nothing, so that Reeve runs where nothing can be seen. */
#include "actor/source.h"

static int nothing;

static void *none_open(GError **error)
{
	return &nothing;
}

static void none_close(void *state)
{
}

static int none_poll_fd(const void *state)
{
	return -1;
}

static bool none_take(void *state, SightingSink *sink, void *context)
{
	return true;
}

static bool none_look(void *state, gint64 pid, ProcRoom *room, Sighting *ret)
{
	return false;
}

static guint64 none_lost(const void *state)
{
	return 0;
}

const SourceOps source_none_ops = {
	.name = "none",
	.is_automatic = true,
	.reach = CONFIDENCE_UNKNOWN,
	.limits = "nobody is told apart",
	.open = none_open,
	.close = none_close,
	.poll_fd = none_poll_fd,
	.take = none_take,
	.look = none_look,
	.lost = none_lost,
};
