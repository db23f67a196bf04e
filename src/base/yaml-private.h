/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Inside of the YAML reader, for yaml.c (composer), yaml-complain.c (carets) and yaml-read.c
 * (typed reads) only.
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
