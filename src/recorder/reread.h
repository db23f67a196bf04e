/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A reread: is one path, whose stat is as the catalog says, still what was recorded there? Reads
 * everything again: attributes and content. A second write to a page of a shared mapping that is
 * dirty already changes the content and no time; so does who writes to the disk below the file
 * system. Big files are read in steps.
 */
#pragma once

#include "recorder/look.h"

typedef struct Reread Reread;

typedef enum {
	REREAD_MORE,
	REREAD_SAME,    /* or nothing can be said: gone, changing, not for us to read */
	REREAD_DIFFERS, /* although its stat is the same */
} RereadStep;

/* Both borrowed until the end. */
Reread *reread_new(const LookWorld *world, const CatalogRow *row);
void reread_free(Reread *reread);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Reread, reread_free)

/* One step; adds what it has read to *bytes. Not to be called again after anything but MORE. */
RereadStep reread_step(Reread *reread, guint64 *bytes);
