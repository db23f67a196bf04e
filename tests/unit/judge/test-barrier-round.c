/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rounds of the barrier: src/judge/barrier-round.c. */
#include "judge/barrier-round.h"

#include "base/bell.h"
#include "base/fd.h"

static void test_rounds(void)
{
	auto_fd int fd = barrier_new(NULL);
	auto_fd int bell = bell_new(NULL);
	BarrierRound barrier = {barrier_map(fd, NULL), bell};

	g_assert_cmpuint(barrier_round_ask(&barrier), ==, 1);
	g_assert_true(bell_answer(bell));
	g_assert_cmpuint(barrier_round_done(&barrier), ==, 0);
	/* asked again while the first round runs: another round */
	g_assert_cmpuint(barrier_round_ask(&barrier), ==, 2);
	atomic_store(&barrier.page->done, 1);
	g_assert_cmpuint(barrier_round_done(&barrier), ==, 1);
	/* a judge that comes back counts on from where the page stands */
	g_assert_cmpuint(barrier_round_ask(&barrier), ==, 3);
}

static void test_nobody(void)
{
	BarrierRound barrier = {NULL, -1};

	g_assert_cmpuint(barrier_round_ask(&barrier), ==, 0);
	g_assert_cmpuint(barrier_round_done(&barrier), ==, 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/barrier-round/rounds", test_rounds);
	g_test_add_func("/barrier-round/nobody", test_nobody);
	return g_test_run();
}
