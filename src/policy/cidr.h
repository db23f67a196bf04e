/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Values: a network of IPv4 or IPv6 addresses, as `10.0.0.0/8` or `fe80::/10`; an address alone is
 * the network of that one address.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct {
	guint8 address[16];
	guint bytes; /* 4 or 16 */
	guint bits;
} Cidr;

/* False when the text is no network. Bits behind the prefix are ignored. */
bool cidr_parse(const char *text, Cidr *ret);

/* Whether `value` is an address (nothing else) inside the network. */
bool cidr_contains(const Cidr *cidr, const char *value);
