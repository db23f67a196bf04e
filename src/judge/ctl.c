/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The control socket: see ctl.h. */
#include "judge/ctl.h"

#include "base/clock.h"
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 16
#define PATIENCE_USEC (10 * G_USEC_PER_SEC)
#define REST_USEC G_USEC_PER_SEC

typedef struct {
	int fd;
	struct ucred peer;
	GString *in;       /* not asked yet */
	GString *out;      /* not sent yet */
	guint64 round;     /* waits for it; 0: for none */
	bool has_ended;    /* the client sends no more */
	gint64 since_usec; /* monotonic: when it last moved */
} Client;

struct Ctl {
	int listener;
	CtlAsk *ask;
	void *context;
	GPtrArray *clients;
	gint64 resting_until_usec; /* after accepting failed */
};

/*
 * Making the socket
 */

/* The folder may be deeper than an address is long. */
static bool bind_in(int dir_fd, int fd, GError **error)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	mode_t before;
	int rc;

	g_snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/ctl", dir_fd);
	if (unlinkat(dir_fd, "ctl", 0) < 0 && errno != ENOENT) {
		return error_set_errno(error, "cannot remove the old control socket");
	}
	before = umask(0007);
	rc = bind(fd, (struct sockaddr *)&address, sizeof(address));
	umask(before);
	return rc == 0 || error_set_errno(error, "cannot bind the control socket");
}

int ctl_listen(const char *runtime_dir, int reader_group, GError **error)
{
	auto_fd int dir = open(runtime_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	auto_fd int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (dir < 0 || fd < 0) {
		error_set_errno(error, "cannot make a control socket in %s", runtime_dir);
		return -1;
	}
	if (!bind_in(dir, fd, error)) {
		return -1;
	}
	if ((reader_group != -1 &&
	     fchownat(dir, "ctl", (uid_t)-1, (gid_t)reader_group, AT_SYMLINK_NOFOLLOW) < 0) ||
	    fchmodat(dir, "ctl", 0660, 0) < 0 || listen(fd, BACKLOG) < 0) {
		error_set_errno(error, "cannot open the control socket in %s to its readers",
				runtime_dir);
		return -1;
	}
	return fd_steal(&fd);
}

/*
 * Clients
 */

static void client_free(Client *client)
{
	fd_close(&client->fd);
	g_string_free(client->in, TRUE);
	g_string_free(client->out, TRUE);
	g_free(client);
}

static Client *client_new(int fd)
{
	Client *client = g_new0(Client, 1);
	socklen_t size = sizeof(client->peer);

	client->fd = fd;
	client->in = g_string_new(NULL);
	client->out = g_string_new(NULL);
	client->since_usec = clock_mono_usec();
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &client->peer, &size) < 0) {
		client->peer = (struct ucred){.pid = 0, .uid = (uid_t)-1, .gid = (gid_t)-1};
	}
	return client;
}

/* False: it has gone. */
static bool client_send(Client *client)
{
	while (client->out->len > 0) {
		ssize_t put = send(client->fd, client->out->str, client->out->len, MSG_NOSIGNAL);

		if (put < 0 && errno == EINTR) {
			continue;
		}
		if (put < 0) {
			return errno == EAGAIN || errno == EWOULDBLOCK;
		}
		g_string_erase(client->out, 0, put);
		client->since_usec = clock_mono_usec();
	}
	return true;
}

static bool client_reply(Client *client, const json_t *reply)
{
	char *text = json_dumps(reply, JSON_COMPACT);

	g_string_append(client->out, text);
	g_string_append_c(client->out, '\n');
	free(text);
	return client_send(client);
}

/* Reads what has come, up to one line's cap. */
static bool client_receive(Client *client)
{
	char step[4096];
	ssize_t got;

	while (client->in->len <= CTL_MAX_LINE_BYTES) {
		got = recv(client->fd, step, sizeof(step), 0);
		if (got < 0 && errno == EINTR) {
			continue;
		}
		if (got < 0) {
			return errno == EAGAIN || errno == EWOULDBLOCK;
		}
		if (got == 0) {
			client->has_ended = true;
			return true;
		}
		g_string_append_len(client->in, step, got);
		client->since_usec = clock_mono_usec();
	}
	return true;
}

json_t *ctl_refusal(const char *text)
{
	return json_pack("{s:b, s:s}", "ok", 0, "error", text);
}

static json_t *ask_line(Ctl *ctl, Client *client, const char *line, gsize size)
{
	json_t *request = json_loadb(line, size, JSON_REJECT_DUPLICATES, NULL);
	json_t *reply;

	if (!json_is_object(request)) {
		reply = ctl_refusal("a request is one JSON object in one line");
	} else {
		reply = ctl->ask(ctl->context, &client->peer, request, &client->round);
	}
	json_decref(request);
	return reply;
}

