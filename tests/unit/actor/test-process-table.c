/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of processes, without any process: pids given away again, execs in the way, chains
 * whose middle is gone, floods. */
#include "actor/process-table.h"

#include <string.h>

static void fork_at(ProcessTable *table, gint64 pid, gint64 parent, gint64 usec)
{
	Sighting sighting = SIGHTING_INIT(SIGHTING_FORK, pid, usec);

	sighting.start = (guint64)usec;
	sighting.parent_pid = parent;
	process_table_see(table, &sighting);
}

static void exec_at(ProcessTable *table, gint64 pid, const char *exe, gint64 login, gint64 usec)
{
	Sighting sighting = SIGHTING_INIT(SIGHTING_EXEC, pid, usec);

	sighting.exe = exe;
	sighting.args = exe;
	sighting.args_size = strlen(exe) + 1;
	sighting.uid = 0;
	sighting.login_uid = login;
	process_table_see(table, &sighting);
}

static void exit_at(ProcessTable *table, gint64 pid, gint64 usec)
{
	Sighting sighting = SIGHTING_INIT(SIGHTING_EXIT, pid, usec);

	process_table_see(table, &sighting);
}

/* What ran in `pid` between two moments; *ret_doubt as process_phase_between. */
static const char *ran(ProcessTable *table, gint64 pid, gint64 since, gint64 until,
		       const char **ret_doubt)
{
	Process *process = process_table_find(table, pid, since, until);
	const Phase *phase;

	*ret_doubt = NULL;
	if (process == NULL) {
		return NULL;
	}
	phase = process_phase_between(process, since, until, ret_doubt);
	return phase == NULL || phase->image == NULL ? NULL : phase->image->exe;
}

static void test_dead_is_known(void)
{
	g_autoptr(ProcessTable) table = process_table_new(100);
	const char *doubt;

	exec_at(table, 10, "/bin/bash", 1000, 1);
	fork_at(table, 11, 10, 100);
	exec_at(table, 11, "/bin/cp", 1000, 110);
	exit_at(table, 11, 120);
	g_assert_cmpstr(ran(table, 11, 90, 130, &doubt), ==, "/bin/cp");
	g_assert_null(doubt);
	/* the fork before its exec is what its parent is */
	g_assert_cmpstr(ran(table, 11, 90, 105, &doubt), ==, "/bin/bash");
	g_assert_null(doubt);
	/* silent twin: before it was born, after it had died, another pid */
	g_assert_null(ran(table, 11, 50, 99, &doubt));
	g_assert_null(
		ran(table, 11, 121 + PROCESS_CLOSING_USEC, 140 + PROCESS_CLOSING_USEC, &doubt));
	g_assert_null(ran(table, 12, 90, 130, &doubt));
}

/* The end of a process is told, then its files are closed: that is a write of its own. */
static void test_closes_at_its_end(void)
{
	g_autoptr(ProcessTable) table = process_table_new(100);
	const char *doubt;

	fork_at(table, 11, 1, 100);
	exec_at(table, 11, "/bin/sh", -1, 110);
	exit_at(table, 11, 120);
	g_assert_cmpstr(ran(table, 11, 125, 130, &doubt), ==, "/bin/sh");
	g_assert_null(doubt);
	/* unless somebody else has its pid by then */
	fork_at(table, 11, 1, 122);
	exec_at(table, 11, "/bin/mv", -1, 123);
	g_assert_cmpstr(ran(table, 11, 125, 130, &doubt), ==, "/bin/mv");
}

static void test_pid_is_given_away(void)
{
	g_autoptr(ProcessTable) table = process_table_new(100);
	const char *doubt;

	fork_at(table, 11, 1, 100);
	exec_at(table, 11, "/bin/cp", -1, 110);
	exit_at(table, 11, 120);
	fork_at(table, 11, 1, 200);
	exec_at(table, 11, "/bin/mv", -1, 210);
	g_assert_cmpstr(ran(table, 11, 100, 150, &doubt), ==, "/bin/cp");
	g_assert_cmpstr(ran(table, 11, 205, 250, &doubt), ==, "/bin/mv");
	/* either may have done it: nobody is named */
	g_assert_null(ran(table, 11, 115, 250, &doubt));
}

