/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Following the bus: see tail.h. */
#include "cli/tail.h"
#include "cli/alert.h"

#include "base/fd.h"
#include "client/client.h"
#include "config/bus-key.h"
#include "event/event.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define ASK_MS 200 /* how often goes_on is asked */

/* What a connection that was refused means to a person. */
static bool explain(const Context *context, const char *path, int problem, GError **error)
{
	const char *runtime = context->config->runtime_dir;

	if (problem == EACCES) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_DENIED,
			    "you may not listen at %s: only root and its group may", path);
	} else if (problem == ENOENT) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_UNAVAILABLE,
			    "no daemon runs on %s; `reeve watch PATH...` starts one here", runtime);
	} else if (problem == ECONNREFUSED) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_UNAVAILABLE,
			    "the daemon on %s has ended (nobody listens at %s)", runtime, path);
	} else {
		errno = problem;
		return error_set_errno(error, "cannot connect to %s", path);
	}
	return false;
}

static bool check_socket(const Context *context, const char *url, GError **error)
{
	const char *path = url + strlen("ipc://");
	auto_fd int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	if (!g_str_has_prefix(url, "ipc://")) {
		return true; /* the client knows better what can be said of it */
	}
	g_strlcpy(address.sun_path, path, sizeof(address.sun_path));
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		return explain(context, path, errno, error);
	}
	return true;
}

bool tail_check(const Context *context, GError **error)
{
	g_auto(GStrv) live = NULL, replay = NULL;

	return config_endpoints(context->config, &live, &replay, error) &&
	       check_socket(context, live[0], error) && check_socket(context, replay[0], error);
}

void tail_remote_clear(TailRemote *remote)
{
	g_free(remote->live);
	g_free(remote->replay);
	g_free(remote->server_key);
	g_free(remote->key);
}

static Client *open_remote(const TailOptions *options, GError **error)
{
	const TailRemote *remote = &options->remote;
	g_autofree char *server = NULL, *own = NULL;

	if (remote->replay == NULL || (remote->server_key == NULL) != (remote->key == NULL)) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
			    "another host: --live URL, --replay URL, --server-key FILE.pub and "
			    "--key FILE.key go together");
		return NULL;
	}
	if (remote->key != NULL) {
		server = bus_key_read(BUS_KEY_PUBLIC, remote->server_key, error);
		own = server == NULL ? NULL : bus_key_read(BUS_KEY_SECRET, remote->key, error);
		if (own == NULL) {
			return NULL;
		}
	}
	return client_new(&(ClientOptions){.live = remote->live,
					   .replay = remote->replay,
					   .since = options->since,
					   .server_key = server,
					   .secret_key = own},
			  error);
}

static Client *open_client(const Context *context, const TailOptions *options, GError **error)
{
	g_auto(GStrv) live = NULL, replay = NULL;

	if (options->remote.live != NULL) {
		return open_remote(options, error);
	}
	if (!config_endpoints(context->config, &live, &replay, error)) {
		return NULL;
	}
	return client_new(
		&(ClientOptions){.live = live[0], .replay = replay[0], .since = options->since},
		error);
}

/* The text of an event; NULL when it is not to be shown. Caller frees. */
static char *text_of(const Context *context, AlertView *view, const TailOptions *options,
		     const ClientEvent *event)
{
	json_t *json = event_parse(event->body, event->size, NULL);
	char *text = NULL;

	if (!options->all && !event_is_alert(json)) {
		alert_view_note(view, json);
	} else if (context->is_json) {
		g_autofree char *body = event_body_with_id(event->body, event->size, event->id);

		text = g_strconcat(body, "\n", NULL);
	} else {
		text = alert_render(view, json, event->id);
	}
	if (text != NULL && options->seen != NULL) {
		options->seen(options->who, json);
	}
	json_decref(json);
	return text;
}

/* In one piece and at once: whoever reads us may act on it. False: nobody does. */
static bool show(const char *text)
{
	fputs(text, stdout);
	return fflush(stdout) == 0;
}

static int say_result(const Client *client, ClientResult result, GError *error)
{
	if (result == CLIENT_GONE) {
		return verb_trouble("event %s is not in the journal any more: history was "
				    "rewritten, or this is another host's journal. `reeve verify` "
				    "says more",
				    client_cursor(client));
	}
	return verb_fail(error);
}

int tail_follow(const Context *context, const TailOptions *options)
{
	Paint paint = paint_of(context);
	g_autoptr(AlertView) view = alert_view_new(&paint, ALERT_LIVE);
	GError *error = NULL;
	g_autoptr(Client) client = open_client(context, options, &error);

	if (client == NULL) {
		return verb_fail(error);
	}
	while (options->goes_on == NULL || options->goes_on(options->who)) {
		g_autofree char *text = NULL;
		ClientEvent event;
		ClientResult result = client_next(client, ASK_MS, &event, &error);

		switch (result) {
		case CLIENT_EVENT:
			text = text_of(context, view, options, &event);
			if (text != NULL && !show(text)) {
				return verb_trouble("cannot write what came: %s", strerror(errno));
			}
			break;
		case CLIENT_TIMEOUT:
			break;
		case CLIENT_SILENT:
			g_printerr("reeve: the daemon is silent: no sign of life for 30 seconds\n");
			break;
		case CLIENT_HEARD:
			g_printerr("reeve: the daemon is heard again\n");
			break;
		case CLIENT_GONE:
		case CLIENT_BROKEN:
		case CLIENT_ERROR:
			return say_result(client, result, error);
		}
	}
	return CLI_OK;
}
