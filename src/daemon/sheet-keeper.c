/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keeper of the sheet: see sheet-keeper.h. */
#include "daemon/sheet-keeper.h"
#include "base/fd.h"
#include "base/log.h"

bool sheet_keeper_init(SheetKeeper *keeper, GError **error)
{
	*keeper = (SheetKeeper){.fd = bus_sheet_new(error), .reader = -1};
	if (keeper->fd >= 0) {
		keeper->reader = bus_sheet_reader(keeper->fd, error);
	}
	return keeper->reader >= 0;
}

void sheet_keeper_clear(SheetKeeper *keeper)
{
	fd_close(&keeper->fd);
	fd_close(&keeper->reader);
	bus_sheet_clear(&keeper->sheet);
}

/* Memory that cannot be written: nothing to do but to say so. */
static bool put(SheetKeeper *keeper)
{
	g_autoptr(GError) error = NULL;

	if (!bus_sheet_write(keeper->fd, &keeper->sheet, &error)) {
		log_error("the relay cannot be told of keys: %s", error->message);
		return false;
	}
	return true;
}

static bool take(char **place, char **value)
{
	bool is_new = g_strcmp0(*place, *value) != 0;

	g_free(*place);
	*place = g_steal_pointer(value);
	return is_new;
}

bool sheet_keeper_set_keys(SheetKeeper *keeper, BusSheet *keys)
{
	bool is_new = take(&keeper->sheet.server_secret, &keys->server_secret);

	is_new |= take(&keeper->sheet.clients, &keys->clients);
	return is_new && put(keeper);
}

bool sheet_keeper_set_checkpoint(SheetKeeper *keeper, char *checkpoint)
{
	return take(&keeper->sheet.checkpoint, &checkpoint) && put(keeper);
}