/* Who wrote and at once became another program: either may be meant. */
static void test_wrote_before(void)
{
	g_autoptr(ProcessTable) table = process_table_new(100);
	const char *doubt;

	exec_at(table, 10, "/bin/evil", -1, 50);
	for (gint64 pid = 11; pid <= 12; pid++) {
		Sighting sighting = SIGHTING_INIT(SIGHTING_EXEC, pid, 110);

		fork_at(table, pid, 10, 100);
		sighting.exe = "/usr/bin/dpkg";
		sighting.has_written = pid == 11;
		process_table_see(table, &sighting);
	}
	ran(table, 11, 90, 130, &doubt);
	g_assert_nonnull(doubt);
	/* silent twins: it has not; it wrote after */
	g_assert_cmpstr(ran(table, 12, 90, 130, &doubt), ==, "/usr/bin/dpkg");
	g_assert_null(doubt);
	g_assert_cmpstr(ran(table, 11, 115, 130, &doubt), ==, "/usr/bin/dpkg");
	g_assert_null(doubt);
}

static void test_exec_in_the_way(void)
{
	g_autoptr(ProcessTable) table = process_table_new(100);
	const char *doubt;

	fork_at(table, 11, 1, 100);
	exec_at(table, 11, "/bin/sh", -1, 110);
	exec_at(table, 11, "/bin/sleep", -1, 120);
	g_assert_cmpstr(ran(table, 11, 105, 115, &doubt), ==, "/bin/sh");
	g_assert_null(doubt);
	g_assert_cmpstr(ran(table, 11, 125, 130, &doubt), ==, "/bin/sleep");
	g_assert_null(doubt);
	g_assert_cmpstr(ran(table, 11, 115, 130, &doubt), ==, "/bin/sleep");
	g_assert_nonnull(doubt);
}

/* What was looked up after something else had begun was that, not this: nobody is named. */
static void test_looked_up_too_late(void)
{
	g_autoptr(ProcessTable) table = process_table_new(100);
	Sighting late = SIGHTING_INIT(SIGHTING_EXEC, 11, 110);
	const char *doubt;

	fork_at(table, 11, 1, 100);
	late.exe = "/bin/sleep";
	late.read_usec = 130;
	process_table_see(table, &late);
	g_assert_cmpstr(ran(table, 11, 105, 115, &doubt), ==, "/bin/sleep");
	exec_at(table, 11, "/bin/sleep", -1, 120);
	g_assert_null(ran(table, 11, 105, 115, &doubt));
	g_assert_nonnull(doubt);
	/* likewise when the pid was given away meanwhile */
	late.mono_usec = 210;
	late.read_usec = 230;
	process_table_see(table, &late);
	exit_at(table, 11, 215);
	fork_at(table, 11, 1, 220);
	g_assert_null(ran(table, 11, 211, 214, &doubt));
	g_assert_nonnull(doubt);
}

static void test_many_execs(void)
{
	g_autoptr(ProcessTable) table = process_table_new(100);
	const char *doubt;

	fork_at(table, 11, 1, 100);
	for (gint64 i = 0; i < 10; i++) {
		exec_at(table, 11, i % 2 ? "/bin/a" : "/bin/b", -1, 200 + i);
	}
	g_assert_cmpstr(ran(table, 11, 300, 310, &doubt), ==, "/bin/a");
	/* what it was that long ago is forgotten, not made up */
	g_assert_null(ran(table, 11, 150, 202, &doubt));
}

static void test_double_fork(void)
{
	g_autoptr(ProcessTable) table = process_table_new(100);
	Process *process;

	exec_at(table, 10, "/bin/bash", 1000, 1);
	fork_at(table, 11, 10, 100);
	fork_at(table, 12, 11, 101);
	exit_at(table, 11, 102);
	exit_at(table, 10, 103);
	process = process_table_find(table, 12, 104, 110);
	g_assert_nonnull(process);
	g_assert_cmpint(process->parent->pid, ==, 11);
	g_assert_cmpint(process->parent->parent->pid, ==, 10);
	g_assert_cmpint(process->phases[0].login_uid, ==, 1000);
}

