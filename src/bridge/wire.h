/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A TCP connection as sinks use it: bytes out, lines in, and never longer than WIRE_PATIENCE_MS for
 * any of it. Addresses are numbers: nothing is looked up.
 */
#pragma once

#include "base/error.h"

#include <glib.h>
#include <stdbool.h>

#define WIRE_PATIENCE_MS 10000

/* "192.0.2.1:601" or "[2001:db8::1]:601"; -1 and *error. */
int wire_connect(const char *address, GError **error);

/* Whether an address can be connected to. */
bool wire_address_is_valid(const char *address);

/* Appends a record framed by counting (RFC 6587, RFC 5425). */
void wire_append_counted(GString *out, const char *record, gsize size);

/* Waits until a connection can be read (POLLIN) or written (POLLOUT). */
bool wire_wait(int fd, short events, GError **error);

bool wire_write(int fd, const char *data, gsize size, GError **error);

/* Waits until the other kernel has acknowledged every byte. */
bool wire_drain(int fd, GError **error);

/* Appends what there is to read without waiting; *ret_more: there may be more. */
bool wire_take(int fd, GString *into, bool *ret_more, GError **error);

/* Appends what there is to read, waiting for something. The end of the connection is an error. */
bool wire_read(int fd, GString *into, GError **error);
