/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The register's policy from a stranger: it is read, or refused with a message. */
#include "register/people.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(GError) error = NULL;
	People *made = people_parse("f", data, size, &error);

	g_assert((made == NULL) == (error != NULL));
	if (made != NULL) {
		people_free(made);
	}
	return 0;
}
