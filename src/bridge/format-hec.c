/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The envelope of Splunk's HTTP Event Collector, one a file, with the file's ECS fields inside. */
#include "bridge/format.h"
#include "base/clock.h"

#include <stdlib.h>

void format_hec(const Record *record, GString *out)
{
	g_autoptr(GString) event = g_string_new(NULL);
	gint64 usec = 0;
	json_t *head;
	char *text;

	format_ecs(record, event);
	clock_parse(record_word(record, "time"), &usec);
	head = json_pack("{s:s, s:s, s:s}", "host", record_word(record, "host.name"), "source",
			 "reeve", "sourcetype", "reeve:ecs");
	text = json_dumps(head, JSON_COMPACT);
	/* (seconds with a fraction, which a double would round) */
	g_string_append_printf(out, "{\"time\":%" G_GINT64_FORMAT ".%06d,\"event\":%s,%s",
			       usec / G_USEC_PER_SEC, (int)(usec % G_USEC_PER_SEC), event->str,
			       text + 1);
	free(text);
	json_decref(head);
}
