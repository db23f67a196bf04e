/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From processes to actors, with processes made up: what is told of them, and what is not. */
#include "actor/describe.h"

#include <string.h>

#define HEX64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const Standpoint host = {.own_pid = 900, .own_start = 9, .mount_ns = 1, .pid_ns = 2};

static void fork_of(ProcessTable *table, gint64 pid, gint64 parent, gint64 usec)
{
	Sighting sighting = SIGHTING_INIT(SIGHTING_FORK, pid, usec);

	sighting.start = (guint64)pid;
	sighting.parent_pid = parent;
	process_table_see(table, &sighting);
}

static Sighting exec_of(gint64 pid, const char *exe, gint64 login, gint64 usec)
{
	Sighting sighting = SIGHTING_INIT(SIGHTING_EXEC, pid, usec);

	sighting.start = (guint64)pid;
	sighting.exe = exe;
	sighting.args = exe;
	sighting.args_size = strlen(exe) + 1;
	sighting.uid = 0;
	sighting.login_uid = login;
	sighting.mount_ns = host.mount_ns;
	sighting.pid_ns = host.pid_ns;
	return sighting;
}

/* pid is the child of parent, and runs exe. */
static void run(ProcessTable *table, gint64 pid, gint64 parent, const char *exe, gint64 login)
{
	Sighting sighting = exec_of(pid, exe, login, 10 * pid + 1);

	fork_of(table, pid, parent, 10 * pid);
	process_table_see(table, &sighting);
}

static Actor *describe(ProcessTable *table, gint64 pid)
{
	Process *process = process_table_find(table, pid, 1, G_MAXINT64);
	const char *doubt;
	Phase *phase;

	g_assert_nonnull(process);
	phase = process_phase_between(process, G_MAXINT64 - 1, G_MAXINT64, &doubt);
	return describe_process(table, process, phase, doubt, &host);
}

static void assert_parents(const Actor *actor, const char *expected)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (guint i = 0; actor->parents != NULL && i < actor->parents->len; i++) {
		const ActorParent *parent = actor->parents->pdata[i];

		g_string_append_printf(text, "%s%s", i == 0 ? "" : " ", parent->exe);
	}
	g_assert_cmpstr(text->str, ==, expected);
}

/* Up to who let him in, and not beyond. */
static void test_login(void)
{
	g_autoptr(ProcessTable) table = process_table_new(100);
	g_autoptr(Actor) actor = NULL;

	run(table, 1, 0, "/sbin/init", -1);
	run(table, 10, 1, "/usr/sbin/sshd", -1);
	run(table, 11, 10, "/usr/sbin/sshd-session", -1);
	run(table, 12, 11, "/bin/bash", 1000);
	run(table, 13, 12, "/usr/bin/sudo", 1000);
	run(table, 14, 13, "/usr/bin/sed", 1000);
	actor = describe(table, 14);
	assert_parents(actor, "/usr/bin/sudo /bin/bash /usr/sbin/sshd-session");
	g_assert_cmpint(actor->confidence, ==, CONFIDENCE_EXACT);
	g_assert_cmpint(actor->login_uid, ==, 1000);
	g_assert_cmpstr(actor_through(actor), ==, "sudo");
	g_assert_null(actor->transaction);
	g_assert_null(actor->container);
	g_assert_false(actor->is_own);
}

/* A service that has been broken into takes somebody's login user, which the kernel lets whoever
 * has none; who lets people in is root, and then becomes them. */
static void test_login_that_was_taken(void)
{
	static const struct {
		gint64 uid, mount_ns;
		bool is_believed;
	} cases[] = {{0, 1, true}, {1000, 1, true}, {33, 1, false}, {0, 77, false}};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(ProcessTable) table = process_table_new(100);
		Sighting sighting = exec_of(11, "/usr/bin/worker", 1000, 111);
		g_autoptr(Actor) actor = NULL;

		run(table, 1, 0, "/sbin/init", -1);
		run(table, 10, 1, "/usr/sbin/service", -1);
		fork_of(table, 11, 10, 110);
		sighting.uid = cases[i].uid;
		sighting.mount_ns = cases[i].mount_ns;
		process_table_see(table, &sighting);
		/* becoming root later, by many programs, takes nothing back */
		for (gint64 pid = 12; pid < 14; pid++) {
			run(table, pid, pid - 1, "/usr/bin/sudo", 1000);
		}
		actor = describe(table, 13);
		g_assert_cmpint(actor->login_uid, ==, cases[i].is_believed ? 1000 : -1);
		g_assert_cmpint(actor->confidence, ==,
				cases[i].is_believed ? CONFIDENCE_EXACT : CONFIDENCE_INFERRED);
		g_assert_cmpint(actor->how == NULL, ==, cases[i].is_believed);
	}
}

