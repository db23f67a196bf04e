/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Topics of the bus (design 5.5): see event.h. */
#include "event/event.h"

/* A word of our own vocabulary, or "unknown": a topic is matched by prefix, so nothing else may
 * get between its slashes. */
static const char *topic_verdict(const char *kind_text, const char *text)
{
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

static const char *topic_severity(const char *text)
{
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

char *event_topic_of(const char *kind, const char *verdict, const char *severity, const char *host)
{
	g_autofree char *level = event_topic_host(host);

	return g_strdup_printf("ev/1/%s/%s/%s/%s/",
			       event_words_are_alert(verdict, severity) ? "alert" : "info",
			       topic_verdict(kind, verdict), topic_severity(severity), level);
}

static const char *word_of(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

char *event_topic(const json_t *event)
{
	return event_topic_of(word_of(event, "kind"), word_of(event, "verdict"),
			      word_of(event, "severity"),
			      word_of(json_object_get(event, "host"), "name"));
}
