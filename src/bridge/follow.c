/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Following the bus: see follow.h. */
#include "bridge/follow.h"
#include "base/error.h"
#include "base/log.h"
#include "event/event.h"

Client *follow_begin(const OutputBus *bus, const char *name, const char *since)
{
	g_autoptr(GError) error = NULL;
	Client *client = client_new(&(ClientOptions){.live = bus->live,
						     .replay = bus->replay,
						     .server_key = bus->server_key,
						     .secret_key = bus->secret_key,
						     .since = since,
						     .is_skimming = true},
				    &error);

	if (client == NULL) {
		log_error("%s: %s", name, error->message);
	}
	return client;
}

static void say_silence(const Client *client, const char *name, bool is_silent)
{
	const char *host = client_host(client);

	log_warning("%s: %s%s%s", name, is_silent ? "not heard from " : "",
		    host == NULL ? "the host" : host,
		    is_silent ? " for 30 seconds" : " is heard again");
}

json_t *follow_parse(const char *name, const ClientEvent *event)
{
	g_autoptr(GError) error = NULL;
	json_t *json = event_parse(event->body, event->size, &error);

	if (json == NULL) {
		log_error("%s: event %.12s cannot be read: %s", name, event->id, error->message);
	}
	return json;
}

Follow follow_next(Client *client, const char *name, int timeout_ms, ClientEvent *ret)
{
	for (;;) {
		g_autoptr(GError) error = NULL;
		ClientResult result = client_next(client, timeout_ms, ret, &error);

		switch (result) {
		case CLIENT_EVENT:
			return FOLLOW_EVENT;
		case CLIENT_TIMEOUT:
			return FOLLOW_NOTHING;
		case CLIENT_SILENT:
		case CLIENT_HEARD:
			say_silence(client, name, result == CLIENT_SILENT);
			continue;
		case CLIENT_REFUSED:
			log_warning("%s: %s", name, error->message);
			continue;
		case CLIENT_GONE:
			log_error("%s: the journal does not know its cursor any more: history was "
				  "rewritten, or this is another host",
				  name);
			return FOLLOW_END;
		case CLIENT_BROKEN:
		case CLIENT_ERROR:
			log_error("%s: %s", name, error->message);
			return FOLLOW_END;
		}
	}
}
