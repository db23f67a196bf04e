/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of /proc: their texts, and this very process. */
#include "actor/proc-files.h"
#include "base/clock.h"
#include "base/fd.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static void test_stat(void)
{
	static const char hostile[] = "42 (a) R 7 (b) S 17 1 1 34816 1 4194560 1 2 3 4 5 6 7 8 20 "
				      "0 1 0 987654 1 2 3";
	Sighting sighting = SIGHTING_INIT(SIGHTING_FOUND, 42, 0);

	g_assert_true(proc_files_parse_stat(hostile, &sighting));
	g_assert_cmpint(sighting.parent_pid, ==, 17);
	g_assert_cmpuint(sighting.tty, ==, 34816);
	g_assert_cmpuint(sighting.start, ==, 987654);
	g_assert_false(proc_files_parse_stat("42 (a) S 17", &sighting));
	g_assert_false(proc_files_parse_stat("", &sighting));
}

static void test_cgroup(void)
{
	static const struct {
		const char *text, *path;
	} cases[] = {
		{"0::/system.slice/cron.service\n", "/system.slice/cron.service"},
		{"9:name=systemd:/a.service\n0::/\n", "/a.service"},
		{"4:memory:/docker/x\n0::/\n", "/docker/x"},
		{"0::/\n", NULL},
		{"", NULL},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		char path[64] = "";

		g_assert_cmpint(proc_files_parse_cgroup(cases[i].text, path, sizeof(path)), ==,
				cases[i].path != NULL);
		g_assert_cmpstr(path, ==, cases[i].path == NULL ? "" : cases[i].path);
	}
}

static void test_self(void)
{
	auto_fd int proc_fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	g_autofree ProcRoom *room = g_new0(ProcRoom, 1);
	g_autofree char *exe = g_file_read_link("/proc/self/exe", NULL);
	Sighting sighting = SIGHTING_INIT(SIGHTING_FOUND, 0, 0);
	gint64 born_usec;

	g_assert_true(proc_files_read(proc_fd, getpid(), PROC_EVERYTHING, room, &sighting));
	g_assert_cmpint(sighting.pid, ==, getpid());
	g_assert_cmpint(sighting.parent_pid, ==, getppid());
	g_assert_cmpint(sighting.uid, ==, geteuid());
	g_assert_cmpstr(sighting.exe, ==, exe);
	g_assert_cmpstr(sighting.comm, ==, "test-actor-proc");
	g_assert_cmpuint(strlen(sighting.args), >, 0);
	g_assert_cmpuint(sighting.mount_ns, >, 0);
	born_usec = proc_files_born_usec(sighting.start);
	g_assert_cmpint(born_usec, >, clock_mono_usec() - 600 * G_USEC_PER_SEC);
	g_assert_cmpint(born_usec, <=, clock_mono_usec());
	g_assert_false(proc_files_read(proc_fd, 1 << 30, PROC_EVERYTHING, room, &sighting));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/proc-files/stat", test_stat);
	g_test_add_func("/proc-files/cgroup", test_cgroup);
	g_test_add_func("/proc-files/self", test_self);
	return g_test_run();
}
