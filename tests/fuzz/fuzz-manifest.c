/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A manifest line from a damaged store: refused, or exactly what we would write. */
#include "snapshot/manifest.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *line = (const char *)data;
	g_autoptr(GError) error = NULL;
	g_autoptr(GString) again = g_string_new(NULL);
	g_autofree char *name = NULL;
	g_autofree char *first = manifest_parse_name(line, size);
	g_auto(FileState) state = {0};

	if (!manifest_parse(line, size, &name, &state, &error)) {
		g_assert(error != NULL);
		return 0;
	}
	g_assert(g_strcmp0(first, name) == 0);
	manifest_format(again, name, &state);
	g_assert(again->len == size + 1 && memcmp(again->str, line, size) == 0);
	return 0;
}
