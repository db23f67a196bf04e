/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The caller's editor: see editor.h. */
#include "cli/editor.h"

#include "cli/program.h"

#include <stdlib.h>

bool editor_run(const char *file, GError **error)
{
	const char *editor = getenv("VISUAL") != NULL ? getenv("VISUAL") : getenv("EDITOR");
	g_autofree char *command =
		g_strconcat(editor != NULL && *editor != '\0' ? editor : "vi", " \"$1\"", NULL);
	const char *const argv[] = {"/bin/sh", "-c", command, "reeve", file, NULL};

	return program_run_on_terminal(argv, error);
}
