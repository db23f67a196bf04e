/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The notification server: see server.h. */
#include "desktop/server.h"

#include <gio/gio.h>
#include <libnotify/notify.h>
#include <string.h>

#define NAME "org.freedesktop.Notifications"
#define APPLICATION "Reeve"
#define ICON "dialog-warning"
#define REASON_CLOSED_BY_CALL 3

struct Server {
	ServerListener listener;
	guint watch;
	bool knows_capabilities;
	bool has_actions, has_body, has_markup;
};

/* A handle: the notification, and what its signals need. */
typedef struct {
	Server *server;
	NotifyNotification *notification;
	char *key;
} Shown;

static void on_appeared(GDBusConnection *bus, const char *name, const char *owner, gpointer data)
{
	Server *server = data;

	server->listener.came(server->listener.self);
}

static void on_vanished(GDBusConnection *bus, const char *name, gpointer data)
{
	Server *server = data;

	server->knows_capabilities = false;
	server->listener.went(server->listener.self);
}

Server *server_new(const ServerListener *listener)
{
	Server *server = g_new0(Server, 1);

	server->listener = *listener;
	notify_init(APPLICATION);
	/* not started by the watch: that is left to the first card */
	server->watch = g_bus_watch_name(G_BUS_TYPE_SESSION, NAME, G_BUS_NAME_WATCHER_FLAGS_NONE,
					 on_appeared, on_vanished, server, NULL);
	return server;
}

void server_free(Server *server)
{
	if (server == NULL) {
		return;
	}
	g_bus_unwatch_name(server->watch);
	notify_uninit();
	g_free(server);
}

static bool learn_capabilities(Server *server, GError **error)
{
	GList *capabilities = server->knows_capabilities ? NULL : notify_get_server_caps();

	if (server->knows_capabilities) {
		return true;
	}
	if (capabilities == NULL) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_UNAVAILABLE,
			    "no notification server answers in this session");
		return false;
	}
	server->has_actions = server->has_body = server->has_markup = false;
	for (const GList *link = capabilities; link != NULL; link = link->next) {
		server->has_actions |= strcmp(link->data, "actions") == 0;
		server->has_body |= strcmp(link->data, "body") == 0;
		server->has_markup |= strcmp(link->data, "body-markup") == 0;
	}
	g_list_free_full(capabilities, g_free);
	server->knows_capabilities = true;
	return true;
}

/*
 * What the person does
 */

typedef struct {
	Server *server;
	char *key;
	Reaction reaction;
} Reacted;

static void reacted_free(gpointer data)
{
	Reacted *reacted = data;

	g_free(reacted->key);
	g_free(reacted);
}

static gboolean tell(gpointer data)
{
	const Reacted *reacted = data;
	const ServerListener *listener = &reacted->server->listener;

	listener->reacted(listener->self, reacted->key, reacted->reaction);
	return G_SOURCE_REMOVE;
}

/* Later: the listener drops the bubble, and libnotify still has its hands on it. */
static void react(const Shown *shown, Reaction reaction)
{
	Reacted *reacted = g_new0(Reacted, 1);

	reacted->server = shown->server;
	reacted->key = g_strdup(shown->key);
	reacted->reaction = reaction;
	g_idle_add_full(G_PRIORITY_HIGH, tell, reacted, reacted_free);
}

static void on_closed(NotifyNotification *notification, gpointer data)
{
	if (notify_notification_get_closed_reason(notification) != REASON_CLOSED_BY_CALL) {
		react(data, REACTION_CLOSED);
	}
}

static void on_show(NotifyNotification *notification, char *action, gpointer data)
{
	react(data, REACTION_SHOW);
}

static void on_acknowledge(NotifyNotification *notification, char *action, gpointer data)
{
	react(data, REACTION_ACKNOWLEDGE);
}

static void on_request(NotifyNotification *notification, char *action, gpointer data)
{
	react(data, REACTION_REQUEST);
}

/*
 * Handles
 */

static void drop(gpointer self, gpointer handle)
{
	Shown *shown = handle;

	g_signal_handlers_disconnect_by_data(shown->notification, shown);
	notify_notification_clear_actions(shown->notification);
	g_object_unref(shown->notification);
	g_free(shown->key);
	g_free(shown);
}

static void withdraw(gpointer self, gpointer handle)
{
	Shown *shown = handle;

	g_signal_handlers_disconnect_by_data(shown->notification, shown);
	/* a server that does not answer shows nothing either */
	notify_notification_close(shown->notification, NULL);
	drop(self, handle);
}

static const NotifyUrgency urgencies[] = {
	[URGENCY_LOW] = NOTIFY_URGENCY_LOW,
	[URGENCY_NORMAL] = NOTIFY_URGENCY_NORMAL,
	[URGENCY_CRITICAL] = NOTIFY_URGENCY_CRITICAL,
};

static void dress(const Server *server, Shown *shown, const Card *card)
{
	NotifyNotification *notification = shown->notification;

	notify_notification_set_urgency(notification, urgencies[card->urgency]);
	notify_notification_set_timeout(notification, card->urgency == URGENCY_CRITICAL
							      ? NOTIFY_EXPIRES_NEVER
							      : NOTIFY_EXPIRES_DEFAULT);
	notify_notification_set_category(notification, card->category);
	notify_notification_set_hint(notification, "desktop-entry",
				     g_variant_new_string("reeve-desktop"));
	/* dunst and mako: takes the place of what an earlier process of ours left there */
	notify_notification_set_hint(notification, "x-dunst-stack-tag",
				     g_variant_new_string(card->key));
	notify_notification_clear_actions(notification);
	if (server->has_actions && !server->listener.has_no_actions && card->ids->len > 0) {
		notify_notification_add_action(notification, "default", "Show what changed",
					       on_show, shown, NULL);
		notify_notification_add_action(notification, "show", "Show", on_show, shown, NULL);
		notify_notification_add_action(notification, "acknowledge", "Acknowledge",
					       on_acknowledge, shown, NULL);
		notify_notification_add_action(notification, "request", "This was me: request it",
					       on_request, shown, NULL);
	}
}

/* Markup is escaped where the server reads it; where it does not, escapes would be seen. */
static char *body_for(const Server *server, const Card *card)
{
	if (!server->has_body) {
		return NULL;
	}
	return server->has_markup ? g_markup_escape_text(card->body, -1) : g_strdup(card->body);
}

static Shown *new_shown(Server *server, const Card *card, const char *body)
{
	Shown *shown = g_new0(Shown, 1);

	shown->server = server;
	shown->key = g_strdup(card->key);
	shown->notification = notify_notification_new(card->title, body, ICON);
	g_signal_connect(shown->notification, "closed", G_CALLBACK(on_closed), shown);
	return shown;
}

static bool show(gpointer self, const Card *card, gpointer *handle, GError **error)
{
	Server *server = self;
	Shown *shown = *handle;
	g_autofree char *body = NULL;

	if (!learn_capabilities(server, error)) {
		return false;
	}
	body = body_for(server, card);
	if (shown == NULL) {
		shown = new_shown(server, card, body);
	} else {
		notify_notification_update(shown->notification, card->title, body, ICON);
	}
	dress(server, shown, card);
	if (!notify_notification_show(shown->notification, error)) {
		drop(self, shown);
		*handle = NULL;
		return false;
	}
	*handle = shown;
	return true;
}

const BubbleOps server_ops = {
	.show = show,
	.close = withdraw,
	.drop = drop,
};
