/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sigma's modifiers: what stands behind the `|` of `Field|modifier|modifier`. One table names them
 * all, with what goes together and what Reeve refuses, by name.
 */
#pragma once

#include "base/error.h"

#include <glib.h>
#include <stdbool.h>

typedef enum {
	MODIFIER_CONTAINS = 1 << 0,
	MODIFIER_STARTSWITH = 1 << 1,
	MODIFIER_ENDSWITH = 1 << 2,
	MODIFIER_ALL = 1 << 3,   /* every pattern must match, each on any value */
	MODIFIER_CASED = 1 << 4, /* letters match as written */
	MODIFIER_NEQ = 1 << 5,   /* the opposite of the rest */
	MODIFIER_EXISTS = 1 << 6,
	MODIFIER_RE = 1 << 7,
	MODIFIER_RE_I = 1 << 8,
	MODIFIER_RE_M = 1 << 9,
	MODIFIER_RE_S = 1 << 10,
	MODIFIER_CIDR = 1 << 11,
	MODIFIER_LT = 1 << 12,
	MODIFIER_LTE = 1 << 13,
	MODIFIER_GT = 1 << 14,
	MODIFIER_GTE = 1 << 15,
	MODIFIER_FIELDREF = 1 << 16, /* the value names another field */
	MODIFIER_WINDASH = 1 << 17,
} Modifier;

#define MODIFIER_ANCHORS (MODIFIER_CONTAINS | MODIFIER_STARTSWITH | MODIFIER_ENDSWITH)
#define MODIFIER_ORDERS (MODIFIER_LT | MODIFIER_LTE | MODIFIER_GT | MODIFIER_GTE)

/*
 * Takes `DiffAdded|contains|all` apart: the field ("" for a keyword search such as `|all`), which
 * the caller frees, and the modifiers as bits. False and *error (REEVE_ERROR_SYNTAX, one sentence
 * without a place) when a modifier is unknown, refused, or does not go with those before it.
 */
bool modifier_parse(const char *key, char **ret_field, guint *ret_modifiers, GError **error);
