/* SPDX-License-Identifier: GPL-3.0-or-later */
/* request.yaml from a stranger: never crashes, and what is read keeps its promises. */
#include "register/request.h"

#include "base/glob.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Request) request = request_parse("r", "CHG-20261122-k7qa", data, size, &error);

	g_assert((request == NULL) == (error != NULL));
	for (guint i = 0; request != NULL && i < request->changes->len; i++) {
		const RequestChange *item = g_ptr_array_index(request->changes, i);

		g_assert(glob_is_valid(item->path));
	}
	return 0;
}