/* Asks the lines that are complete, one answer after the other. False: drop the client. */
static bool client_ask(Ctl *ctl, Client *client)
{
	while (client->round == 0 && client->out->len == 0) {
		const char *lf = memchr(client->in->str, '\n', client->in->len);
		gsize size = lf == NULL ? 0 : (gsize)(lf - client->in->str);
		json_t *reply;
		bool sent;

		if (lf == NULL) {
			return client->in->len <= CTL_MAX_LINE_BYTES;
		}
		reply = ask_line(ctl, client, client->in->str, size);
		g_string_erase(client->in, 0, (gssize)size + 1);
		sent = reply == NULL || client_reply(client, reply);
		json_decref(reply);
		if (!sent) {
			return false;
		}
	}
	return true;
}

/*
 * A client that closed its sending half may still wait for an answer. One that hung up does not;
 * what it said before still counts.
 */
static bool client_serve(Ctl *ctl, Client *client, short events)
{
	if ((events & (POLLERR | POLLNVAL)) != 0) {
		return false;
	}
	if (!client_send(client) || ((events & POLLIN) != 0 && !client_receive(client)) ||
	    !client_ask(ctl, client)) {
		return false;
	}
	return (events & POLLHUP) == 0 &&
	       (!client->has_ended || client->round != 0 || client->out->len > 0);
}

/*
 * The table of clients
 */

Ctl *ctl_new(int listener, CtlAsk *ask, void *context)
{
	Ctl *ctl = g_new0(Ctl, 1);

	ctl->listener = listener;
	ctl->ask = ask;
	ctl->context = context;
	ctl->clients = g_ptr_array_new_with_free_func((GDestroyNotify)client_free);
	return ctl;
}

void ctl_free(Ctl *ctl)
{
	if (ctl == NULL) {
		return;
	}
	g_ptr_array_unref(ctl->clients);
	g_free(ctl);
}

guint ctl_fill(Ctl *ctl, struct pollfd *fds)
{
	bool rests = clock_mono_usec() < ctl->resting_until_usec;

	fds[0] = (struct pollfd){.fd = rests ? -1 : ctl->listener, .events = POLLIN};
	for (guint i = 0; i < ctl->clients->len; i++) {
		const Client *client = ctl->clients->pdata[i];
		bool listens = client->round == 0 && client->out->len == 0 && !client->has_ended;

		fds[i + 1] = (struct pollfd){
			.fd = client->fd,
			.events = (short)((listens ? POLLIN : 0) |
					  (client->out->len > 0 ? POLLOUT : 0)),
		};
	}
	return ctl->clients->len + 1;
}

/* Who has been still the longest; -1: all wait for an answer of ours. */
static int stillest(const Ctl *ctl)
{
	int found = -1;

	for (guint i = 0; i < ctl->clients->len; i++) {
		const Client *client = ctl->clients->pdata[i];
		const Client *best = found < 0 ? NULL : ctl->clients->pdata[found];

		if (client->round == 0 && (best == NULL || client->since_usec < best->since_usec)) {
			found = (int)i;
		}
	}
	return found;
}

static void accept_one(Ctl *ctl)
{
	int fd = accept4(ctl->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0) {
		if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED) {
			ctl->resting_until_usec = clock_mono_usec() + REST_USEC;
		}
		return;
	}
	if (ctl->clients->len >= CTL_MAX_CLIENTS) {
		int still = stillest(ctl);

		if (still < 0) {
			close(fd);
			return;
		}
		g_ptr_array_remove_index(ctl->clients, (guint)still);
	}
	g_ptr_array_add(ctl->clients, client_new(fd));
}

static bool client_is_stuck(const Client *client)
{
	return client->out->len > 0 && clock_mono_usec() - client->since_usec > PATIENCE_USEC;
}

void ctl_serve(Ctl *ctl, const struct pollfd *fds, guint n)
{
	/* from the end, so that removing one does not move those still to be served */
	for (guint i = MIN(n - 1, ctl->clients->len); i > 0; i--) {
		Client *client = ctl->clients->pdata[i - 1];
		bool serves = fds[i].revents == 0 || client_serve(ctl, client, fds[i].revents);

		if (!serves || client_is_stuck(client)) {
			g_ptr_array_remove_index(ctl->clients, i - 1);
		}
	}
	if ((fds[0].revents & POLLIN) != 0) {
		accept_one(ctl);
	}
}

bool ctl_has_waiting(const Ctl *ctl, guint64 done)
{
	for (guint i = 0; i < ctl->clients->len; i++) {
		const Client *client = ctl->clients->pdata[i];

		if (client->round != 0 && client->round <= done) {
			return true;
		}
	}
	return false;
}

void ctl_answer(Ctl *ctl, guint64 done, const json_t *reply)
{
	for (guint i = ctl->clients->len; i > 0; i--) {
		Client *client = ctl->clients->pdata[i - 1];

		if (client->round == 0 || client->round > done) {
			continue;
		}
		client->round = 0;
		if (!client_reply(client, reply) || !client_ask(ctl, client) ||
		    (client->has_ended && client->round == 0 && client->out->len == 0)) {
			g_ptr_array_remove_index(ctl->clients, i - 1);
		}
	}
}
