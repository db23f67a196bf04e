/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of this room share: a change made by hand, and text as a YAML document. */
#pragma once

#include "base/yaml.h"
#include "event/change.h"

/* A change of an ordinary file of root's; `added` is NULL-ended. */
static inline Change *rig_change(const char *path, ChangeOp op, const char *const *added)
{
	Change *change = change_new(path, op);

	change->before = (FileState){.type = FILE_REGULAR, .content = CONTENT_STORED, .mode = 0644};
	change->after = change->before;
	change->difference = STATE_CONTENT;
	for (; added != NULL && *added != NULL; added++) {
		g_ptr_array_add(change->added, g_strdup(*added));
	}
	return change;
}

static inline YamlDocument *rig_document(const char *text)
{
	g_autoptr(GError) error = NULL;
	YamlDocument *document = yaml_parse("r.yml", text, strlen(text), &error);

	g_assert_no_error(error);
	return document;
}
