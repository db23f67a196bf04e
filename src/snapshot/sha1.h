/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SHA-1 as git uses it, for names and checksums (never for trust: that is SHA-256's, in the
 * manifests). Algorithm and context are fetched once and used again, for OpenSSL's look-up costs
 * more than hashing a small object.
 */
#pragma once

#include "event/file-state.h"

typedef struct Sha1 Sha1;

Sha1 *sha1_new(void);
void sha1_free(Sha1 *sha1);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Sha1, sha1_free)

/* Begin, any number of updates, end; then again from the beginning. */
void sha1_begin(Sha1 *sha1);
void sha1_update(Sha1 *sha1, const void *data, gsize size);
void sha1_end(Sha1 *sha1, guint8 ret[BLOB_BYTES]);
