/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An export of a stranger's system: each record becomes a draft, is left out, or is refused with a
 * message; and never asks for a path. */
#include "cli/import-request.h"

#include <stdint.h>
#include <string.h>

#define MAP                                                                                      \
	"system: x\nrecords: [result, issues]\n"                                                 \
	"times: [\"%d/%b/%y %I:%M %p\", \"%Y-%m-%d %H:%M:%S%z\"]\nzone: "                        \
	"\"CET-1CEST,M3.5.0,M10.5.0/3\"\n"                                                       \
	"url: \"https://x.example.org/{key}\"\n"                                                 \
	"take: [{from: [s.v, s], values: {a: take, b: skip}, otherwise: take}]\nfields:\n"       \
	"  id: {from: [i.v, i], prefix: X-}\n  title: {from: t}\n"                               \
	"  type: {from: y, values: {n: normal, s: standard, e: emergency}, otherwise: normal}\n" \
	"  requester: {from: w, anybody: true}\n  implementers: {from: b, split: \",\"}\n"       \
	"  hosts: {from: h, split: \",\"}\n  start: {from: f}\n  end: {from: g}\n"               \
	"  risk: {from: r}\n  description: {from: d}\n  backout: {from: o}\n  key: {from: k}\n"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static ImportMap *map;
	g_autoptr(GPtrArray) records = NULL;

	if (map == NULL) {
		map = import_map_parse("m", MAP, strlen(MAP), NULL);
		g_assert(map != NULL);
	}
	records = import_records(map, "f", data, size, NULL);
	for (guint i = 0; records != NULL && i < records->len; i++) {
		const Import import = {map, NULL, NULL};
		g_autoptr(Request) request = NULL;
		g_autofree char *why = NULL;
		g_autoptr(GError) error = NULL;
		ImportVerdict verdict = import_request(&import, g_ptr_array_index(records, i),
						       &request, &why, &error);

		g_assert((verdict == IMPORT_REFUSED) == (error != NULL));
		g_assert((verdict == IMPORT_TAKEN) == (request != NULL));
		g_assert((verdict == IMPORT_SKIPPED) == (why != NULL));
		g_assert(request == NULL || request->changes->len == 0);
	}
	return 0;
}
