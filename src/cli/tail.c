/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Following the bus: see tail.h. */
#include "cli/tail.h"
#include "cli/alert.h"

#include "base/fd.h"
#include "base/io.h"
#include "client/client.h"
#include "config/bus-key.h"
#include "event/event.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define SILENCE_SECONDS 30
#define WITNESS_MAX_BYTES 4096
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

static Client *open_remote(const TailOptions *options, const char *checkpoint, GError **error)
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
					   .silence_ms = options->silence * 1000,
					   .checkpoint = checkpoint,
					   .server_key = server,
					   .secret_key = own},
			  error);
}

/* What was remembered; a file that is not there yet remembers nothing. */
static bool read_witness(const char *file, char **ret, GError **error)
{
	g_autoptr(GError) problem = NULL;
	g_autoptr(GBytes) bytes = NULL;

	if (file == NULL) {
		return true;
	}
	bytes = io_read_file(AT_FDCWD, file, WITNESS_MAX_BYTES, &problem);
	if (bytes == NULL && problem->code == REEVE_ERROR_NOT_FOUND) {
		return true;
	}
	if (bytes == NULL) {
		g_propagate_error(error, g_steal_pointer(&problem));
		return false;
	}
	*ret = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
	g_strchomp(*ret);
	return true;
}

/* Puts a new checkpoint into the witness's file. False: it cannot be remembered, which was said. */
static bool remember(Client *client, const char *file, char **remembered)
{
	const char *checkpoint = client_checkpoint(client);
	g_autofree char *folder = NULL, *name = NULL, *line = NULL;
	g_autoptr(GError) error = NULL;
	auto_fd int dir = -1;

	if (file == NULL || checkpoint == NULL || g_strcmp0(checkpoint, *remembered) == 0) {
		return true;
	}
	folder = g_path_get_dirname(file);
	name = g_path_get_basename(file);
	line = g_strconcat(checkpoint, "\n", NULL);
	dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0 || !io_replace_file(dir, name, line, strlen(line), 0600, &error)) {
		verb_trouble("cannot remember a checkpoint in %s: %s", file,
			     error != NULL ? error->message : strerror(errno));
		return false;
	}
	g_free(*remembered);
	*remembered = g_strdup(checkpoint);
	return true;
}

static Client *open_client(const Context *context, const TailOptions *options, GError **error)
{
	g_auto(GStrv) live = NULL, replay = NULL;
	g_autofree char *checkpoint = NULL;

	if (!read_witness(options->witness, &checkpoint, error)) {
		return NULL;
	}
	if (options->remote.live != NULL) {
		return open_remote(options, checkpoint, error);
	}
	if (!config_endpoints(context->config, &live, &replay, error)) {
		return NULL;
	}
	return client_new(&(ClientOptions){.live = live[0],
					   .replay = replay[0],
					   .since = options->since,
					   .silence_ms = options->silence * 1000,
					   .checkpoint = checkpoint},
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

/* A host that was never heard has no name yet. */
static const char *name_of(const Client *client)
{
	return client_host(client) != NULL ? client_host(client) : "the daemon";
}

int tail_follow(const Context *context, const TailOptions *options)
{
	Paint paint = paint_of(context);
	g_autoptr(AlertView) view = alert_view_new(&paint, ALERT_LIVE);
	GError *error = NULL;
	g_autoptr(Client) client = open_client(context, options, &error);
	g_autofree char *remembered = NULL;

	if (client == NULL) {
		return verb_fail(error);
	}
	while (options->goes_on == NULL || options->goes_on(options->who)) {
		g_autofree char *text = NULL;
		ClientEvent event;
		ClientResult result = client_next(client, ASK_MS, &event, &error);

		if (!remember(client, options->witness, &remembered)) {
			return CLI_TROUBLE;
		}
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
			g_printerr("reeve: not heard from %s for %d seconds\n", name_of(client),
				   options->silence > 0 ? options->silence : SILENCE_SECONDS);
			break;
		case CLIENT_HEARD:
			g_printerr("reeve: %s is heard again\n", name_of(client));
			break;
		case CLIENT_REFUSED:
			g_printerr("reeve: %s\n", error->message);
			g_clear_error(&error);
			break;
		case CLIENT_GONE:
		case CLIENT_BROKEN:
		case CLIENT_ERROR:
			return say_result(client, result, error);
		}
	}
	return CLI_OK;
}
