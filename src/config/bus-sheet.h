/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Values: the sheet: what reeved, which may read files, lets the relay know, which may not: the
 * server's secret key, the clients that may listen, and the newest checkpoint. A page of memory
 * (memfd) that reeved writes and the relay, which has it for reading only, reads again when its
 * bell rings; so a relay that starts again finds it as it is now, and no secret is on a command
 * line, in an environment or in a file that the relay would have to open.
 *
 * On the page: the size of the text (8 bytes, network order), its SHA-256, the text. Who reads
 * while it is being written sees that the digest does not fit, and looks again.
 */
#pragma once

#include "base/error.h"

#include <glib.h>
#include <stdbool.h>

typedef struct {
	char *server_secret; /* NULL: nobody may listen over the network */
	char *checkpoint;    /* one line of JSON (client/checkpoint.h); NULL: none yet */
	char *clients;       /* the text of bus-clients.h; NULL: no clients */
} BusSheet;

void bus_sheet_clear(BusSheet *sheet);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BusSheet, bus_sheet_clear)

/* An empty page; -1 and *error. */
int bus_sheet_new(GError **error);

/* The same page, for reading only; -1 and *error. */
int bus_sheet_reader(int fd, GError **error);

bool bus_sheet_write(int fd, const BusSheet *sheet, GError **error);

typedef enum {
	BUS_SHEET_SAME, /* as `digest` says */
	BUS_SHEET_NEW,
	BUS_SHEET_TORN, /* it is just being written: look again soon */
} BusSheetRead;

/* Reads the page unless it is the one that `digest` (64 hexadecimal digits, or "") names, which
 * then names the one that was read. */
BusSheetRead bus_sheet_read(int fd, char digest[65], BusSheet *ret);

/* The text of a sheet and back, for the two above and their fuzzer. */
char *bus_sheet_format(const BusSheet *sheet);
bool bus_sheet_parse(BusSheet *ret, const char *text);
