/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rules that fired for the files of an event, each once: its title, its technique, which files,
 * and what it advises.
 */
#pragma once

#include "cli/paint.h"

#include <glib.h>
#include <stdbool.h>

/* `files`: of json_t, members of `files`. */
void alert_rules_put(const Paint *paint, GString *out, const GPtrArray *files, bool with_advice);
