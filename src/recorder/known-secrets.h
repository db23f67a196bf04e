/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Known secrets: sizes and keyed digests of what has been recorded as a secret, so that a copy of
 * it under a name that says nothing is told for one. Bounded; in memory alone, gathered by the
 * looks as they pass; what is forgotten or not met yet is not known, which the other signs of a
 * secret (its path, marks in its content) do not mind.
 */
#pragma once

#include "base/digest.h"
#include "event/file-state.h"

#include <glib.h>
#include <stdbool.h>

#define KNOWN_SECRETS_MAX 65536
/* What is shorter is hardly a secret, and equal to something by chance. */
#define KNOWN_SECRETS_MIN_BYTES 16

typedef struct KnownSecrets KnownSecrets;

KnownSecrets *known_secrets_new(void);
void known_secrets_free(KnownSecrets *known);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KnownSecrets, known_secrets_free)

/* A file of so many bytes was found in this state; kept when that is a secret. */
void known_secrets_saw(KnownSecrets *known, guint64 size, const FileState *state);

/* Whether any is of this size: the cheap question, before a digest is made. */
bool known_secrets_has_size(const KnownSecrets *known, guint64 size);
bool known_secrets_has(const KnownSecrets *known, guint64 size, const guint8 hmac[DIGEST_BYTES]);
