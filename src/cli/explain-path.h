/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A path explained: whether it is as approved, since when not, every request that was considered
 * when it was judged last and each test that failed, and its latest events.
 */
#pragma once

#include "cli/history.h"

#include <stdbool.h>

/* Prints; `typed` is the path as the caller typed it. */
bool explain_path(const Context *context, History *history, const char *typed, GError **error);
