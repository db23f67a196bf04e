/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The desk: see desk.h. */
#include "desktop/desk.h"
#include "desktop/action.h"
#include "desktop/board.h"
#include "desktop/bubble.h"
#include "desktop/cursor.h"
#include "desktop/feed.h"
#include "desktop/server.h"

#include "base/clock.h"
#include "base/log.h"

#include <string.h>

#define KEY_SILENCE "silence"
#define KEY_HISTORY "history"
#define KEY_ACKNOWLEDGE "acknowledge"

struct Desk {
	const DesktopOptions *options;
	Board *board;
	GPtrArray *troubles; /* of Card: ours, at most one of a key */
	char *host;          /* last heard of */
	Server *server;
	Bubbles *bubbles;
	Cursor *cursor;
	Actions *actions;
	Feed *feed;
	guint timer; /* until the next showing; 0: none is due */
	gint64 shown_usec;
	guint failures; /* in a row */
	bool cursor_failed;
};

/*
 * Showing
 */

static void schedule(Desk *desk, gint64 delay_ms);

static GPtrArray *all_cards(const Desk *desk)
{
	GPtrArray *cards = board_cards(desk->board);

	for (guint i = 0; i < desk->troubles->len; i++) {
		const Card *trouble = desk->troubles->pdata[i];

		g_ptr_array_add(cards,
				card_of_trouble(trouble->key, trouble->title, trouble->body));
	}
	return cards;
}

static void remember(Desk *desk)
{
	const char *id = board_cursor(desk->board);
	g_autoptr(GError) error = NULL;

	if (id == NULL || desk->options->notice != NULL) {
		return;
	}
	if (cursor_store(desk->cursor, id, &error)) {
		desk->cursor_failed = false;
	} else if (!desk->cursor_failed) {
		log_warning("%s", error->message);
		desk->cursor_failed = true;
	}
}

static void try_later(Desk *desk, const GError *error)
{
	if (desk->failures == 0) {
		log_warning("cannot show a notification: %s; trying again", error->message);
	}
	schedule(desk, MIN((gint64)DESK_PACE_MS << MIN(desk->failures, 10), DESK_RETRY_MOST_MS));
	desk->failures++;
}

static gboolean show(gpointer data)
{
	Desk *desk = data;
	g_autoptr(GPtrArray) cards = all_cards(desk);
	g_autoptr(GError) error = NULL;
	guint calls;
	bool is_done;

	desk->timer = 0;
	is_done = bubbles_put(desk->bubbles, cards, &calls, &error);
	if (calls > 0) {
		desk->shown_usec = clock_mono_usec();
	}
	if (is_done) {
		desk->failures = 0;
		remember(desk);
	} else {
		try_later(desk, error);
	}
	return G_SOURCE_REMOVE;
}

static void schedule(Desk *desk, gint64 delay_ms)
{
	if (desk->timer == 0) {
		desk->timer = g_timeout_add((guint)delay_ms, show, desk);
	}
}

/* Something is to be shown. */
static void changed(Desk *desk)
{
	gint64 rest_ms =
		DESK_PACE_MS - (clock_mono_usec() - desk->shown_usec) / G_GINT64_CONSTANT(1000);

	schedule(desk, MAX(DESK_GATHER_MS, rest_ms));
}

/*
 * Troubles of our own
 */

static void drop_trouble(Desk *desk, const char *key)
{
	for (guint i = 0; i < desk->troubles->len; i++) {
		if (strcmp(((const Card *)desk->troubles->pdata[i])->key, key) == 0) {
			g_ptr_array_remove_index(desk->troubles, i);
			return;
		}
	}
}

static void put_trouble(Desk *desk, const char *key, const char *title, const char *body)
{
	drop_trouble(desk, key);
	g_ptr_array_add(desk->troubles, card_of_trouble(key, title, body));
}

static void put_silence(Desk *desk)
{
	g_autofree char *title = g_strdup_printf("Nothing heard from %s for %d seconds", desk->host,
						 desk->options->silence_seconds);

	put_trouble(desk, KEY_SILENCE, title,
		    "While this lasts, no change is told.\n`reeve doctor` says why.");
}

/* What was open belongs to a history that is not the journal's any more. */
static void put_history(Desk *desk, const char *title, const char *body)
{
	board_free(desk->board);
	desk->board = board_new();
	put_trouble(desk, KEY_HISTORY, title, body);
}

