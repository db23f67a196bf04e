/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sheet and its clients: what is read formats to what reads the same; rights never grow. */
#include "config/bus-clients.h"
#include "config/bus-sheet.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_client(const BusClient *client)
{
	g_auto(GStrv) grants = bus_client_grant(client, "");

	for (char **grant = grants; *grant != NULL; grant++) {
		g_assert(bus_client_may_hear(client, *grant));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *text = g_strndup((const char *)data, size);
	g_autoptr(GPtrArray) clients = NULL;
	g_auto(BusSheet) sheet = {0};

	if (bus_sheet_parse(&sheet, text)) {
		g_autofree char *again = bus_sheet_format(&sheet);
		g_auto(BusSheet) second = {0};

		g_assert(bus_sheet_parse(&second, again));
		g_assert(g_strcmp0(sheet.clients, second.clients) == 0);
		clients = bus_clients_parse(sheet.clients, NULL);
	}
	for (guint i = 0; clients != NULL && i < clients->len; i++) {
		check_client(g_ptr_array_index(clients, i));
	}
	return 0;
}
