/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The vigil: see vigil.h. */
#include "bridge/vigil.h"
#include "base/clock.h"
#include "base/log.h"
#include "bridge/alerts.h"
#include "bridge/duties.h"
#include "bridge/notice.h"

#include <string.h>

#define WAIT_MS 200
#define PUT_OFF_USEC (60 * G_USEC_PER_SEC)
#define BATCH_EVENTS 64
/* so that what the limit drops was told */
#define FRESH_MAX (ALERTS_MAX / 2)
#define BATCH_PARCELS 2000
/* without a word more, what the journal has was read */
#define REBUILD_QUIET 300

/* What is due, parcel by parcel. */
typedef struct {
	Alert *alert; /* NULL: of one that is closed */
	char *name;   /* who is told: of the roster; "": the recipients */
} Due;

typedef struct {
	const Vigil *own;
	Client *client;
	Alerts *alerts;
	GArray *due; /* of Due, beside the courier's parcels */
	char last[EVENT_ID_HEX + 1];
	guint fresh;   /* opened since all that was due was told, at most */
	bool has_told; /* what NAME.told does not have yet */
} Watch;

/* Reading */

static bool take(Watch *watch, const ClientEvent *event)
{
	json_t *json = follow_parse(watch->own->settings->name, event);

	if (json == NULL) {
		return false;
	}
	alerts_take(watch->alerts, event->topic, event->id, json);
	watch->fresh += MAX(1, (guint)json_array_size(json_object_get(json, "files")));
	json_decref(json);
	return true;
}

/* What there is, a little at a time, and no more than can be kept until it is told. */
static bool collect(Watch *watch)
{
	guint dropped;

	for (guint i = 0; i < BATCH_EVENTS && watch->fresh < FRESH_MAX; i++) {
		ClientEvent event;

		switch (follow_next(watch->client, watch->own->settings->name, i == 0 ? WAIT_MS : 0,
				    &event)) {
		case FOLLOW_EVENT:
			if (!take(watch, &event)) {
				return false;
			}
			g_strlcpy(watch->last, event.id, sizeof(watch->last));
			break;
		case FOLLOW_NOTHING:
			i = BATCH_EVENTS;
			break;
		case FOLLOW_END:
			return false;
		}
	}
	if (watch->fresh >= FRESH_MAX && !courier_is_ready(watch->own->courier)) {
		g_usleep(WAIT_MS * 1000);
	}
	dropped = alerts_take_dropped(watch->alerts);
	if (dropped > 0) {
		log_warning("%s: more than %d alerts are open: the oldest %u are not repeated",
			    watch->own->settings->name, ALERTS_MAX, dropped);
	}
	return true;
}

/* Reads the journal from the beginning up to the cursor, and tells nobody. */
static bool rebuild(Watch *watch, gint *is_over)
{
	const char *name = watch->own->settings->name, *cursor = ledger_cursor(watch->own->ledger);
	g_autoptr(Client) client = *cursor == '\0' ? NULL : follow_begin(watch->own->bus, name, "");
	bool is_there = client == NULL, has_heard = false;
	guint quiet = 0;

	while (!is_there && quiet < REBUILD_QUIET && !g_atomic_int_get(is_over)) {
		ClientEvent event;

		switch (follow_next(client, name, WAIT_MS, &event)) {
		case FOLLOW_EVENT:
			if (!take(watch, &event)) {
				return false;
			}
			is_there = g_str_equal(event.id, cursor);
			has_heard = true;
			quiet = 0;
			break;
		case FOLLOW_NOTHING:
			quiet += has_heard;
			break;
		case FOLLOW_END:
			return false;
		}
	}
	alerts_forget_closed(watch->alerts);
	alerts_take_dropped(watch->alerts);
	watch->fresh = 0;
	return true;
}

/* Telling */

static void due_clear(gpointer data)
{
	g_free(((Due *)data)->name);
}

static void load(Watch *watch, Parcel *parcel, Alert *alert, const char *name)
{
	Due due = {alert, g_strdup(name)};

	courier_load(watch->own->courier, parcel);
	g_array_append_val(watch->due, due);
}

/* Who answers for it at this moment; NULL: nobody. Caller frees. */
static char *owner_of(const Watch *watch, const Alert *alert, gint64 now_usec)
{
	gint64 within;
	g_autoptr(GPtrArray) line =
		roster_line(watch->own->roster, alert->host, alert->path, now_usec, &within);

	return line->len == 0 ? NULL : g_strdup(((const Person *)line->pdata[0])->name);
}

/* With another owner it is another alert there: the one before ends. */
static void load_for_alertmanager(Watch *watch, Alert *alert, gint64 now_usec)
{
	g_autofree char *owner = owner_of(watch, alert, now_usec);
	g_autofree char *labels = notice_labels(alert, owner);

	if (alert->labels != NULL && !g_str_equal(alert->labels, labels)) {
		load(watch, notice_for_alertmanager(alert, now_usec, now_usec), NULL, "");
	}
	g_free(alert->labels);
	alert->labels = g_steal_pointer(&labels);
	load(watch, notice_for_alertmanager(alert, now_usec, 0), alert, "");
}

static void load_closed(Watch *watch, gint64 now_usec)
{
	const GPtrArray *closed = alerts_closed(watch->alerts);

	for (guint i = 0; i < closed->len; i++) {
		Alert *alert = closed->pdata[i];
		g_autofree char *owner = owner_of(watch, alert, now_usec);

		if (alert->labels == NULL) {
			alert->labels = notice_labels(alert, owner);
		}
		load(watch, notice_for_alertmanager(alert, now_usec, now_usec), NULL, "");
	}
}

