/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The third wall (design 2): the one that speaks to everyone reads nothing. After relay_wall() the
 * process has its own user and no capabilities, and cannot open a file or make a socket: it has the
 * journal, the health files, and the listening sockets it was given before.
 */
#pragma once

#include "base/stage.h"

#include <stdbool.h>

/* Raises what must be raised and gives up all else, for good. No thread may run yet. */
bool relay_wall(const StageOptions *options, GError **error);
