/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Networks of addresses, by their first bits. */
#include "policy/cidr.h"

#include <arpa/inet.h>
#include <string.h>

static bool parse_address(const char *text, guint8 ret[16], guint *ret_bytes)
{
	if (inet_pton(AF_INET, text, ret) == 1) {
		*ret_bytes = 4;
		return true;
	}
	*ret_bytes = 16;
	return inet_pton(AF_INET6, text, ret) == 1;
}

bool cidr_parse(const char *text, Cidr *ret)
{
	const char *slash = strchr(text, '/');
	g_autofree char *address = slash ? g_strndup(text, slash - text) : g_strdup(text);
	guint64 bits;

	if (!parse_address(address, ret->address, &ret->bytes)) {
		return false;
	}
	ret->bits = ret->bytes * 8;
	if (slash == NULL) {
		return true;
	}
	if (!g_ascii_string_to_unsigned(slash + 1, 10, 0, ret->bits, &bits, NULL)) {
		return false;
	}
	ret->bits = (guint)bits;
	return true;
}

bool cidr_contains(const Cidr *cidr, const char *value)
{
	guint8 address[16];
	guint bytes;
	guint whole = cidr->bits / 8;
	guint8 mask = (guint8)(0xff00 >> (cidr->bits % 8));

	if (!parse_address(value, address, &bytes) || bytes != cidr->bytes ||
	    memcmp(address, cidr->address, whole) != 0) {
		return false;
	}
	return mask == 0 || whole == bytes ||
	       (address[whole] & mask) == (cidr->address[whole] & mask);
}
