/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asking the running judge: see ctl.h. */
#include "cli/ctl.h"

#include "base/clock.h"
#include "base/fd.h"
#include "base/io.h"
#include "cli/pick.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define REPLY_MAX_BYTES (64 * 1024)

static void complain_connect(const Context *context, GError **error)
{
	const char *place = context->config->runtime_dir;

	switch (errno) {
	case ENOENT:
	case ENOTDIR:
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_UNAVAILABLE,
			    "no daemon runs on %s; start one (`systemctl start reeved`, or `reeve "
			    "watch /etc` to try it), or say where it runs with --runtime",
			    place);
		break;
	case ECONNREFUSED:
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_UNAVAILABLE,
			    "the daemon on %s is not answering: it has ended, or is just starting",
			    place);
		break;
	case EACCES:
	case EPERM:
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_DENIED,
			    "you may not talk to the daemon on %s: its socket is for root and the "
			    "group reeve; use sudo, or join that group",
			    place);
		break;
	default:
		error_set_errno(error, "cannot connect to the daemon on %s", place);
	}
}

/*
 * The address holds 107 bytes and a runtime folder may be longer, so the socket is named through
 * its folder's descriptor.
 */
static int connect_to(const Context *context, GError **error)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	auto_fd int dir = open(context->config->runtime_dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	auto_fd int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0) {
		error_set_errno(error, "cannot make a socket");
		return -1;
	}
	g_snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/ctl", dir);
	if (dir < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
		complain_connect(context, error);
		return -1;
	}
	return fd_steal(&fd);
}

static bool send_line(int fd, const json_t *request, GError **error)
{
	char *text = json_dumps(request, JSON_COMPACT);
	g_autofree char *line = g_strconcat(text, "\n", NULL);

	free(text);
	return io_write_all(fd, line, strlen(line), error);
}

static bool wait_readable(int fd, gint64 deadline_usec, GError **error)
{
	struct pollfd ready = {.fd = fd, .events = POLLIN};
	int n;

	do {
		gint64 left = deadline_usec - clock_mono_usec();
		int ms = deadline_usec == 0 ? -1 : (int)(MAX(left, 0) / 1000);

		n = poll(&ready, 1, ms);
	} while (n < 0 && errno == EINTR);
	if (n == 0) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_UNAVAILABLE,
			    "the daemon did not answer in time; `reeve doctor` tells more");
		return false;
	}
	return n > 0 || error_set_errno(error, "cannot wait for the daemon");
}

/* Reads up to the first LF, which is taken off. */
static bool read_line(int fd, GString *line, gint64 deadline_usec, GError **error)
{
	while (line->len < REPLY_MAX_BYTES) {
		char bytes[4096];
		ssize_t got;

		if (!wait_readable(fd, deadline_usec, error)) {
			return false;
		}
		got = read(fd, bytes, sizeof(bytes));
		if (got < 0 && errno != EINTR) {
			return error_set_errno(error, "cannot read the daemon's answer");
		}
		if (got == 0) {
			g_set_error(error, REEVE_ERROR, REEVE_ERROR_UNAVAILABLE,
				    "the daemon ended before it answered");
			return false;
		}
		g_string_append_len(line, bytes, MAX(got, 0));
		if (line->len > 0 && line->str[line->len - 1] == '\n') {
			g_string_truncate(line, line->len - 1);
			return true;
		}
	}
	g_set_error(error, REEVE_ERROR, REEVE_ERROR_LIMIT, "the daemon's answer is too long");
	return false;
}

static json_t *read_reply(const GString *line, GError **error)
{
	json_t *reply = json_loadb(line->str, line->len, JSON_REJECT_DUPLICATES, NULL);
	const char *refusal = pick_text(reply, "error");

	if (!json_is_object(reply)) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
			    "the daemon's answer is no JSON object; is another program listening?");
	} else if (!pick_true(reply, "ok")) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_DENIED, "%s",
			    refusal != NULL ? refusal : "the daemon refused without a reason");
	} else {
		return reply;
	}
	json_decref(reply);
	return NULL;
}

json_t *ctl_call(const Context *context, json_t *request, int timeout_ms, GError **error)
{
	gint64 deadline_usec = timeout_ms < 0 ? 0 : clock_mono_usec() + (gint64)timeout_ms * 1000;
	g_autoptr(GString) line = g_string_new(NULL);
	auto_fd int fd = connect_to(context, error);
	bool is_answered = fd >= 0 && send_line(fd, request, error) &&
			   read_line(fd, line, deadline_usec, error);

	json_decref(request);
	return is_answered ? read_reply(line, error) : NULL;
}
