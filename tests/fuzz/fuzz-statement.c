/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A statement from a stranger: what is read formats to the very same bytes. */
#include "register/statement.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_auto(Statement) statement = {NULL};

	if (statement_parse("s", data, size, &statement, NULL)) {
		g_autofree char *again = statement_format(&statement);

		g_assert(strlen(again) == size && memcmp(again, data, size) == 0);
	}
	return 0;
}
