/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A daemon of our own, played by a shell: started, heard, ended. */
#include "cli/daemon-child.h"

#include "base/clock.h"

#include <glib.h>
#include <signal.h>
#include <unistd.h>

#define PATIENCE_MS 20000

static DaemonChild *start(const char *script)
{
	const char *const arguments[] = {"-c", script, NULL};
	g_autoptr(GError) error = NULL;
	DaemonChild *child = daemon_child_start("/bin/sh", arguments, &error);

	g_assert_no_error(error);
	g_assert_nonnull(child);
	return child;
}

/* Waits for a state, with an end. */
static char *wait_line(DaemonChild *child)
{
	gint64 deadline = clock_mono_usec() + PATIENCE_MS * G_GINT64_CONSTANT(1000);
	char *line = NULL;
	int level;

	while ((line = daemon_child_line(child, &level)) == NULL && clock_mono_usec() < deadline) {
		g_usleep(1000);
	}
	return line;
}

static void wait_end(DaemonChild *child)
{
	gint64 deadline = clock_mono_usec() + PATIENCE_MS * G_GINT64_CONSTANT(1000);

	while (daemon_child_runs(child) && clock_mono_usec() < deadline) {
		g_usleep(1000);
	}
}

static void test_levels(void)
{
	g_autoptr(DaemonChild) child =
		start("test -n \"$JOURNAL_STREAM\" || exit 1; echo '<6>fine'; echo '<3>not fine'; "
		      "echo odd");
	static const struct {
		const char *line;
		int level;
	} told[] = {{"fine", 6}, {"not fine", 3}, {"odd", DAEMON_CHILD_WARNING}};

	wait_end(child);
	for (gsize i = 0; i < G_N_ELEMENTS(told); i++) {
		int level = -1;
		g_autofree char *line = daemon_child_line(child, &level);

		g_assert_cmpstr(line, ==, told[i].line);
		g_assert_cmpint(level, ==, told[i].level);
	}
}

static void test_heard(void)
{
	int level;

	g_autoptr(DaemonChild) child = start("echo one; echo two >&2; printf half");
	g_autofree char *one = wait_line(child), *two = wait_line(child);

	g_assert_cmpstr(one, ==, "one");
	g_assert_cmpstr(two, ==, "two");
	wait_end(child);
	g_assert_false(daemon_child_runs(child));
	/* What has no end of line is not a line yet. */
	g_assert_null(daemon_child_line(child, &level));
}

static void test_stopped(void)
{
	g_autoptr(DaemonChild) child =
		start("trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.01; done");
	g_autofree char *up = wait_line(child);
	g_autofree char *bye = NULL;
	int level;

	g_assert_cmpstr(up, ==, "up");
	/* Not in our group: ^C on our terminal is not for it. */
	g_assert_cmpint(getpgid(daemon_child_pid(child)), ==, daemon_child_pid(child));
	g_assert_true(daemon_child_runs(child));
	g_assert_true(daemon_child_stop(child, PATIENCE_MS));
	bye = daemon_child_line(child, &level);
	g_assert_cmpstr(bye, ==, "bye");
}

static void test_stubborn(void)
{
	g_autoptr(DaemonChild) child = start("trap '' TERM; echo up; while :; do sleep 0.01; done");
	g_autofree char *up = wait_line(child);

	g_assert_cmpstr(up, ==, "up");
	g_assert_false(daemon_child_stop(child, 50));
	g_assert_false(daemon_child_runs(child));
}

static void test_failed(void)
{
	g_autoptr(DaemonChild) child = start("echo no >&2; exit 2");
	g_autofree char *no = wait_line(child);

	g_assert_cmpstr(no, ==, "no");
	wait_end(child);
	g_assert_false(daemon_child_stop(child, PATIENCE_MS));
}

static void test_missing(void)
{
	const char *const arguments[] = {NULL};
	g_autoptr(GError) error = NULL;
	g_autoptr(DaemonChild) child = daemon_child_start("/nonexistent/reeved", arguments, &error);
	g_autofree char *line = NULL;

	g_assert_no_error(error);
	line = wait_line(child);
	g_assert_cmpstr(line, ==, "cannot run /nonexistent/reeved: No such file or directory");
	wait_end(child);
	g_assert_false(daemon_child_runs(child));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/daemon-child/heard", test_heard);
	g_test_add_func("/daemon-child/levels", test_levels);
	g_test_add_func("/daemon-child/stopped", test_stopped);
	g_test_add_func("/daemon-child/stubborn", test_stubborn);
	g_test_add_func("/daemon-child/failed", test_failed);
	g_test_add_func("/daemon-child/missing", test_missing);
	return g_test_run();
}
