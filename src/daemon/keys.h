/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The keys of the bus on disk, as reeved reads them for the relay: KEYS/server.key (a secret, made
 * by `reeve keys new --server`) and KEYS/clients (config/bus-clients.h). Read at the start, on
 * SIGHUP, and on SIGUSR1, which reads nothing else.
 */
#pragma once

#include "config/bus-sheet.h"
#include "config/config.h"

#include <stdbool.h>

#define KEYS_SERVER_SECRET "server.key"
#define KEYS_SERVER_PUBLIC "server.pub"
#define KEYS_CLIENTS "clients"

/* Fills in secret and clients. Without addresses of the network nothing is read, with them the
 * secret must be there. False and *error: something is not as it must be, and where. */
bool keys_read(BusSheet *ret, const Config *config, GError **error);
