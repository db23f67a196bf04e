/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One search identifier of a rule's `detection`: a map of fields (all must hold), a list of such
 * maps (one must hold), or a list of keywords (one must be found in any text of the change).
 */
#pragma once

#include "base/error.h"
#include "base/yaml.h"
#include "policy/facts.h"
#include "policy/source.h"

#include <glib.h>
#include <stdbool.h>

typedef struct Selection Selection;

/* Compiles the pair of nodes for rules of `source`. NULL and *error, with place and caret. */
Selection *selection_parse(const YamlDocument *document, const YamlNode *key, const YamlNode *value,
			   LogSource source, GError **error);
void selection_free(Selection *selection);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Selection, selection_free)

const char *selection_name(const Selection *selection);
/* A field it names that Reeve does not have, so that it is always absent; NULL: none. */
const char *selection_unknown_field(const Selection *selection);
bool selection_has_keywords(const Selection *selection);

/* See pattern_path_keys: of all paths it can hold for. */
bool selection_path_keys(const Selection *selection, GPtrArray *ret);

bool selection_holds(const Selection *selection, Facts *facts);
