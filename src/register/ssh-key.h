/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Public keys of OpenSSH as OpenSSL keys: the blob that stands base64-encoded in a .pub file or in
 * allowed_signers. Which kinds are accepted stands in one table.
 */
#pragma once

#include "base/error.h"

#include <glib.h>
#include <openssl/evp.h>
#include <stdbool.h>

#define SSH_RSA_MIN_BITS 3072

typedef enum {
	SSH_KEY_ED25519,
	SSH_KEY_ECDSA,
	SSH_KEY_RSA
} SshKeyKind;

typedef struct {
	SshKeyKind kind;
	const char *type;   /* "ecdsa-sha2-nistp256" */
	const char *curve;  /* SSH's name of the curve, ECDSA only */
	const char *group;  /* OpenSSL's name of it */
	const char *digest; /* ECDSA: the digest that goes with the curve */
	gsize scalar_bytes; /* ECDSA: of r and s */
	bool is_hardware;   /* FIDO: the key names an application, the signature who was there */
} SshKeyType;

/* The row of a type name, or NULL when Reeve does not accept it. */
const SshKeyType *ssh_key_type_find(const char *name);

/*
 * Reads a key blob. NULL and *error: malformed, of a type that is not accepted, or too weak. The
 * caller frees with EVP_PKEY_free.
 */
EVP_PKEY *ssh_key_load(GBytes *blob, const SshKeyType **ret_type, GError **error);

/* The application a hardware key is for ("ssh:"); NULL: it is none. Caller frees. */
char *ssh_key_application(GBytes *blob);

/* "SHA256:..." as ssh-keygen -l prints it; caller frees. */
char *ssh_key_fingerprint(GBytes *blob);

/* The type a blob names, or NULL when it is no key blob. Caller frees. */
char *ssh_key_type_name(GBytes *blob);
