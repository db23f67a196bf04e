/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Values: files that end with the SHA-1 of all before it, as packs and their indexes do. An index
 * must be checked before libgit2 sees it: it trusts the offsets in there, and crashes on false
 * ones.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#define SEAL_BYTES 20

typedef enum {
	SEALED_SOUND,
	SEALED_ALTERED,
	SEALED_UNREADABLE,
	SEALED_GONE, /* removed meanwhile */
} Sealed;

/* `name` is relative to `folder`. */
Sealed sealed_check(const char *folder, const char *name);

/* The 20 bytes that begin `before_end` bytes before the file's end; false when there are none. */
bool sealed_read_tail(const char *folder, const char *name, goffset before_end,
		      guint8 ret[SEAL_BYTES]);
