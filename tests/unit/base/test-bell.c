/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/bell.h"
#include "base/fd.h"

#include <glib.h>

static void test_ring(void)
{
	auto_fd int bell = bell_new(NULL);

	g_assert_cmpint(bell, >=, 0);
	g_assert_false(bell_answer(bell));
	bell_ring(bell);
	bell_ring(bell);
	g_assert_true(bell_answer(bell));
	g_assert_false(bell_answer(bell));
}

static void test_no_bell(void)
{
	bell_ring(-1);
	g_assert_false(bell_answer(-1));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/bell/ring", test_ring);
	g_test_add_func("/bell/none", test_no_bell);
	return g_test_run();
}
