/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Turns: see duties.h. */
#include "bridge/duties.h"
#include "base/clock.h"
#include "base/log.h"
#include "bridge/mail.h"

#include <stdlib.h>
#include <string.h>

#define MAILTO "mailto:"
/* people leave at their own times */
#define AGAIN_USEC (10 * G_USEC_PER_SEC)

void turn_clear(Turn *turn)
{
	g_free(turn->to);
	g_free(turn->name);
	g_free(turn->next);
}

/* His addresses; NULL: he has none for mail. */
static char *addresses_of(const Person *person)
{
	g_autoptr(GStrvBuilder) found = g_strv_builder_new();
	g_auto(GStrv) all = NULL;

	for (char **contact = person->contacts; *contact != NULL; contact++) {
		const char *address = *contact + strlen(MAILTO);

		if (g_str_has_prefix(*contact, MAILTO) && mail_address_is_valid(address)) {
			g_strv_builder_add(found, address);
		}
	}
	all = g_strv_builder_end(found);
	return *all == NULL ? NULL : g_strjoinv(", ", all);
}

static bool was_told(const Alert *alert, const char *name)
{
	for (guint i = 0; i < alert->told->len; i++) {
		if (g_str_equal(alert->told->pdata[i], name)) {
			return true;
		}
	}
	return false;
}

/* Those of the line who can be reached; an empty one is the recipients alone. */
static GPtrArray *reachable(GPtrArray *line)
{
	for (guint i = line->len; i > 0; i--) {
		g_autofree char *to = addresses_of(line->pdata[i - 1]);

		if (to == NULL) {
			g_ptr_array_remove_index(line, i - 1);
		}
	}
	return line;
}

/* The first in line who was not told. */
static const Person *next_of(const GPtrArray *line, const Alert *alert, const Person *but)
{
	for (guint i = 0; i < line->len; i++) {
		const Person *person = line->pdata[i];

		if (person != but && !was_told(alert, person->name)) {
			return person;
		}
	}
	return NULL;
}

/* Whether who was told last still has time: he must be there for that. */
static bool has_time(const GPtrArray *line, const Alert *alert, gint64 until_usec, gint64 now_usec)
{
	const char *last = alert->told->len == 0 ? NULL : alert->told->pdata[alert->told->len - 1];
	bool is_here = last != NULL && *last == '\0';

	for (guint i = 0; last != NULL && i < line->len; i++) {
		is_here |= g_str_equal(((const Person *)line->pdata[i])->name, last);
	}
	return is_here && now_usec < until_usec;
}

bool duties_turn(const Roster *roster, GStrv recipients, const Alert *alert, gint64 now_usec,
		 Turn *ret)
{
	gint64 within = 0;
	g_autoptr(GPtrArray) line =
		reachable(roster_line(roster, alert->host, alert->path, now_usec, &within));
	const Person *now = next_of(line, alert, NULL), *next;

	ret->again_usec = now_usec + AGAIN_USEC;
	if (line->len == 0) {
		ret->to = was_told(alert, "") ? NULL : g_strjoinv(", ", recipients);
		ret->name = g_strdup("");
		return ret->to != NULL;
	}
	if (now == NULL) {
		return false;
	}
	if (has_time(line, alert, alert->told_usec + within, now_usec)) {
		ret->again_usec = MIN(ret->again_usec, alert->told_usec + within);
		return false;
	}
	next = next_of(line, alert, now);
	ret->to = addresses_of(now);
	ret->name = g_strdup(now->name);
	ret->next = next == NULL ? NULL : g_strdup(next->name);
	ret->next_usec = now_usec + within;
	return true;
}

/* {"<key>":{"id":"...","told":["alice"],"at":<usec>},...} */

bool duties_store(const Alerts *alerts, Ledger *ledger, GError **error)
{
	json_t *all = json_object();
	char *text;
	bool ok;

	for (const GList *link = alerts_open(alerts); link != NULL; link = link->next) {
		const Alert *alert = link->data;
		json_t *told = json_array();

		for (guint i = 0; i < alert->told->len; i++) {
			json_array_append_new(told, json_string(alert->told->pdata[i]));
		}
		if (alert->told->len > 0) {
			json_object_set_new(all, alert->key,
					    json_pack("{s:s, s:O, s:I}", "id", alert->id, "told",
						      told, "at", (json_int_t)alert->told_usec));
		}
		json_decref(told);
	}
	text = json_dumps(all, JSON_COMPACT);
	json_decref(all);
	ok = ledger_store_told(ledger, text, error);
	free(text);
	return ok;
}

static void recall(Alert *alert, const json_t *entry)
{
	const json_t *told = json_object_get(entry, "told");
	const char *id = json_string_value(json_object_get(entry, "id"));

	if (g_strcmp0(id, alert->id) != 0) {
		return;
	}
	for (gsize i = 0; i < json_array_size(told); i++) {
		const char *name = json_string_value(json_array_get(told, i));

		if (name != NULL) {
			g_ptr_array_add(alert->told, g_strdup(name));
		}
	}
	alert->told_usec = json_integer_value(json_object_get(entry, "at"));
}

bool duties_recall(Alerts *alerts, const Ledger *ledger)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *text = NULL;
	json_t *all;
	const char *key;
	json_t *entry;

	if (!ledger_read_told(ledger, &text, &error)) {
		log_error("%s", error->message);
		return false;
	}
	all = json_loads(text == NULL ? "{}" : text, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(all)) {
		log_warning("who was told already cannot be read: they are told again");
	}
	json_object_foreach (all, key, entry) {
		Alert *alert = alerts_find(alerts, key);

		if (alert != NULL) {
			recall(alert, entry);
		}
	}
	json_decref(all);
	return true;
}
