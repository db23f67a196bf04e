/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rotation: every entry of the catalog read again in turn (reread.h), in small steps, for
 * changes that leave no trace in a stat. Its position is a path, so that it goes on where it
 * stopped whatever was recorded in between, and after a restart.
 */
#pragma once

#include "recorder/look.h"

typedef void (*RotationDiffers)(void *context, const char *path);

typedef struct Rotation Rotation;

/* `world` is borrowed. */
Rotation *rotation_new(const LookWorld *world, RotationDiffers differs, void *context);
void rotation_free(Rotation *rotation);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Rotation, rotation_free)

/* The path behind which it goes on; NULL: at the first. */
const char *rotation_position(const Rotation *rotation);
void rotation_set_position(Rotation *rotation, const char *path);

typedef enum {
	ROTATION_MORE,
	ROTATION_DONE, /* everything has been read: the next step begins anew */
	ROTATION_ERROR,
} RotationStep;

/* One step: a path, or a part of a big file. Adds what it has read to *bytes, and to *done the
 * paths it is through with. *error is of the catalog. */
RotationStep rotation_step(Rotation *rotation, guint64 *bytes, guint64 *done, GError **error);
