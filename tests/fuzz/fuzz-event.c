/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as the body of an event: read, and asked everything a subscriber asks. */
#include "event/skim.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *event = event_parse(data, size, NULL);
	const json_t *file;
	size_t i;

	if (event == NULL) {
		EventSkim skim;

		if (event_skim(&skim, (const char *)data, size)) {
			g_free(skim.topic);
		}
		return 0;
	}
	json_array_foreach (json_object_get(event, "files"), i, file) {
		char digest[DIGEST_HEX + 1];

		event_state_json_digest(json_object_get(file, "before"), digest);
		g_assert(strlen(digest) == DIGEST_HEX);
	}
	{
		g_autofree char *topic = event_topic(event);
		g_autofree char *body = event_body_with_id(data, size, "x");
		EventSkim skim;
		guint slashes = 0;

		if (event_skim(&skim, (const char *)data, size)) {
			g_assert(strcmp(skim.topic, topic) == 0);
			g_free(skim.topic);
		}

		for (const char *p = topic; *p != '\0'; p++) {
			slashes += *p == '/' ? 1 : 0;
		}
		g_assert(slashes == 6);
		g_assert(strlen(body) >= size);
	}
	event_is_alert(event);
	json_decref(event);
	return 0;
}
