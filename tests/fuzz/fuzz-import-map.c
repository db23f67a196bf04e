/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A map of a ticket system: it is read, or refused with a message. */
#include "cli/import-map.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(GError) error = NULL;
	ImportMap *map = import_map_parse("f", data, size, &error);

	g_assert((map == NULL) == (error != NULL));
	if (map != NULL) {
		import_map_free(map);
	}
	return 0;
}
