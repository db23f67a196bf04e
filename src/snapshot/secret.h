/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Secrets stay where they are (design principle 6): which files are secret, and what may be kept
 * of them. Decided by path (built-in globs and those of the configuration) and by fixed strings in
 * the content (private-key armour, well-known token prefixes); /etc/shadow and /etc/gshadow (and
 * their `-` copies) keep their lines with each hash field replaced by a keyed digest.
 *
 * The key is per host: STATE/hmac.key, 32 random bytes, mode 0600, made once.
 */
#pragma once

#include "base/error.h"
#include "event/file-state.h"

#include <glib.h>
#include <stdbool.h>

typedef struct Secrets Secrets;

/* `globs`: those of the configuration, NULL-ended, may be NULL. */
Secrets *secrets_open(const char *state_dir, const char *const *globs, GError **error);
void secrets_free(Secrets *secrets);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Secrets, secrets_free)

typedef enum {
	SECRET_NO,
	SECRET_WHOLE,
	SECRET_FIELDS
} SecretKind;

/* By path alone, without a store and its key: for who must not write a secret down elsewhere. */
SecretKind secret_kind_of_path(const char *const *globs, const char *path);
/* The same, quickly, for every path there is; before anything is read. */
SecretKind secrets_classify_path(const Secrets *secrets, const char *path);
/* Whether content looks like a secret. Give all that would be kept: a key may stand at its end. */
bool secrets_content_is_secret(const void *data, gsize size);

void secrets_hmac(const Secrets *secrets, const void *data, gsize size, guint8 ret[DIGEST_BYTES]);
/* The redacted text of a shadow-like file: field 2 of each line becomes `hmac:<32 hex digits>`,
 * except "", "*", "!", "!!", "!*", which say no secret (a `!` before a hash stays in front). */
GBytes *secrets_redact_fields(const Secrets *secrets, const void *data, gsize size);
