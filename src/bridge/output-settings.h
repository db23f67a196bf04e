/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Values: what one output is to do, as the configuration says (doc/siem.md, reeve-bridge(8)).
 */
#pragma once

#include "base/error.h"
#include "base/yaml.h"
#include "bridge/filter.h"
#include "bridge/format.h"
#include "bridge/sink.h"

#include <glib.h>
#include <stdbool.h>

typedef struct {
	char *name; /* letters, digits, `-`, `_`; names its files in the folder of cursors */
	char *to;   /* address of a sink */
	Peer peer;
	const Format *format;
	Filter filter;
	gint64 repeat_usec; /* Alertmanager: how often an open alert is posted */
	/* mail */
	char *from;
	GStrv recipients;   /* who gets what nobody answers for */
	GStrv confidential; /* globs: paths that are not named; NULL: none */
	bool has_tls;       /* no word without it */
} OutputSettings;

/* NULL and *error with line, column and advice. */
OutputSettings *output_settings_read(const YamlDocument *document, const YamlNode *node,
				     GError **error);
void output_settings_free(OutputSettings *output);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OutputSettings, output_settings_free)
