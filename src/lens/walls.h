/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The box of reeve-lens, in two layers: what the keeper may still do, and what is left of that to
 * the worker, which reads what strangers wrote.
 */
#pragma once

#include "base/error.h"

#include <glib.h>
#include <stdbool.h>

typedef struct {
	int user, group;    /* -1: do not change */
	const char *lenses; /* the folder, by its whole name */
} LensBox;

/* Before the first byte. *ret_lenses: what the folder is called from now on; caller frees. */
bool lens_keeper_wall(const LensBox *box, char **ret_lenses, GError **error);

/* In the child, before it opens a lens. */
bool lens_worker_wall(GError **error);
