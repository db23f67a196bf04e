/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The states of a case: `before` and `after`, as maps of what differs from an ordinary file of
 * root's with mode 0644.
 */
#pragma once

#include "base/error.h"
#include "base/yaml.h"
#include "event/file-state.h"

#include <glib.h>
#include <stdbool.h>

/* An ordinary file of root's: what a case that says nothing begins with. */
void case_state_init(FileState *state);

/*
 * Changes `state` as the map says; `ret_content` (may be left NULL) is the text of `content`, which
 * the caller frees. False and *error, with place and caret.
 */
bool case_state_apply(const YamlDocument *document, const YamlNode *map, FileState *state,
		      char **ret_content, GError **error);
