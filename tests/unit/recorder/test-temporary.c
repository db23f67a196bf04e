/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names that look temporary, and their honest twins. */
#include "recorder/temporary.h"

#include <glib.h>

static const char *const temporary[] = {
	"sshd_config~", ".sshd_config.swp", ".sshd_config.swx", ".a.swpx",         "4913",
	"5036",         "sedAb3dE9",        "x.dpkg-new",       "x.dpkg-tmp",      "x.tmp",
	"passwd.lock",  "passwd.k3Xb9Q",    ".name.Ab12Cd",     ".#hosts",         "#hosts#",
	"tmpa8f3k2x1",  "x.augnew",         ".nfs0000000000ab", ".ansible_tmp9xk", "config.AbCdEf",
	"x.part",       "x;65a1b2c3",
};

static const char *const honest[] = {
	"sshd_config", "sedation",   "sedating",         "sed",      "hosts",    "passwd",
	"4914",        "49130",      "a.conf",           "x.config", "x.policy", "x.locale",
	"x.target",    "tmpfiles.d", "x.dpkg-dist.conf", "tmp",      "swp",      "x.service",
	"x.socket",    "sudoers",    "shadow-",          "",         ".bashrc",  "lock",
};

static void test_temporary(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(temporary); i++) {
		g_test_message("%s", temporary[i]);
		g_assert_true(name_looks_temporary(temporary[i]));
	}
}

static void test_honest(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(honest); i++) {
		g_test_message("%s", honest[i]);
		g_assert_false(name_looks_temporary(honest[i]));
	}
}

static const struct {
	const char *name, *beside;
} pairs[] = {
	{"conf~", "conf"},
	{".conf.swp", "conf"},
	{"x.dpkg-new", "x"},
	{".#hosts", "hosts"},
	{"#hosts#", "hosts"},
	{"passwd.lock", "passwd"},
	{"passwd.k3Xb9Q", "passwd"},
	{".name.Ab12Cd", "name"},
	{"4913", NULL},
	{"x;65a1b2c3", "x"},
	{"sedAb3dE9", NULL},
	{"tmpa8f3k2x1", NULL},
	{"~", NULL},
};

/* These wait for their package; what else looks temporary does not. */
static void test_unpacked(void)
{
	g_assert_true(name_is_unpacked("x.dpkg-new"));
	g_assert_true(name_is_unpacked("x.dpkg-tmp"));
	g_assert_true(name_is_unpacked("x;65a1b2c3"));
	g_assert_false(name_is_unpacked("x.dpkg-dist"));
	g_assert_false(name_is_unpacked("x.swp"));
	g_assert_false(name_is_unpacked("x;65a1b2cg"));
	g_assert_false(name_is_unpacked(";65a1b2c3"));
}

static void test_beside(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(pairs); i++) {
		g_autofree char *beside = name_beside_temporary(pairs[i].name);

		g_assert_cmpstr(beside, ==, pairs[i].beside);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/temporary/temporary", test_temporary);
	g_test_add_func("/temporary/honest", test_honest);
	g_test_add_func("/temporary/unpacked", test_unpacked);
	g_test_add_func("/temporary/beside", test_beside);
	return g_test_run();
}
