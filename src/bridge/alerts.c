/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Open alerts: see alerts.h. */
#include "bridge/alerts.h"
#include "base/clock.h"
#include "event/verdict.h"

#include <string.h>

struct Alerts {
	const Filter *filter;
	GQueue open;        /* of Alert, oldest first */
	GHashTable *by_key; /* key -> link in `open` */
	GPtrArray *closed;  /* of Alert */
	guint dropped;
};

void alert_free(Alert *alert)
{
	g_free(alert->key);
	g_free(alert->host);
	g_free(alert->path);
	g_free(alert->kind);
	g_free(alert->op);
	g_free(alert->verdict);
	g_free(alert->ticket);
	g_free(alert->summary);
	g_free(alert->labels);
	g_ptr_array_unref(alert->told);
	g_free(alert);
}

Alerts *alerts_new(const Filter *filter)
{
	Alerts *alerts = g_new0(Alerts, 1);

	alerts->filter = filter;
	g_queue_init(&alerts->open);
	alerts->by_key = g_hash_table_new(g_str_hash, g_str_equal);
	alerts->closed = g_ptr_array_new_with_free_func((GDestroyNotify)alert_free);
	return alerts;
}

void alerts_free(Alerts *alerts)
{
	if (alerts == NULL) {
		return;
	}
	g_hash_table_unref(alerts->by_key);
	g_queue_clear_full(&alerts->open, (GDestroyNotify)alert_free);
	g_ptr_array_unref(alerts->closed);
	g_free(alerts);
}

/* Paths of events are escaped: no line feed in them. */
static char *key_of(const char *host, const char *path)
{
	return g_strconcat(host, "\n", path, NULL);
}

static Alert *remove_link(Alerts *alerts, GList *link)
{
	Alert *alert = link->data;

	g_hash_table_remove(alerts->by_key, alert->key);
	g_queue_delete_link(&alerts->open, link);
	return alert;
}

static void close_link(Alerts *alerts, GList *link)
{
	g_ptr_array_add(alerts->closed, remove_link(alerts, link));
}

static void close_key(Alerts *alerts, const char *host, const char *path)
{
	g_autofree char *key = key_of(host, path);
	GList *link = g_hash_table_lookup(alerts->by_key, key);

	if (link != NULL) {
		close_link(alerts, link);
	}
}

typedef bool (*IsMeant)(const Alert *alert, const char *word);

static bool is_of_event(const Alert *alert, const char *id)
{
	return g_str_equal(alert->id, id);
}

static bool is_of_host(const Alert *alert, const char *host)
{
	return g_str_equal(alert->host, host);
}

static void close_all(Alerts *alerts, IsMeant is_meant, const char *word)
{
	for (GList *link = alerts->open.head, *next; link != NULL; link = next) {
		next = link->next;
		if (is_meant(link->data, word)) {
			close_link(alerts, link);
		}
	}
}

static Alert *make_alert(const Record *record, char *key)
{
	const char *path = record_word(record, "file.path");
	Alert *alert = g_new0(Alert, 1);

	alert->key = key;
	g_strlcpy(alert->id, record->id, sizeof(alert->id));
	alert->host = g_strdup(record_word(record, "host.name"));
	alert->path = record->file == NULL ? NULL : g_strdup(path);
	alert->kind = g_strdup(record_word(record, "kind"));
	alert->op = g_strdup(record_word(record, "file.op"));
	alert->verdict = g_strdup(record_verdict(record));
	alert->ticket = g_strdup(record_word(record, "file.request"));
	alert->summary = record_summary(record);
	alert->severity = record_severity(record);
	alert->is_secret = g_str_equal(record_word(record, "file.diff_omitted"), "secret");
	alert->told = g_ptr_array_new_with_free_func(g_free);
	if (!clock_parse(record_word(record, "time"), &alert->time_usec)) {
		alert->time_usec = 0;
	}
	return alert;
}

static void open_alert(Alerts *alerts, const char *topic, const Record *record, char *key)
{
	if (alerts->filter != NULL && !filter_fits(alerts->filter, topic, record)) {
		g_free(key);
		return;
	}
	g_queue_push_tail(&alerts->open, make_alert(record, key));
	g_hash_table_insert(alerts->by_key, key, alerts->open.tail);
	if (alerts->open.length > ALERTS_MAX) {
		alert_free(remove_link(alerts, alerts->open.head));
		alerts->dropped++;
	}
}

/* Whatever is said of a path, what was said of it before is over. */
static void take_file(Alerts *alerts, const char *topic, const Record *record)
{
	const char *host = record_word(record, "host.name");
	const char *path = record_word(record, "file.path");
	const char *from = record_word(record, "file.moved_from");

	close_key(alerts, host, path);
	if (*from != '\0') {
		close_key(alerts, host, from);
	}
	if (!g_str_equal(record_word(record, "file.verdict"), verdict_word(VERDICT_RESTORED)) &&
	    event_words_are_alert(json_string_value(record_get(record, "file.verdict")),
				  json_string_value(record_get(record, "file.severity")))) {
		open_alert(alerts, topic, record, key_of(host, path));
	}
}

static void take_whole(Alerts *alerts, const char *topic, const Record *record)
{
	const json_t *refers = json_object_get(record->event, "refers");
	const char *host = record_word(record, "host.name");

	for (gsize i = 0; i < json_array_size(refers); i++) {
		const char *id = json_string_value(json_array_get(refers, i));

		if (id != NULL) { /* whose form nobody has checked */
			close_all(alerts, is_of_event, id);
		}
	}
	if (g_str_equal(record_word(record, "kind"), event_kind_word(EVENT_BASELINE))) {
		close_all(alerts, is_of_host, host);
	}
	if (event_is_alert(record->event)) {
		open_alert(alerts, topic, record, key_of(host, record->id));
	}
}

void alerts_take(Alerts *alerts, const char *topic, const char *id, const json_t *event)
{
	const json_t *files = json_object_get(event, "files");

	for (gsize i = 0; i < json_array_size(files); i++) {
		take_file(alerts, topic, &(Record){event, id, json_array_get(files, i), (guint)i});
	}
	if (json_array_size(files) == 0) {
		take_whole(alerts, topic, &(Record){event, id, NULL, 0});
	}
}

const GList *alerts_open(const Alerts *alerts)
{
	return alerts->open.head;
}

guint alerts_count(const Alerts *alerts)
{
	return alerts->open.length;
}

Alert *alerts_find(const Alerts *alerts, const char *key)
{
	GList *link = g_hash_table_lookup(alerts->by_key, key);

	return link == NULL ? NULL : link->data;
}

const GPtrArray *alerts_closed(const Alerts *alerts)
{
	return alerts->closed;
}

void alerts_forget_closed(Alerts *alerts)
{
	g_ptr_array_set_size(alerts->closed, 0);
}

guint alerts_take_dropped(Alerts *alerts)
{
	guint dropped = alerts->dropped;

	alerts->dropped = 0;
	return dropped;
}
