/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Values: the keys of the bus (CURVE, doc/bus.md): 40 characters of Z85, kept in small files of one
 * line that says what they are:
 *
 *   reeve-bus-public rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7
 *   reeve-bus-secret JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6
 *
 * The file of a secret may be read by its owner alone.
 */
#pragma once

#include "base/error.h"

#include <glib.h>
#include <stdbool.h>

#define BUS_KEY_CHARS 40

typedef enum {
	BUS_KEY_PUBLIC,
	BUS_KEY_SECRET,
} BusKeyKind;

/* Whether a text can be a key. */
bool bus_key_is_valid(const char *text);

/* The line that goes into a key's file; caller frees. */
char *bus_key_format(BusKeyKind kind, const char *key);

/* The key in such a text; empty lines and lines that begin with `#` do not count. Caller frees. */
char *bus_key_parse(BusKeyKind kind, const char *text, GError **error);

/* The key in a file; caller frees. */
char *bus_key_read(BusKeyKind kind, const char *path, GError **error);
