/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A Sigma correlation: a rule over the firings of other rules. `event_count` counts them,
 * `value_count` counts the different values of a field among them, in each group and within a
 * length of time.
 *
 * What is counted is kept in memory and bounded: so many firings of all groups together, the oldest
 * group goes first. A judge that starts again begins to count anew.
 */
#pragma once

#include "base/error.h"
#include "base/yaml.h"
#include "policy/facts.h"

#include <glib.h>
#include <stdbool.h>

#define CORRELATION_MAX_COUNT 10000 /* a condition may ask for so many */
#define CORRELATION_MAX_GROUPS 4096
#define CORRELATION_MAX_ENTRIES 65536 /* of all groups together */

typedef struct Correlation Correlation;

/* Compiles the value of the key `correlation`. NULL and *error, with place and caret. */
Correlation *correlation_parse(const YamlDocument *document, const YamlNode *node, GError **error);
void correlation_free(Correlation *correlation);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Correlation, correlation_free)

/* Names or ids of the rules it is about. */
const char *const *correlation_rules(const Correlation *correlation);
/* Whether those rules speak for themselves, too. */
bool correlation_generates(const Correlation *correlation);

/*
 * One of its rules has fired on the change of these facts. True when with this one the condition
 * holds: once, and in the same group again only when its length of time is over. Who has no value
 * of a field it groups by belongs to no group. A change without a time counts as of the latest
 * moment known.
 */
bool correlation_count(Correlation *correlation, Facts *facts);
/* Begins to count anew. */
void correlation_forget(Correlation *correlation);
