/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages of the lookout, datagrams of the connector, files of /proc: bytes of any kind. */
#include "actor/connector.h"
#include "actor/proc-files.h"
#include "actor/process-table.h"
#include "actor/wire.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(ProcessTable) table = process_table_new(4);
	g_autofree char *text = g_strndup((const char *)data, size);
	char path[64];
	Sighting sighting = SIGHTING_INIT(SIGHTING_FOUND, 0, 0);
	WireKind kind;

	proc_files_parse_stat(text, &sighting);
	proc_files_parse_cgroup(text, path, sizeof(path));
	if (connector_read(data, size, &sighting) == CONNECTOR_EVENT) {
		process_table_see(table, &sighting);
	}
	if (wire_read((const char *)data, size, &kind, &sighting)) {
		process_table_see(table, &sighting);
	}
	return 0;
}