/* A service: nobody has logged in, and init is not worth telling. */
static void test_service(void)
{
	g_autoptr(ProcessTable) table = process_table_new(100);
	g_autoptr(Actor) actor = NULL;
	Sighting sighting = exec_of(11, "/bin/sh", -1, 120);

	run(table, 1, 0, "/sbin/init", -1);
	run(table, 10, 1, "/usr/sbin/cron", -1);
	run(table, 11, 10, "/bin/sh", -1);
	sighting.cgroup_id = 7;
	sighting.cgroup = "/system.slice/cron.service";
	process_table_see(table, &sighting);
	actor = describe(table, 11);
	assert_parents(actor, "/usr/sbin/cron");
	g_assert_cmpint(actor->login_uid, ==, -1);
	g_assert_cmpstr(actor->unit, ==, "cron.service");
}

static void test_package_manager(void)
{
	g_autoptr(ProcessTable) table = process_table_new(100);
	g_autoptr(Actor) actor = NULL, fake = NULL;

	run(table, 10, 1, "/usr/bin/apt-get", 1000);
	run(table, 11, 10, "/usr/bin/dpkg", 1000);
	run(table, 12, 11, "/bin/sh", 1000);
	actor = describe(table, 12);
	g_assert_cmpstr(actor->transaction, ==, "apt-get[10]");
	/* silent twin: a name is not enough */
	run(table, 20, 1, "/tmp/apt-get", 1000);
	run(table, 21, 20, "/bin/sh", 1000);
	fake = describe(table, 21);
	g_assert_null(fake->transaction);
}

/* In a mount namespace of one's own anything may be called /usr/bin/dpkg; a service of the system
 * may have one, a service that a user made for himself is no excuse. */
