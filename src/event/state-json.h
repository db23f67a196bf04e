/* SPDX-License-Identifier: LGPL-3.0-or-later */
/*
 * The state of a path as the `before` and `after` of an event tell it. state-json.c also has its
 * digest (event.h): a short name for "the same state", by which the index tells whether a path is
 * back where it was. Inside event/ only.
 */
#pragma once

#include "event/file-state.h"

#include <jansson.h>

/* A new object; {} when absent. */
json_t *state_to_json(const FileState *state);
