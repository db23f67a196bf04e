/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Topics of the bus (design 5.5): see event.h. */
#include "event/event.h"

/* A word of our own vocabulary, or "unknown": a topic is matched by prefix, so nothing else may
 * get between its slashes. */
static const char *topic_verdict(const json_t *event)
{
	const char *text = json_string_value(json_object_get(event, "verdict"));
	const char *kind_text = json_string_value(json_object_get(event, "kind"));
	Verdict verdict;
	EventKind kind;

	if (text != NULL) {
		return verdict_from_word(text, &verdict) ? verdict_word(verdict) : "unknown";
	}
	if (kind_text != NULL && event_kind_from_word(kind_text, &kind)) {
		return event_kind_word(kind);
	}
	return "unknown";
}

static const char *topic_severity(const json_t *event)
{
	const char *text = json_string_value(json_object_get(event, "severity"));
	Severity severity;

	return text != NULL && severity_from_word(text, &severity) ? severity_word(severity)
								   : "unknown";
}

char *event_topic_host(const char *name)
{
	char *host = g_strdup(name == NULL || *name == '\0' ? "_" : name);

	for (char *p = host; *p != '\0'; p++) {
		if (!g_ascii_isalnum(*p) && *p != '.' && *p != '_' && *p != '-') {
			*p = '_';
		}
	}
	return host;
}

char *event_topic(const json_t *event)
{
	const char *name =
		json_string_value(json_object_get(json_object_get(event, "host"), "name"));
	g_autofree char *host = event_topic_host(name);

	return g_strdup_printf("ev/1/%s/%s/%s/%s/", event_is_alert(event) ? "alert" : "info",
			       topic_verdict(event), topic_severity(event), host);
}
