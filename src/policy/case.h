/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A case of a rule: a change made up for the test, and what the rules must say of it. The form is
 * told in doc/policies.md; one file NAME.cases.yaml holds a list of them.
 */
#pragma once

#include "base/error.h"
#include "base/yaml.h"
#include "event/change.h"

#include <glib.h>
#include <stdbool.h>

typedef struct {
	char *file; /* as messages call it */
	guint line;
	char *name; /* what it shows */
	char *rule; /* title or id of the rule it is about */
	bool fires;
	bool has_severity;
	Severity severity; /* of the change, all rules together */
	Change *change;
	GStrv also;        /* other paths to which the same happened before; NULL: none */
	gint64 apart_usec; /* between two of them */
} Case;

/* Reads one entry of the list. NULL and *error, with place and caret. */
Case *case_parse(const YamlDocument *document, const YamlNode *entry, GError **error);
void case_free(Case *one);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Case, case_free)
