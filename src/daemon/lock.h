/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One reeved for one STATE: flock(2) on STATE/lock. The lock belongs to an open file description
 * that every stage inherits, so it lives until the last of them has gone: a new reeved does not
 * start while a recorder left behind by a killed one still writes. The descriptor is read-only, so
 * inheriting it gives a stage nothing.
 */
#pragma once

#include "base/error.h"

#include <glib.h>

/*
 * Takes the lock in the folder `state_fd`; returns its descriptor, -1 and *error. When a living
 * reeved holds it, says so with its pid, after a second at most (it may be dying); when only stages
 * left behind do, waits up to `wait_ms` for them to go.
 */
int lock_take(int state_fd, guint wait_ms, GError **error);
