/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The control socket: src/judge/ctl.c. Both ends live here; nothing ever waits. */
#include "judge/ctl.h"

#include "base/fd.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

typedef struct {
	char *dir;
	int listener;
	Ctl *ctl;
	guint asked;
	guint64 rounds;
} Desk;

/* "wait" waits for the next round, everything else is repeated. */
static json_t *answer(void *context, const struct ucred *peer, const json_t *request,
		      guint64 *ret_round)
{
	Desk *desk = context;
	const char *op = json_string_value(json_object_get(request, "op"));

	desk->asked++;
	g_assert_cmpuint(peer->uid, ==, getuid());
	if (g_strcmp0(op, "wait") == 0) {
		*ret_round = ++desk->rounds;
		return NULL;
	}
	return json_pack("{s:s?}", "said", op);
}

static Desk *desk_open(void)
{
	Desk *desk = g_new0(Desk, 1);
	g_autoptr(GError) error = NULL;

	desk->dir = g_dir_make_tmp("reeve-ctl-XXXXXX", NULL);
	desk->listener = ctl_listen(desk->dir, -1, &error);
	g_assert_no_error(error);
	desk->ctl = ctl_new(desk->listener, answer, desk);
	return desk;
}

static void desk_close(Desk *desk)
{
	g_autofree char *path = g_build_filename(desk->dir, "ctl", NULL);

	ctl_free(desk->ctl);
	fd_close(&desk->listener);
	g_unlink(path);
	g_rmdir(desk->dir);
	g_free(desk->dir);
	g_free(desk);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Desk, desk_close)

static int come(const Desk *desk)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	g_snprintf(address.sun_path, sizeof(address.sun_path), "%s/ctl", desk->dir);
	g_assert_cmpint(connect(fd, (struct sockaddr *)&address, sizeof(address)), ==, 0);
	return fd;
}

static void say(int fd, const char *text)
{
	g_assert_cmpint(send(fd, text, strlen(text), MSG_NOSIGNAL), ==, (int)strlen(text));
}

/* Serves all that is ready now. */
static void serve(Desk *desk)
{
	struct pollfd fds[CTL_MAX_CLIENTS + 1];

	for (guint i = 0; i < 200; i++) {
		guint n = ctl_fill(desk->ctl, fds);

		if (poll(fds, n, 0) <= 0) {
			return;
		}
		ctl_serve(desk->ctl, fds, n);
	}
	g_error("the desk is never done");
}

/* What has come; "" when nothing, "(closed)" at the end. */
static char *hear(int fd)
{
	char text[65536];
	ssize_t got = recv(fd, text, sizeof(text), 0);

	if (got == 0 || (got < 0 && errno == ECONNRESET)) {
		return g_strdup("(closed)");
	}
	return g_strndup(text, got < 0 ? 0 : (gsize)got);
}

static void assert_hears(int fd, const char *wanted)
{
	g_autofree char *heard = hear(fd);

	g_assert_cmpstr(heard, ==, wanted);
}

static void test_socket(void)
{
	g_autoptr(Desk) desk = desk_open();
	g_autofree char *path = g_build_filename(desk->dir, "ctl", NULL);
	auto_fd int again = -1;
	struct stat st;

	g_assert_cmpint(stat(path, &st), ==, 0);
	g_assert_true(S_ISSOCK(st.st_mode));
	g_assert_cmpuint(st.st_mode & 07777, ==, 0660);
	/* one that was left over is replaced */
	again = ctl_listen(desk->dir, -1, NULL);
	g_assert_cmpint(again, >=, 0);
}

static void test_ask(void)
{
	g_autoptr(Desk) desk = desk_open();
	auto_fd int fd = come(desk);

	say(fd, "{\"op\":\"hello\"}\n");
	serve(desk);
	assert_hears(fd, "{\"said\":\"hello\"}\n");
	/* in pieces, and two at once */
	say(fd, "{\"op\":");
	serve(desk);
	assert_hears(fd, "");
	say(fd, "\"a\"}\n{\"op\":\"b\"}\n");
	serve(desk);
	assert_hears(fd, "{\"said\":\"a\"}\n{\"said\":\"b\"}\n");
}

