/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Signing with a person's SSH key, by stock ssh-keygen: a key file (its passphrase is asked for on
 * the terminal), or a public key whose private half an agent holds.
 */
#pragma once

#include "base/error.h"
#include "register/signers.h"

#include <glib.h>
#include <stdbool.h>

typedef struct {
	char *file;      /* what ssh-keygen is given: private key, or a .pub of the agent's */
	char *folder;    /* temporary, holds the .pub; NULL */
	char *principal; /* whom it speaks for */
} SigningKey;

/*
 * Chooses a key: `file` if given, else the first of ~/.ssh/id_* and of the agent that is trusted.
 * `principal` NULL: the one the trusted keys name for it. *error says what to do.
 */
bool signing_key_choose(const Signers *trusted, const char *file, const char *principal,
			SigningKey *ret, GError **error);
void signing_key_clear(SigningKey *key);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SigningKey, signing_key_clear)

/* The armoured signature over `statement`; caller unrefs. */
GBytes *signing_key_sign(const SigningKey *key, GBytes *statement, GError **error);
