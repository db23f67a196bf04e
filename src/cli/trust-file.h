/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The file of trusted keys (`register.trust`, OpenSSH's allowed_signers), edited: lines added and
 * removed, the rest as it was, the whole checked before it is put in place. A running daemon is
 * told, and waited for: an approval that comes right behind must meet the new keys, because how it
 * was first judged stays.
 */
#pragma once

#include "cli/context.h"
#include "register/signers.h"

#include <glib.h>
#include <stdbool.h>

/* Whether a name can be a principal: it becomes a word of allowed_signers and a file's name. */
bool principal_is_valid(const char *principal);

/* The public key in a file, as a Signer of `principal`; the caller frees with signers_free. */
Signers *public_key_read(const char *principal, const char *file, GError **error);

/* Lets the key in `public_file` speak for `principal`; `valid_before` (YYYYMMDD...) may be NULL. */
bool trust_allow(const Context *context, const char *principal, const char *public_file,
		 const char *valid_before, GError **error);

/* Removes the lines of a principal or a fingerprint ("SHA256:..."). None there is an error. */
bool trust_revoke(const Context *context, const char *word, guint *ret_count, GError **error);

/* Makes a running daemon read the file again. True when one runs and has done so. */
bool trust_tell_daemon(const Context *context);
