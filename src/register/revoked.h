/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Revoked keys: policy/revoked_keys of the register, a key a line: as in a .pub file
 * (ssh-keygen's revocation list in its text form), or its fingerprint as `ssh-keygen -l` prints it.
 * What such a key approved counts for nothing, whenever it was seen; what it rejected stays
 * rejected: that takes away and gives nothing.
 */
#pragma once

#include "base/error.h"

#include <glib.h>
#include <stdbool.h>

#define REVOKED_MAX_BYTES (1024 * 1024)

typedef struct Revoked Revoked;

/* `file` is what messages call it. */
Revoked *revoked_parse(const char *file, const void *data, gsize size, GError **error);
void revoked_free(Revoked *revoked);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Revoked, revoked_free)

/* Both may be NULL. */
bool revoked_has(const Revoked *revoked, const char *fingerprint);
