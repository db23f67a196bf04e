/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where files belong: it is read, or refused with a message; and places what it finds. */
#include "cli/path-map.h"

#include "base/path.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(GError) error = NULL;
	PathMap *made = path_map_parse("f", data, size, &error);

	g_assert((made == NULL) == (error != NULL));
	for (guint i = 0; made != NULL && i < made->rules->len; i++) {
		const PathRule *rule = g_ptr_array_index(made->rules, i);
		const PathRule *found = path_map_find(made, rule->from);
		g_autofree char *place = found == NULL ? NULL : path_rule_place(found, rule->from);

		g_assert(place == NULL || path_is_canonical(place));
	}
	if (made != NULL) {
		path_map_free(made);
	}
	return 0;
}
