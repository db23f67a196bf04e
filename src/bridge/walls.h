/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The bridge's box: it speaks to the bus and to receivers, writes its cursors and the files it was
 * told to write, and nothing else. Built before the first thread and the first foreign byte.
 */
#pragma once

#include "base/error.h"
#include "bridge/settings.h"

#include <stdbool.h>

/* `cursors`: the folder's descriptor. */
bool bridge_wall(const Settings *settings, int cursors, GError **error);
