/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The keeper of the sheet (config/bus-sheet.h): what the relay is to know, put together and written
 * whenever a part of it changes.
 */
#pragma once

#include "config/bus-sheet.h"

#include <stdbool.h>

typedef struct {
	int fd;     /* ours, to write */
	int reader; /* the relay's */
	BusSheet sheet;
} SheetKeeper;

bool sheet_keeper_init(SheetKeeper *keeper, GError **error);
void sheet_keeper_clear(SheetKeeper *keeper);

/* Takes secret and clients out of `keys`. True when the relay must look (ring its bell). */
bool sheet_keeper_set_keys(SheetKeeper *keeper, BusSheet *keys);

/* Likewise the newest checkpoint, which it takes over. */
bool sheet_keeper_set_checkpoint(SheetKeeper *keeper, char *checkpoint);
