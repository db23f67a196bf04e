/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A mail: the parcels of one recipient as a message (RFC 5322), plain text in UTF-8. Whatever a
 * title or a text holds, it makes no header and no second mail.
 */
#pragma once

#include "bridge/parcel.h"

#include <glib.h>
#include <stdbool.h>

/* A mailbox: printable ASCII, one `@`, no comma, no space, no angle bracket. */
bool mail_address_is_valid(const char *address);

/* `parcels`: of Parcel, at least one, all to the same. Appends the message, lines ended by CRLF.
 * `now_usec`: its date. */
void mail_compose(const char *from, const GPtrArray *parcels, gint64 now_usec, GString *out);
