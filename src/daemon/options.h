/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line of reeved (design 6). Paths are made absolute; what is left out stays NULL. */
#pragma once

#include "base/error.h"

#include <glib.h>
#include <stdbool.h>

typedef struct {
	char *config_file;
	char *root;
	char *state_dir, *runtime_dir;
	GStrv watch; /* canonical, as seen from inside the root */
	char *backend;
	char *actors;
	int canary_seconds; /* 0: no canary */
	char *host;
	gboolean version; /* only the version was asked for */
} DaemonOptions;

/* Reads argv; --help prints and exits. False and *error: usage. */
bool options_parse(DaemonOptions *options, int *argc, char ***argv, GError **error);
void options_clear(DaemonOptions *options);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(DaemonOptions, options_clear)