static void load_for_mail(Watch *watch, Alert *alert, gint64 now_usec)
{
	const OutputSettings *settings = watch->own->settings;
	g_auto(Turn) turn = {NULL};

	if (!duties_turn(watch->own->roster, settings->recipients, alert, now_usec, &turn)) {
		alert->next_usec = turn.again_usec;
		return;
	}
	load(watch,
	     notice_for_mail(alert, turn.to, turn.next, turn.next_usec, settings->confidential),
	     alert, turn.name);
}

static void fill(Watch *watch, gint64 now_usec)
{
	bool is_mail = sink_ops(watch->own->settings->to)->subject == SINK_MAIL;

	courier_unload(watch->own->courier);
	g_array_set_size(watch->due, 0);
	if (!is_mail) {
		load_closed(watch, now_usec);
	}
	for (const GList *link = alerts_open(watch->alerts);
	     link != NULL && watch->due->len < BATCH_PARCELS; link = link->next) {
		Alert *alert = link->data;

		if (alert->next_usec > now_usec) {
			continue;
		}
		if (is_mail) {
			load_for_mail(watch, alert, now_usec);
		} else {
			load_for_alertmanager(watch, alert, now_usec);
		}
	}
}

/* What was done of what was due, also when not all of it was. */
static void mark(Watch *watch, gint64 now_usec, bool is_all)
{
	const GPtrArray *parcels = courier_parcels(watch->own->courier);
	const OutputSettings *settings = watch->own->settings;

	for (guint i = 0; i < watch->due->len; i++) {
		const Due *due = &g_array_index(watch->due, Due, i);
		const Parcel *parcel = parcels->pdata[i];

		if (due->alert == NULL || parcel->later != NULL || !(is_all || parcel->is_done)) {
			continue;
		}
		if (sink_ops(settings->to)->subject == SINK_MAIL) {
			g_ptr_array_add(due->alert->told, g_strdup(due->name));
			due->alert->told_usec = now_usec;
			due->alert->next_usec = 0;
			watch->has_told = true;
		} else {
			/* one that is refused is not repeated */
			due->alert->next_usec =
				parcel->why != NULL ? G_MAXINT64 : now_usec + settings->repeat_usec;
		}
	}
}

/* One who cannot have it now keeps nobody waiting: what is open follows from the journal, so the
 * cursor need not wait for him. */
static void put_off(Watch *watch, gint64 now_usec)
{
	const GPtrArray *parcels = courier_parcels(watch->own->courier);
	const char *why = NULL;

	for (guint i = 0; i < watch->due->len; i++) {
		Alert *alert = g_array_index(watch->due, Due, i).alert;
		const Parcel *parcel = parcels->pdata[i];

		if (alert == NULL || parcel->later == NULL) {
			continue;
		}
		why = alert->is_put_off ? why : parcel->later;
		alert->is_put_off = true;
		alert->next_usec = now_usec + PUT_OFF_USEC;
	}
	if (why != NULL) {
		log_warning("%s: %s; trying again", watch->own->settings->name, why);
	}
}

static bool settle(Watch *watch)
{
	g_autoptr(GError) error = NULL;
	Ledger *ledger = watch->own->ledger;
	bool has_moved = *watch->last != '\0' && !g_str_equal(watch->last, ledger_cursor(ledger));

	if ((watch->has_told && !duties_store(watch->alerts, ledger, &error)) ||
	    (has_moved && !ledger_move(ledger, watch->last, &error))) {
		courier_rest(watch->own->courier, error);
		return false;
	}
	watch->has_told = false;
	return true;
}

static void tell(Watch *watch)
{
	gint64 now = clock_wall_usec();
	bool is_all;

	if (roster_look(watch->own->roster)) {
		for (const GList *link = alerts_open(watch->alerts); link != NULL;
		     link = link->next) {
			Alert *alert = link->data;

			/* (but not what was refused) */
			alert->next_usec = alert->next_usec == G_MAXINT64 ? G_MAXINT64 : 0;
		}
	}
	if (!courier_is_ready(watch->own->courier)) {
		return;
	}
	fill(watch, now);
	is_all = courier_deliver(watch->own->courier);
	mark(watch, now, is_all);
	put_off(watch, now);
	if (is_all) {
		alerts_forget_closed(watch->alerts);
	}
	/* the cursor waits for what is still due */
	if (is_all && watch->due->len < BATCH_PARCELS && settle(watch)) {
		watch->fresh = 0;
		courier_settle(watch->own->courier);
	}
}

bool vigil_run(const Vigil *vigil, gint *is_over)
{
	g_autoptr(Alerts) alerts = alerts_new(&vigil->settings->filter);
	g_autoptr(GArray) due = g_array_new(FALSE, FALSE, sizeof(Due));
	g_autoptr(Client) client = NULL;
	Watch watch = {.own = vigil, .alerts = alerts, .due = due};

	g_array_set_clear_func(due, due_clear);
	if (!rebuild(&watch, is_over) || !duties_recall(alerts, vigil->ledger)) {
		return false;
	}
	client = follow_begin(vigil->bus, vigil->settings->name, ledger_cursor(vigil->ledger));
	watch.client = client;
	while (client != NULL && !g_atomic_int_get(is_over)) {
		if (!collect(&watch)) {
			return false;
		}
		tell(&watch);
	}
	return client != NULL;
}
