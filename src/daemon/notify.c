/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sd_notify: see notify.h. */
#include "daemon/notify.h"
#include "base/fd.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct Notify {
	int fd; /* -1: nobody listens */
	struct sockaddr_un address;
	socklen_t address_size;
	gint64 watchdog_usec;
};

static bool set_address(Notify *notify, const char *path)
{
	gsize length = path != NULL ? strlen(path) : 0;

	if (length < 2 || length >= sizeof(notify->address.sun_path) ||
	    (path[0] != '/' && path[0] != '@')) {
		return false;
	}
	notify->address.sun_family = AF_UNIX;
	memcpy(notify->address.sun_path, path, length);
	if (path[0] == '@') {
		notify->address.sun_path[0] = '\0';
	}
	notify->address_size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
	return true;
}

static gint64 watchdog_of_environment(void)
{
	const char *pid = getenv("WATCHDOG_PID");
	const char *usec = getenv("WATCHDOG_USEC");

	if (usec == NULL || (pid != NULL && atoll(pid) != getpid())) {
		return 0;
	}
	return g_ascii_strtoll(usec, NULL, 10) / 2;
}

Notify *notify_open(void)
{
	Notify *notify = g_new0(Notify, 1);

	notify->fd = -1;
	if (set_address(notify, getenv("NOTIFY_SOCKET"))) {
		notify->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		notify->watchdog_usec = watchdog_of_environment();
	}
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	return notify;
}

void notify_close(Notify *notify)
{
	if (notify == NULL) {
		return;
	}
	fd_close(&notify->fd);
	g_free(notify);
}

void notify_send(Notify *notify, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	if (notify->fd < 0) {
		return;
	}
	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	sendto(notify->fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT,
	       (const struct sockaddr *)&notify->address, notify->address_size);
}

gint64 notify_watchdog_usec(const Notify *notify)
{
	return notify->watchdog_usec;
}
