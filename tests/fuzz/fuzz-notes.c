/* SPDX-License-Identifier: GPL-3.0-or-later */
/* change-set.json from a damaged store: refused, or written again and read the same. */
#include "snapshot/notes.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Notes) notes = notes_parse(data, size, &error);
	g_autoptr(Notes) again = NULL;
	g_autoptr(GBytes) first = NULL;
	g_autoptr(GBytes) second = NULL;

	g_assert((notes == NULL) == (error != NULL));
	if (notes == NULL) {
		return 0;
	}
	first = notes_format(notes);
	again = notes_parse(g_bytes_get_data(first, NULL), g_bytes_get_size(first), &error);
	g_assert_no_error(error);
	second = notes_format(again);
	g_assert(g_bytes_equal(first, second));
	return 0;
}