static void on_acknowledge_failed(gpointer self, const char *id)
{
	Desk *desk = self;
	g_autofree char *body = g_strdup_printf("`reeve ack %.12s` says why.", id);

	put_trouble(desk, KEY_ACKNOWLEDGE, "Could not acknowledge", body);
	changed(desk);
}

/*
 * What comes in
 */

static void take_news(Desk *desk, FeedItem *item)
{
	g_free(desk->host);
	desk->host = g_strdup(item->news->host);
	board_take(desk->board, g_steal_pointer(&item->news));
}

static void on_item(gpointer self, FeedItem *item)
{
	Desk *desk = self;

	switch (item->kind) {
	case FEED_NEWS:
		take_news(desk, item);
		break;
	case FEED_POSITION:
		board_start(desk->board, item->text);
		break;
	case FEED_SILENT:
		put_silence(desk);
		break;
	case FEED_HEARD:
		drop_trouble(desk, KEY_SILENCE);
		break;
	case FEED_REWRITTEN:
		put_history(
			desk, "The journal was rewritten or replaced",
			"It does not hold what was last shown here.\n`reeve verify` says more.");
		break;
	case FEED_BROKEN:
		put_history(desk, "The journal's chain does not hold", item->text);
		break;
	}
	changed(desk);
}

static void on_reaction(gpointer self, const char *key, Reaction reaction)
{
	Desk *desk = self;
	const Card *card = bubbles_card(desk->bubbles, key);

	if (card == NULL) {
		return;
	}
	switch (reaction) {
	case REACTION_ACKNOWLEDGE:
		/* the event that comes of it takes the card away */
		actions_acknowledge(desk->actions, card->ids);
		return;
	case REACTION_SHOW:
		actions_show(desk->actions, card->ids);
		break;
	case REACTION_REQUEST:
		actions_request(desk->actions, card->ids);
		break;
	case REACTION_CLOSED:
		break;
	}
	board_dismiss(desk->board, card->ids);
	drop_trouble(desk, key);
	if (reaction == REACTION_CLOSED) {
		bubbles_closed(desk->bubbles, key);
	}
	changed(desk);
}

static void on_server_came(gpointer self)
{
	Desk *desk = self;

	if (desk->timer != 0) {
		g_source_remove(desk->timer);
		desk->timer = 0;
	}
	desk->failures = 0;
	schedule(desk, 0);
}

static void on_server_went(gpointer self)
{
	Desk *desk = self;

	bubbles_forget(desk->bubbles);
	changed(desk);
}

/*
 * Beginning and end
 */

static bool open_outside(Desk *desk, GError **error)
{
	const DesktopOptions *options = desk->options;

	desk->cursor = cursor_open(options->cursor_folder, options->config->runtime_dir, error);
	if (desk->cursor == NULL) {
		return false;
	}
	desk->feed = feed_start(&(FeedOptions){.live = options->live,
					       .replay = options->replay,
					       .notice = options->notice,
					       .since = cursor_id(desk->cursor),
					       .silence_ms = options->silence_seconds * 1000},
				on_item, desk, error);
	return desk->feed != NULL;
}

Desk *desk_new(const DesktopOptions *options, GError **error)
{
	g_autoptr(Desk) desk = g_new0(Desk, 1);

	desk->options = options;
	desk->host = g_strdup(options->host);
	desk->board = board_new();
	desk->troubles = g_ptr_array_new_with_free_func((GDestroyNotify)card_free);
	desk->actions = actions_new(&(ActionOptions){.terminal = options->terminal,
						     .reeve = options->reeve,
						     .self = desk,
						     .failed = on_acknowledge_failed});
	desk->server = server_new(&(ServerListener){.self = desk,
						    .has_no_actions = options->notice != NULL,
						    .reacted = on_reaction,
						    .came = on_server_came,
						    .went = on_server_went});
	desk->bubbles = bubbles_new(&server_ops, desk->server);
	return open_outside(desk, error) ? g_steal_pointer(&desk) : NULL;
}

void desk_free(Desk *desk)
{
	if (desk == NULL) {
		return;
	}
	feed_stop(desk->feed);
	if (desk->timer != 0) {
		g_source_remove(desk->timer);
	}
	bubbles_free(desk->bubbles);
	server_free(desk->server);
	actions_free(desk->actions);
	cursor_free(desk->cursor);
	g_ptr_array_unref(desk->troubles);
	board_free(desk->board);
	g_free(desk->host);
	g_free(desk);
}
