/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A closing from a stranger: what is read formats to the very same bytes. */
#include "register/closing.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_auto(Closing) closing = {NULL};

	if (closing_parse("c", data, size, &closing, NULL)) {
		g_autofree char *again = closing_format(&closing);

		g_assert(strlen(again) == size && memcmp(again, data, size) == 0);
	}
	return 0;
}