static void test_package_manager_elsewhere(void)
{
	static const struct {
		guint64 mount_ns;
		const char *cgroup, *transaction, *container;
	} cases[] = {
		{1, "/user.slice/session-1.scope", "dpkg[10]", NULL},
		{5, "/system.slice/apt-daily.service", "dpkg[10]", NULL},
		{5, "/user.slice/user@1000.service/app.slice/x.service", NULL, "mount namespace 5"},
		{5, "/user.slice/session-1.scope", NULL, "mount namespace 5"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(ProcessTable) table = process_table_new(100);
		Sighting sighting = exec_of(10, "/usr/bin/dpkg", -1, 101);
		g_autoptr(Actor) actor = NULL;

		fork_of(table, 10, 1, 100);
		sighting.mount_ns = cases[i].mount_ns;
		sighting.cgroup_id = 7;
		sighting.cgroup = cases[i].cgroup;
		process_table_see(table, &sighting);
		actor = describe(table, 10);
		g_assert_cmpstr(actor->transaction, ==, cases[i].transaction);
		g_assert_cmpstr(actor->container, ==, cases[i].container);
	}
}

/* The programs of a watched system that is not ours lie below its root. */
static void test_package_manager_of_an_image(void)
{
	static const Standpoint standpoint = {.own_pid = 900, .root = "/srv/image"};
	g_autoptr(ProcessTable) table = process_table_new(100);
	g_autoptr(Actor) actor = NULL, other = NULL;
	Process *process;

	run(table, 10, 1, "/srv/image/usr/bin/dpkg", 1000);
	run(table, 20, 1, "/srv/imageusr/bin/dpkg", 1000);
	process = process_table_find(table, 10, 1, G_MAXINT64);
	actor = describe_process(table, process, &process->phases[process->n_phases - 1], NULL,
				 &standpoint);
	g_assert_cmpstr(actor->transaction, ==, "dpkg[10]");
	process = process_table_find(table, 20, 1, G_MAXINT64);
	other = describe_process(table, process, &process->phases[process->n_phases - 1], NULL,
				 &standpoint);
	g_assert_null(other->transaction);
}

static void test_places(void)
{
	static const struct {
		guint64 mount_ns, pid_ns;
		const char *cgroup, *container;
	} cases[] = {
		{1, 2, "/docker/" HEX64, HEX64},
		{1, 2, "/user.slice/session-1.scope", NULL},
		{5, 6, "/user.slice/session-1.scope", "pid namespace 6"},
		{5, 2, NULL, "mount namespace 5"},
		{5, 2, "/system.slice/a.service", NULL}, /* PrivateTmp= and the like */
		{0, 0, NULL, NULL},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(ProcessTable) table = process_table_new(100);
		g_autoptr(Actor) actor = NULL;
		Sighting sighting = exec_of(11, "/bin/sh", -1, 111);

		sighting.mount_ns = cases[i].mount_ns;
		sighting.pid_ns = cases[i].pid_ns;
		sighting.cgroup_id = 40 + i;
		sighting.cgroup = cases[i].cgroup;
		process_table_see(table, &sighting);
		actor = describe(table, 11);
		g_assert_cmpstr(actor->container, ==, cases[i].container);
	}
}

static void test_own(void)
{
	g_autoptr(ProcessTable) table = process_table_new(100);
	g_autoptr(Actor) actor = NULL, other = NULL;
	Sighting reeved = exec_of(900, "/usr/sbin/reeved", -1, 1);

	reeved.start = host.own_start;
	process_table_see(table, &reeved);
	run(table, 910, 900, "/usr/bin/git", -1);
	actor = describe(table, 910);
	g_assert_true(actor->is_own);
	/* the same pid, another time */
	reeved.start = host.own_start + 1;
	reeved.mono_usec = 20000;
	process_table_see(table, &reeved);
	fork_of(table, 911, 900, 20001);
	other = describe(table, 911);
	g_assert_false(other->is_own);
}

/* What changed while it ran is not told as if it had always been so. */
static void test_changed_users(void)
{
	g_autoptr(ProcessTable) table = process_table_new(100);
	g_autoptr(Actor) actor = NULL;
	Sighting end = SIGHTING_INIT(SIGHTING_EXIT, 11, 500);

	run(table, 11, 1, "/usr/sbin/login", -1);
	end.uid = 0;
	end.login_uid = 1000;
	process_table_see(table, &end);
	actor = describe_process(table, process_table_find(table, 11, 1, 1000),
				 process_phase_at(process_table_find(table, 11, 1, 1000), 400),
				 NULL, &host);
	g_assert_cmpint(actor->confidence, ==, CONFIDENCE_INFERRED);
	g_assert_cmpint(actor->login_uid, ==, -1);
	g_assert_nonnull(actor->how);
}

static void test_kernel_thread(void)
{
	g_autoptr(ProcessTable) table = process_table_new(100);
	g_autoptr(Actor) actor = NULL;
	Sighting sighting = SIGHTING_INIT(SIGHTING_FOUND, 30, 0);

	sighting.parent_pid = 2;
	sighting.comm = "nfsd";
	process_table_see(table, &sighting);
	actor = describe(table, 30);
	g_assert_cmpstr(actor->cmdline, ==, "[nfsd]");
	g_assert_null(actor->exe);
}

static void test_terminals(void)
{
	static const struct {
		guint32 device;
		const char *name;
	} cases[] = {
		{0, NULL},
		{136 << 8 | 3, "pts/3"},
		{137 << 8 | 1, "pts/257"},
		{4 << 8 | 1, "tty1"},
		{4 << 8 | 64, "ttyS0"},
		{229 << 8, "229:0"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *name = describe_terminal(cases[i].device);

		g_assert_cmpstr(name, ==, cases[i].name);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/describe/login", test_login);
	g_test_add_func("/describe/login/taken", test_login_that_was_taken);
	g_test_add_func("/describe/package-manager/elsewhere", test_package_manager_elsewhere);
	g_test_add_func("/describe/service", test_service);
	g_test_add_func("/describe/package-manager", test_package_manager);
	g_test_add_func("/describe/package-manager-of-an-image", test_package_manager_of_an_image);
	g_test_add_func("/describe/places", test_places);
	g_test_add_func("/describe/own", test_own);
	g_test_add_func("/describe/changed-users", test_changed_users);
	g_test_add_func("/describe/kernel-thread", test_kernel_thread);
	g_test_add_func("/describe/terminals", test_terminals);
	return g_test_run();
}
