/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The paths named to `reeve watch`, looked at before anything is started: a typing error should be
 * told at once, in words, and not by a daemon.
 */
#pragma once

#include "base/error.h"

#include <glib.h>

/*
 * Canonical paths as seen from inside `root` (NULL: "/") for those typed (NULL-ended; without a
 * root, relative ones mean the folder we are in). NULL and *error when one is not there, is a link
 * or lies behind one, or cannot be read.
 */
GStrv watched_paths(const char *root, char *const *typed, GError **error);
