/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * OpenSSH signatures (PROTOCOL.sshsig of openssh-portable) parsed and verified in-process: armour,
 * blob, public key, signature; Ed25519, ECDSA (nistp256, nistp384, nistp521), both also from a
 * hardware key (sk-*, nistp256 alone), and RSA of at least 3072 bits with rsa-sha2-256 or
 * rsa-sha2-512. Hash sha256 or sha512. Nothing else: no DSA, no SHA-1, no certificates.
 *
 * Input is hostile: at most SSHSIG_MAX_BYTES, every length checked before it is used.
 */
#pragma once

#include "base/error.h"

#include <glib.h>
#include <stdbool.h>

#define SSHSIG_MAX_BYTES (16 * 1024)
#define SSHSIG_NAMESPACE "reeve-approval"

typedef struct {
	GBytes *key;       /* public key blob, as it stands base64-encoded in allowed_signers */
	char *key_type;    /* "ssh-ed25519", ... */
	char *fingerprint; /* "SHA256:..." as ssh-keygen -l prints it */
	char *namespace;
	char *hash_algorithm; /* "sha256" or "sha512" */
	GBytes *signature;    /* the inner signature blob */
} SshSig;

void sshsig_clear(SshSig *sig);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SshSig, sshsig_clear)

/* Parses an armoured signature; *error says what is wrong with it. */
bool sshsig_parse(const void *armoured, gsize size, SshSig *ret, GError **error);

typedef enum {
	SSHSIG_GOOD,
	SSHSIG_BAD,         /* does not match message and key */
	SSHSIG_UNSUPPORTED, /* a key or algorithm we do not accept; *error says which */
} SshSigVerdict;

/* Whether `sig` is its key's signature over the message. Who the key belongs to and whether the
 * namespace is right is the caller's question. */
SshSigVerdict sshsig_verify(const SshSig *sig, const void *message, gsize size, GError **error);

/*
 * Who the token of a hardware key saw when it signed: Presence bits (event/approval.h); 0 for other
 * keys. Part of what is signed, so only a good signature says it; ssh-keygen does not ask.
 */
guint sshsig_presence(const SshSig *sig);
/* Whether its key is one of a token (sk-*). */
bool sshsig_is_by_hardware(const SshSig *sig);
