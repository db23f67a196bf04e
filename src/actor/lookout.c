/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Our side of the lookout: see lookout.h. */
#include "actor/lookout.h"
#include "actor/wire.h"
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SOCKET_BYTES (4 * 1024 * 1024)
#define PATIENCE_MS 2000
/* Sightings that came while we waited for an answer; beyond this they count as lost. */
#define MAX_WAITING 65536

struct Lookout {
	int socket;
	bool has_connector;
	bool is_dead;
	GQueue waiting; /* of GBytes: messages to be told by the next take */
	guint64 lost;
	WireBatch batch; /* as it came last */
};

static bool open_ends(int ends[2], GError **error)
{
	int size = SOCKET_BYTES;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0) {
		return error_set_errno(error, "cannot make a pair of sockets");
	}
	/* what it has to say may wait while we are busy */
	setsockopt(ends[1], SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
	return true;
}

Lookout *lookout_start(int connector, GError **error)
{
	auto_fd int events = connector;
	auto_fd int proc_fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int ends[2] = {-1, -1};
	Lookout *lookout;
	pid_t pid;

	if (proc_fd < 0) {
		error_set_errno(error, "cannot open /proc");
		return NULL;
	}
	if (!open_ends(ends, error)) {
		return NULL;
	}
	pid = fork();
	if (pid == 0) {
		lookout_child(ends[1], events, proc_fd);
	}
	fd_close(&ends[1]);
	if (pid < 0) {
		error_set_errno(error, "cannot start the lookout");
		fd_close(&ends[0]);
		return NULL;
	}
	lookout = g_new0(Lookout, 1);
	lookout->socket = ends[0];
	lookout->has_connector = events >= 0;
	g_queue_init(&lookout->waiting);
	return lookout;
}

void lookout_stop(Lookout *lookout)
{
	if (lookout == NULL) {
		return;
	}
	fd_close(&lookout->socket);
	g_queue_clear_full(&lookout->waiting, (GDestroyNotify)g_bytes_unref);
	g_free(lookout);
}

int lookout_poll_fd(const Lookout *lookout)
{
	return lookout->has_connector ? lookout->socket : -1;
}

static bool ask(Lookout *lookout, gint64 question)
{
	if (!lookout->is_dead &&
	    write(lookout->socket, &question, sizeof(question)) != (ssize_t)sizeof(question)) {
		lookout->is_dead = true;
	}
	return !lookout->is_dead;
}

/* Messages, waited for; false when the lookout has died or does not answer. */
static bool receive(Lookout *lookout)
{
	struct pollfd polled = {lookout->socket, POLLIN, 0};
	ssize_t got = -1;

	if (poll(&polled, 1, PATIENCE_MS) == 1) {
		got = read(lookout->socket, lookout->batch.data, sizeof(lookout->batch.data));
	}
	lookout->batch.size = got <= 0 ? 0 : (gsize)got;
	lookout->is_dead |= got <= 0;
	return got > 0;
}

static void keep(Lookout *lookout, const char *data, gsize size)
{
	if (g_queue_get_length(&lookout->waiting) < MAX_WAITING) {
		g_queue_push_tail(&lookout->waiting, g_bytes_new(data, size));
	} else {
		lookout->lost++;
	}
}

static void tell_waiting(Lookout *lookout, SightingSink *sink, void *context)
{
	GBytes *message;

	while ((message = g_queue_pop_head(&lookout->waiting)) != NULL) {
		gsize size;
		const char *data = g_bytes_get_data(message, &size);
		WireKind kind;
		Sighting sighting;

		if (wire_read(data, size, &kind, &sighting) && kind == WIRE_SEEN) {
			sink(context, &sighting);
		}
		g_bytes_unref(message);
	}
}

/* Tells what came last; true when that was everything. */
static bool tell_batch(Lookout *lookout, SightingSink *sink, void *context)
{
	WireKind kind = WIRE_SEEN;
	const char *data;
	gsize size, at = 0;
	Sighting sighting;

	while (wire_batch_next(&lookout->batch, &at, &data, &size) &&
	       wire_read(data, size, &kind, &sighting)) {
		if (kind == WIRE_SEEN) {
			sink(context, &sighting);
		} else if (kind == WIRE_LOST) {
			lookout->lost++;
		}
	}
	return kind == WIRE_DONE;
}

bool lookout_take(Lookout *lookout, SightingSink *sink, void *context)
{
	bool is_done = false;

	if (!lookout->has_connector) {
		return !lookout->is_dead;
	}
	tell_waiting(lookout, sink, context);
	if (!ask(lookout, LOOKOUT_CATCH_UP)) {
		return false;
	}
	while (!is_done && receive(lookout)) {
		is_done = tell_batch(lookout, sink, context);
	}
	return is_done;
}

/* The strings of an answer, where the caller wants them. */
static void settle_in(ProcRoom *room, Sighting *ret)
{
	if (ret->exe != NULL) {
		g_strlcpy(room->exe, ret->exe, sizeof(room->exe));
		ret->exe = room->exe;
	}
	if (ret->cgroup != NULL) {
		g_strlcpy(room->cgroup, ret->cgroup, sizeof(room->cgroup));
		ret->cgroup = room->cgroup;
	}
	if (ret->comm != NULL) {
		g_strlcpy(room->comm, ret->comm, sizeof(room->comm));
		ret->comm = room->comm;
	}
	if (ret->args != NULL) {
		ret->args_size = MIN(ret->args_size, sizeof(room->args));
		memcpy(room->args, ret->args, ret->args_size);
		ret->args = room->args;
	}
}

/* Keeps what was seen meanwhile; the kind of the answer when it is there, else WIRE_SEEN. */
static WireKind find_answer(Lookout *lookout, Sighting *ret)
{
	WireKind kind = WIRE_SEEN;
	const char *data;
	gsize size, at = 0;

	while (wire_batch_next(&lookout->batch, &at, &data, &size) &&
	       wire_read(data, size, &kind, ret)) {
		if (kind == WIRE_SEEN) {
			keep(lookout, data, size);
		} else if (kind == WIRE_LOST) {
			lookout->lost++;
		} else {
			return kind;
		}
	}
	return WIRE_SEEN;
}

bool lookout_look(Lookout *lookout, gint64 pid, ProcRoom *room, Sighting *ret)
{
	WireKind kind = WIRE_SEEN;

	if (pid <= 0 || !ask(lookout, pid)) {
		return false;
	}
	while (kind != WIRE_FOUND && kind != WIRE_GONE) {
		if (!receive(lookout)) {
			return false;
		}
		kind = find_answer(lookout, ret);
	}
	settle_in(room, ret);
	return kind == WIRE_FOUND;
}

guint64 lookout_lost(const Lookout *lookout)
{
	return lookout->lost;
}
