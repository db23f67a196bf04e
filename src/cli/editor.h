/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The caller's editor: $VISUAL, $EDITOR, or vi, on our own terminal. */
#pragma once

#include "base/error.h"

#include <glib.h>
#include <stdbool.h>

/* Returns when it has ended; false and *error when it failed. */
bool editor_run(const char *file, GError **error);