static void test_nonsense(void)
{
	static const char *const lines[] = {"\n",
					    "x\n",
					    "[]\n",
					    "1\n",
					    "{\"op\":\"a\",\"op\":\"b\"}\n",
					    "{\"op\":\"\xff\"}\n",
					    "{} {}\n"};
	g_autoptr(Desk) desk = desk_open();
	auto_fd int fd = come(desk);

	for (guint i = 0; i < G_N_ELEMENTS(lines); i++) {
		g_autofree char *heard = NULL;

		say(fd, lines[i]);
		serve(desk);
		heard = hear(fd);
		g_assert_nonnull(strstr(heard, "\"ok\":false"));
	}
	g_assert_cmpuint(desk->asked, ==, 0);
}

static void test_endless_line(void)
{
	g_autoptr(Desk) desk = desk_open();
	auto_fd int fd = come(desk);
	g_autofree char *block = g_strnfill(16384, 'x');
	g_autofree char *heard = NULL;

	for (guint i = 0; i < 6; i++) {
		send(fd, block, 16384, MSG_NOSIGNAL);
		serve(desk);
	}
	heard = hear(fd);
	g_assert_cmpstr(heard, ==, "(closed)");
}

static void test_rounds(void)
{
	g_autoptr(Desk) desk = desk_open();
	auto_fd int first = come(desk);
	auto_fd int second = come(desk);
	json_t *reply = json_pack("{s:b}", "ok", 1);

	say(first, "{\"op\":\"wait\"}\n{\"op\":\"next\"}\n");
	serve(desk);
	say(second, "{\"op\":\"wait\"}\n");
	serve(desk);
	assert_hears(first, "");
	g_assert_true(ctl_has_waiting(desk->ctl, 1));
	g_assert_false(ctl_has_waiting(desk->ctl, 0));
	ctl_answer(desk->ctl, 1, reply);
	/* what was asked behind it is answered behind it */
	assert_hears(first, "{\"ok\":true}\n{\"said\":\"next\"}\n");
	assert_hears(second, "");
	ctl_answer(desk->ctl, 2, reply);
	assert_hears(second, "{\"ok\":true}\n");
	json_decref(reply);
}

/* Who closes only the sending half still waits; who hangs up does not. */
static void test_leaving(void)
{
	g_autoptr(Desk) desk = desk_open();
	auto_fd int half = come(desk);
	auto_fd int gone = come(desk);
	json_t *reply = json_pack("{s:b}", "ok", 1);

	say(half, "{\"op\":\"wait\"}\n");
	say(gone, "{\"op\":\"wait\"}\n");
	serve(desk);
	g_assert_cmpint(shutdown(half, SHUT_WR), ==, 0);
	fd_close(&gone);
	serve(desk);
	ctl_answer(desk->ctl, 2, reply);
	assert_hears(half, "{\"ok\":true}\n");
	serve(desk);
	assert_hears(half, "(closed)");
	json_decref(reply);
}

/* What somebody said before hanging up still counts. */
static void test_said_and_gone(void)
{
	g_autoptr(Desk) desk = desk_open();
	auto_fd int fd = come(desk);

	say(fd, "{\"op\":\"bye\"}\n");
	fd_close(&fd);
	serve(desk);
	g_assert_cmpuint(desk->asked, ==, 1);
}

static void test_crowd(void)
{
	g_autoptr(Desk) desk = desk_open();
	int fds[CTL_MAX_CLIENTS + 2];

	for (guint i = 0; i < G_N_ELEMENTS(fds); i++) {
		fds[i] = come(desk);
		serve(desk);
		if (i == 0) {
			say(fds[0], "{\"op\":\"wait\"}\n");
			serve(desk);
		}
	}
	/* the stillest made room, but for the one who waits for us */
	assert_hears(fds[0], "");
	assert_hears(fds[1], "(closed)");
	say(fds[CTL_MAX_CLIENTS + 1], "{\"op\":\"in\"}\n");
	serve(desk);
	assert_hears(fds[CTL_MAX_CLIENTS + 1], "{\"said\":\"in\"}\n");
	for (guint i = 0; i < G_N_ELEMENTS(fds); i++) {
		fd_close(&fds[i]);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/ctl/socket", test_socket);
	g_test_add_func("/ctl/ask", test_ask);
	g_test_add_func("/ctl/nonsense", test_nonsense);
	g_test_add_func("/ctl/endless-line", test_endless_line);
	g_test_add_func("/ctl/rounds", test_rounds);
	g_test_add_func("/ctl/leaving", test_leaving);
	g_test_add_func("/ctl/said-and-gone", test_said_and_gone);
	g_test_add_func("/ctl/crowd", test_crowd);
	return g_test_run();
}
