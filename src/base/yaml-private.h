/* SPDX-License-Identifier: LGPL-3.0-or-later */
/*
 * Inside of the YAML reader: yaml-source.c checks the bytes, yaml-compose.c makes nodes of them,
 * yaml.c documents of the nodes; yaml-complain.c draws the carets, yaml-read.c is the typed reads.
 */
#pragma once

#include "base/yaml.h"

struct YamlDocument {
	char *name;
	GBytes *source; /* without byte order mark */
	YamlNode *root;
};

/*
 * The message of yaml_complain for any place of a source: line and column from 1, width in
 * characters. `problem` and `advice` (may be NULL) are made safe for a terminal here.
 */
void yaml_set_complaint(GError **error, ReeveError code, const char *name, GBytes *source,
			guint line, guint column, guint width, const char *problem,
			const char *advice);

/*
 * Checks the bytes before libyaml sees them (size, UTF-8, controls, directives) and copies them
 * without a leading byte order mark; NULL and *error.
 */
GBytes *yaml_source_new(const char *name, const void *data, gsize size, GError **error);

/* Composes the documents of a checked source into `documents`, at most `max` in all. */
bool yaml_compose(const char *name, GBytes *source, GPtrArray *documents, guint max,
		  GError **error);

/* Takes the root, copies the name, references the source. */
YamlDocument *yaml_document_new(const char *name, GBytes *source, YamlNode *root);
void yaml_node_free(gpointer node);

/* Whether there is nothing to see in a line (from 1). */
bool yaml_line_is_empty(GBytes *source, guint line);
