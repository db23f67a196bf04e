/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/fd.h"
#include "daemon/notify.h"

#include <glib/gstdio.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* A service manager at `name` ('@': abstract). */
static int listen_at(const char *name)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name));
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	g_strlcpy(address.sun_path, name, sizeof(address.sun_path));
	if (name[0] == '@') {
		address.sun_path[0] = '\0';
	}
	g_assert_no_errno(bind(fd, (const struct sockaddr *)&address, size));
	return fd;
}

static void expect(int fd, const char *text)
{
	char have[256] = "";
	ssize_t got = recv(fd, have, sizeof(have) - 1, MSG_DONTWAIT);

	g_assert_cmpint(got, ==, (ssize_t)strlen(text));
	g_assert_cmpstr(have, ==, text);
}

static void test_at(const char *name)
{
	auto_fd int manager = listen_at(name);
	g_autoptr(Notify) notify = NULL;

	g_setenv("NOTIFY_SOCKET", name, TRUE);
	g_setenv("WATCHDOG_USEC", "3000000", TRUE);
	notify = notify_open();
	g_assert_null(getenv("NOTIFY_SOCKET"));
	g_assert_null(getenv("WATCHDOG_USEC"));
	g_assert_cmpint(notify_watchdog_usec(notify), ==, 1500000);
	notify_send(notify, "READY=1\nSTATUS=%s", "all well");
	expect(manager, "READY=1\nSTATUS=all well");
}

static void test_file(void)
{
	g_autofree char *folder = g_dir_make_tmp("reeve-notify-XXXXXX", NULL);
	g_autofree char *path = g_build_filename(folder, "notify", NULL);

	test_at(path);
	g_unlink(path);
	g_rmdir(folder);
}

static void test_abstract(void)
{
	g_autofree char *name = g_strdup_printf("@reeve-test-%d", (int)getpid());

	test_at(name);
}

/* Nobody, nonsense, or the watchdog of another process. */
static void test_nobody(void)
{
	static const char *const names[] = {NULL, "", "@", "relative", "/nowhere/at/all"};

	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autoptr(Notify) notify = NULL;

		if (names[i] != NULL) {
			g_setenv("NOTIFY_SOCKET", names[i], TRUE);
		}
		g_setenv("WATCHDOG_USEC", "3000000", TRUE);
		g_setenv("WATCHDOG_PID", "1", TRUE);
		notify = notify_open();
		notify_send(notify, "READY=1");
		g_assert_cmpint(notify_watchdog_usec(notify), ==, 0);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/notify/file", test_file);
	g_test_add_func("/notify/abstract", test_abstract);
	g_test_add_func("/notify/nobody", test_nobody);
	return g_test_run();
}
