/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Picking members out of JSON that an event or a health line is: what is missing or of another
 * type is NULL, 0 or empty, so that an event of a newer Reeve is shown as far as it is understood.
 */
#pragma once

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

/* Text of a member; NULL. Owned by the object. */
const char *pick_text(const json_t *object, const char *key);
/* A whole number, or `otherwise`. */
gint64 pick_number(const json_t *object, const char *key, gint64 otherwise);
bool pick_true(const json_t *object, const char *key);
/* A time written as RFC 3339, in microseconds; 0. */
gint64 pick_time(const json_t *object, const char *key);
/* An object or array member; NULL, which jansson's readers take for empty. Borrowed. */
const json_t *pick_object(const json_t *object, const char *key);
const json_t *pick_array(const json_t *object, const char *key);
