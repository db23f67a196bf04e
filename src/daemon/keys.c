/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keys of the bus: see keys.h. */
#include "daemon/keys.h"
#include "base/escape.h"
#include "base/io.h"
#include "config/bus-clients.h"
#include "config/bus-key.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static bool has_network(GStrv endpoints)
{
	for (; endpoints != NULL && *endpoints != NULL; endpoints++) {
		if (g_str_has_prefix(*endpoints, "tcp://")) {
			return true;
		}
	}
	return false;
}

/* Whoever could write there could let himself in. */
static bool check_folder(const char *folder, GError **error)
{
	g_autofree char *shown = escape_path(folder);
	struct stat st;

	if (stat(folder, &st) < 0) {
		return error_set_errno(error, "cannot look at %s, where the keys of the bus are",
				       shown);
	}
	if (st.st_uid != geteuid() || (st.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_DENIED,
			    "%s: who runs reeved must own it, and nobody else may write there",
			    shown);
		return false;
	}
	return true;
}

static bool read_clients(BusSheet *ret, const char *path, GError **error)
{
	g_autofree char *shown = escape_path(path);
	g_autoptr(GPtrArray) clients = NULL;

	if (!io_read_text(AT_FDCWD, path, BUS_CLIENTS_MAX_BYTES, &ret->clients, error)) {
		return false;
	}
	if (ret->clients == NULL) {
		ret->clients = g_strdup("");
		return true;
	}
	clients = bus_clients_parse(ret->clients, error);
	if (clients == NULL) {
		g_prefix_error(error, "%s: ", shown);
	}
	return clients != NULL;
}

bool keys_read(BusSheet *ret, const Config *config, GError **error)
{
	g_autofree char *secret = g_build_filename(config->bus_keys, KEYS_SERVER_SECRET, NULL);
	g_autofree char *clients = g_build_filename(config->bus_keys, KEYS_CLIENTS, NULL);

	if (!has_network(config->bus_live) && !has_network(config->bus_replay)) {
		return true;
	}
	if (access(secret, F_OK) < 0) {
		g_autofree char *shown = escape_path(secret);

		g_set_error(error, REEVE_ERROR, REEVE_ERROR_DENIED,
			    "bus: tcp needs CURVE keys, and there is no %s; nothing leaves the "
			    "machine unencrypted. `reeve keys new --server` makes them",
			    shown);
		return false;
	}
	if (!check_folder(config->bus_keys, error)) {
		return false;
	}
	ret->server_secret = bus_key_read(BUS_KEY_SECRET, secret, error);
	return ret->server_secret != NULL && read_clients(ret, clients, error);
}
