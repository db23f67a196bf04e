/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The door: how many may be connected at a time. ZeroMQ ends the process when a connection comes
 * and there is no descriptor left for it, and it accepts whoever knocks; so accept4(2), which it
 * calls, is ours (a program's own function comes before the C library's) and turns away whoever
 * would take the last ones. ZeroMQ takes that for a caller who has changed his mind.
 */
#pragma once

#include "base/error.h"

#include <stdbool.h>

/*
 * Takes as many descriptors as this process may have, up to a number whose buffers fit into memory,
 * and lets in as many as that leaves. Before the wall is built and before ZeroMQ listens.
 */
bool door_open(GError **error);

/* How many have been turned away. */
guint64 door_refused(void);
