/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The keyring: what the relay knows of keys and rights, read off the sheet that reeved keeps
 * (config/bus-sheet.h). A caller has a name by which the gate let it in (its ZeroMQ `User-Id`):
 * over the network its public key, on this machine `uid:<number>`. Who is on this machine and may
 * open the socket may hear everything; who comes over the network what its line in KEYS/clients
 * says.
 */
#pragma once

#include "base/error.h"

#include <glib.h>
#include <stdbool.h>

typedef struct Keyring Keyring;

/* `sheet`: the descriptor, which stays the caller's; -1: nobody comes over the network. */
Keyring *keyring_new(int sheet);
void keyring_free(Keyring *keyring);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Keyring, keyring_free)

typedef enum {
	KEYRING_SAME,
	KEYRING_NEW,  /* rights may be other ones than before: gate_recheck */
	KEYRING_TORN, /* look again in some milliseconds */
} KeyringLook;

KeyringLook keyring_look(Keyring *keyring);

/* The server's secret key; NULL: none. */
const char *keyring_secret(const Keyring *keyring);
/* The newest checkpoint, a line of JSON; NULL: none. */
const char *keyring_checkpoint(const Keyring *keyring);
/* How many clients there are, and the digest of their text, for the health line. */
guint keyring_count(const Keyring *keyring);
const char *keyring_digest(const Keyring *keyring);

/* What a person calls the caller: its name, `uid:0`, or NULL when it is not known (any more). */
const char *keyring_name(const Keyring *keyring, const char *user);

/* Whether the caller may hear all there is; what it may not is withheld. */
bool keyring_may_hear(const Keyring *keyring, const char *user, const char *topic);
bool keyring_may_hear_all(const Keyring *keyring, const char *user);

/* What a subscription gives: prefixes, caller frees. */
GStrv keyring_grant(const Keyring *keyring, const char *user, const char *wanted);

/* All rights of the caller as one text, to see whether they changed; caller frees. */
char *keyring_rights(const Keyring *keyring, const char *user);
