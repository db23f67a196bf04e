/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keyring: see keyring.h. */
#include "relay/keyring.h"
#include "base/digest.h"
#include "config/bus-clients.h"
#include "config/bus-sheet.h"

#include <string.h>

#define LOCAL "uid:"

struct Keyring {
	int fd;
	char digest[65];
	BusSheet sheet;
	GPtrArray *clients;
	char clients_digest[DIGEST_HEX + 1];
};

Keyring *keyring_new(int sheet)
{
	Keyring *keyring = g_new0(Keyring, 1);

	keyring->fd = sheet;
	return keyring;
}

void keyring_free(Keyring *keyring)
{
	if (keyring == NULL) {
		return;
	}
	bus_sheet_clear(&keyring->sheet);
	g_clear_pointer(&keyring->clients, g_ptr_array_unref);
	g_free(keyring);
}

/* Clients that cannot be read let nobody in; reeved has checked them, so this does not happen. */
KeyringLook keyring_look(Keyring *keyring)
{
	BusSheet sheet;

	if (keyring->fd < 0) {
		return KEYRING_SAME;
	}
	switch (bus_sheet_read(keyring->fd, keyring->digest, &sheet)) {
	case BUS_SHEET_SAME:
		return KEYRING_SAME;
	case BUS_SHEET_TORN:
		return KEYRING_TORN;
	case BUS_SHEET_NEW:
		break;
	}
	bus_sheet_clear(&keyring->sheet);
	g_clear_pointer(&keyring->clients, g_ptr_array_unref);
	keyring->sheet = sheet;
	keyring->clients = bus_clients_parse(sheet.clients, NULL);
	digest_sha256_hex(sheet.clients, strlen(sheet.clients), keyring->clients_digest);
	return KEYRING_NEW;
}

const char *keyring_secret(const Keyring *keyring)
{
	return keyring->sheet.server_secret;
}

const char *keyring_checkpoint(const Keyring *keyring)
{
	return keyring->sheet.checkpoint;
}

guint keyring_count(const Keyring *keyring)
{
	return keyring->clients == NULL ? 0 : keyring->clients->len;
}

const char *keyring_digest(const Keyring *keyring)
{
	return keyring->clients_digest;
}

static bool is_local(const char *user)
{
	return user != NULL && g_str_has_prefix(user, LOCAL);
}

static const BusClient *client_of(const Keyring *keyring, const char *user)
{
	return user == NULL ? NULL : bus_clients_find(keyring->clients, user);
}

const char *keyring_name(const Keyring *keyring, const char *user)
{
	const BusClient *client = client_of(keyring, user);

	if (is_local(user)) {
		return user;
	}
	return client == NULL ? NULL : client->name;
}

bool keyring_may_hear(const Keyring *keyring, const char *user, const char *topic)
{
	const BusClient *client = client_of(keyring, user);

	return is_local(user) || (client != NULL && bus_client_may_hear(client, topic));
}

bool keyring_may_hear_all(const Keyring *keyring, const char *user)
{
	return keyring_may_hear(keyring, user, "ev/1/");
}

GStrv keyring_grant(const Keyring *keyring, const char *user, const char *wanted)
{
	const BusClient *client = client_of(keyring, user);
	const char *const all[] = {wanted, NULL}, *const nothing[] = {NULL};

	if (client != NULL) {
		return bus_client_grant(client, wanted);
	}
	return g_strdupv((char **)(is_local(user) ? all : nothing));
}

char *keyring_rights(const Keyring *keyring, const char *user)
{
	const BusClient *client = client_of(keyring, user);

	if (client == NULL) {
		return g_strdup(is_local(user) ? "all" : "");
	}
	return g_strjoinv(" ", client->topics);
}