static void test_flood(void)
{
	g_autoptr(ProcessTable) table = process_table_new(100);
	const char *doubt;

	exec_at(table, 1, "/sbin/init", -1, 1);
	for (gint64 i = 0; i < 5000; i++) {
		gint64 pid = 100 + i % 3000;

		/* each the child of the one before: the chain may not grow without end */
		fork_at(table, pid, i == 0 ? 1 : 100 + (i - 1) % 3000, 1000 + 10 * i);
		exec_at(table, pid, "/bin/true", -1, 1001 + 10 * i);
		exit_at(table, pid, 1002 + 10 * i);
		g_assert_cmpuint(process_table_count(table), <=, 100);
	}
	/* those that live outlast those that have ended */
	g_assert_cmpstr(ran(table, 1, 0, 60000, &doubt), ==, "/sbin/init");
	g_assert_cmpuint(process_table_find(table, 100 + 4999 % 3000, 0, 60000)->depth, <=,
			 PROCESS_MAX_DEPTH);
}

static void test_cgroups(void)
{
	g_autoptr(ProcessTable) table = process_table_new(100);
	Sighting sighting = SIGHTING_INIT(SIGHTING_EXEC, 11, 100);

	sighting.cgroup_id = 7;
	sighting.cgroup = "/system.slice/cron.service";
	process_table_see(table, &sighting);
	fork_at(table, 12, 11, 110);
	g_assert_cmpuint(process_table_find(table, 12, 110, 120)->cgroup_id, ==, 7);
	g_assert_cmpstr(process_table_cgroup(table, 7), ==, "/system.slice/cron.service");
	g_assert_null(process_table_cgroup(table, 8));
}

/* Who wrote ended, and was dropped in a flood that went once round all pids: who has his pid now is
 * not named in his place. */
static void test_flood_round_all_pids(void)
{
	g_autoptr(ProcessTable) table = process_table_new(10);
	const char *doubt;

	fork_at(table, 11, 1, 100);
	exec_at(table, 11, "/bin/cp", -1, 110);
	exit_at(table, 11, 120);
	for (gint64 i = 0; i < 30; i++) {
		fork_at(table, 100 + i, 1, 200 + 2 * i);
		exit_at(table, 100 + i, 201 + 2 * i);
	}
	fork_at(table, 11, 1, 300);
	exec_at(table, 11, "/bin/mv", -1, 310);
	g_assert_null(ran(table, 11, 105, 320, &doubt));
	/* silent twin: what was dropped had ended before anything of this */
	g_assert_cmpstr(ran(table, 11, 290, 320, &doubt), ==, "/bin/mv");
}

/* What /proc shows may be what the process wants to show. */
static void test_read_is_not_told(void)
{
	g_autoptr(ProcessTable) table = process_table_new(100);
	Sighting found = SIGHTING_INIT(SIGHTING_FOUND, 10, 0);
	Sighting read = SIGHTING_INIT(SIGHTING_EXEC, 11, 110);
	const char *doubt;

	found.exe = "/bin/bash";
	process_table_see(table, &found);
	g_assert_cmpstr(ran(table, 10, 90, 130, &doubt), ==, "/bin/bash");
	g_assert_nonnull(doubt);
	fork_at(table, 11, 10, 100);
	read.exe = "/bin/cp";
	read.read_usec = 111;
	process_table_see(table, &read);
	g_assert_cmpstr(ran(table, 11, 120, 130, &doubt), ==, "/bin/cp");
	g_assert_nonnull(doubt);
	/* silent twin: what the kernel says as it happens */
	fork_at(table, 12, 10, 100);
	exec_at(table, 12, "/bin/mv", -1, 110);
	g_assert_cmpstr(ran(table, 12, 120, 130, &doubt), ==, "/bin/mv");
	g_assert_null(doubt);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/process-table/dead-is-known", test_dead_is_known);
	g_test_add_func("/process-table/closes-at-its-end", test_closes_at_its_end);
	g_test_add_func("/process-table/pid-is-given-away", test_pid_is_given_away);
	g_test_add_func("/process-table/exec-in-the-way", test_exec_in_the_way);
	g_test_add_func("/process-table/looked-up-too-late", test_looked_up_too_late);
	g_test_add_func("/process-table/many-execs", test_many_execs);
	g_test_add_func("/process-table/double-fork", test_double_fork);
	g_test_add_func("/process-table/flood", test_flood);
	g_test_add_func("/process-table/cgroups", test_cgroups);
	g_test_add_func("/process-table/read-is-not-told", test_read_is_not_told);
	g_test_add_func("/process-table/flood-round-all-pids", test_flood_round_all_pids);
	g_test_add_func("/process-table/wrote-before", test_wrote_before);
	return g_test_run();
}
