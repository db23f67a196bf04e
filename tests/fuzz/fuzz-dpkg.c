/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dpkg's database from hostile bytes: whatever they are, pieces lie within them, and the caps hold.
 */
#include "change/dpkg.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void walk(GBytes *bytes, bool (*next)(GBytes *, gsize *, DpkgLine *))
{
	gsize size, at = 0;
	const char *begin = g_bytes_get_data(bytes, &size);
	DpkgLine line;

	while (next(bytes, &at, &line)) {
		g_assert_true(line.path >= begin && line.path + line.size <= begin + size);
		g_assert_null(memchr(line.path, '\n', line.size));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(GBytes) bytes = g_bytes_new(data, size);
	g_autoptr(DpkgStatus) status = dpkg_status_new();
	GHashTableIter iter;
	gpointer name, package;

	/* twice: what is said again replaces what was said */
	if (dpkg_status_add(status, bytes, NULL)) {
		guint n = g_hash_table_size(dpkg_status_packages(status));

		g_assert_true(dpkg_status_add(status, bytes, NULL));
		g_assert_cmpuint(g_hash_table_size(dpkg_status_packages(status)), ==, n);
	}
	g_hash_table_iter_init(&iter, dpkg_status_packages(status));
	while (g_hash_table_iter_next(&iter, &name, &package)) {
		g_assert_nonnull(dpkg_status_package(status, name));
	}
	walk(bytes, dpkg_sums_next);
	walk(bytes, dpkg_list_next);
	return 0;
}
