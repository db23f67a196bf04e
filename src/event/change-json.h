/* SPDX-License-Identifier: LGPL-3.0-or-later */
/*
 * A judged change as a member of an event's `files` (design 5.4). Inside event/ only.
 */
#pragma once

#include "event/change.h"

#include <jansson.h>

/* No member of `files` is larger than this as compact JSON. */
#define CHANGE_JSON_MAX_BYTES (224 * 1024)

/*
 * Its bytes as compact JSON: those that are kept (`told`), or else made anew. Everything is capped;
 * where the whole is still too large, the diff goes first (diff_omitted "too large"), then
 * settings, actors and all but the first rules. Caller unrefs.
 */
GBytes *change_json_encode(const Change *change);

/* Appends an object as compact JSON, in one pass. */
void change_json_append(GByteArray *out, const json_t *object);
