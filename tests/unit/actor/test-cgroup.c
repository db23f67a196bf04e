/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Units and containers by the path of a cgroup. */
#include "actor/cgroup.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const struct {
	const char *path, *unit, *container;
} cases[] = {
	{"/system.slice/cron.service", "cron.service", NULL},
	{"/user.slice/user-1000.slice/session-3.scope", "session-3.scope", NULL},
	{"/user.slice/user-1000.slice/user@1000.service/app.slice/foot.scope", "foot.scope", NULL},
	{"/system.slice/docker-" ID ".scope", "docker-" ID ".scope", ID},
	{"/docker/" ID, NULL, ID},
	{"/kubepods/besteffort/pod1/cri-containerd-" ID ".scope", "cri-containerd-" ID ".scope",
	 ID},
	{"/lxc.payload.web/system.slice/cron.service", "cron.service", "web"},
	{"/lxc/web", NULL, "web"},
	{"/machine.slice/machine-web.scope", "machine-web.scope", "web"},
	{"/", NULL, NULL},
	{"", NULL, NULL},
	/* hostile: a name that is no name */
	{"/system.slice/x\x1b[2J.service", NULL, NULL},
	{"/" ID "0", NULL, NULL},
	{"/0123", NULL, NULL},
};

static void test_paths(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *unit = cgroup_unit(cases[i].path);
		g_autofree char *container = cgroup_container(cases[i].path);

		g_assert_cmpstr(unit, ==, cases[i].unit);
		g_assert_cmpstr(container, ==, cases[i].container);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/cgroup/paths", test_paths);
	return g_test_run();
}
