/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The command line of reeve-desktop, and what follows from it: where the bus is, how `reeve` is
 * called, where the cursor lies.
 */
#pragma once

#include "config/config.h"

#include "base/error.h"

#include <glib.h>
#include <stdbool.h>

#define SILENCE_SECONDS 30

typedef struct {
	char *config_file, *state_dir, *runtime_dir; /* as given; NULL */
	char *terminal_line;
	int silence_seconds;
	gboolean version, notice_only;
	/* what follows */
	Config *config;
	char *host; /* what we call this machine before it has said its name */
	char *live, *replay;
	char *notice; /* the person may know but not read: instead of `live`; NULL */
	char *cursor_folder;
	GStrv terminal; /* words */
	GStrv reeve;    /* words up to the verb */
} DesktopOptions;

/* False and *error (usage, or a configuration that cannot be used). */
bool options_parse(DesktopOptions *options, int *argc, char ***argv, GError **error);
void options_clear(DesktopOptions *options);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(DesktopOptions, options_clear)
