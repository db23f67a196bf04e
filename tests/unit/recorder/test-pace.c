/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Paces, on a clock of our own: the share is kept, the periods are kept, in doubt the longer one.
 */
#include "recorder/pace.h"

#define SECOND G_GINT64_CONSTANT(1000000)
#define START (77 * SECOND)

static const PaceRule rule = {
	.least_usec = 5 * SECOND,
	.greatest_usec = 900 * SECOND,
	.cpu_share = 250,
};

/* A round of `slices` slices, each costing `cpu_usec`; how long it was until the next round. */
static gint64 play_round(const PaceRule *by, guint slices, gint64 cpu_usec, guint64 bytes)
{
	Pace pace = {.rule = by};

	pace_begin(&pace, slices, START);
	for (guint i = 1; i <= slices; i++) {
		pace_did(&pace, pace.next_usec + cpu_usec, cpu_usec, bytes, i);
	}
	pace_end(&pace);
	return pace.next_usec - START;
}

static void test_small(void)
{
	g_assert_cmpint(play_round(&rule, 1, 500, 0), ==, 5 * SECOND);
}

/* A hundred thousand entries, 400 ms of work: one part in 250. */
static void test_share(void)
{
	gint64 took = play_round(&rule, 200, 2000, 0);

	g_assert_cmpint(took, >=, 250 * 400000);
	g_assert_cmpint(took, <=, 252 * 400000);
}

/* Ten seconds of work do not fit into a quarter of an hour at one part in 250: hurried. */
static void test_hurried(void)
{
	gint64 took = play_round(&rule, 5000, 2000, 0);

	g_assert_cmpint(took, <, 900 * SECOND);
	g_assert_cmpint(took, >, 700 * SECOND);
}

/* What cannot be done in time even so: never more than one part in twenty. */
static void test_hopeless(void)
{
	gint64 work = 50000 * G_GINT64_CONSTANT(2000);
	gint64 took = play_round(&rule, 50000, 2000, 0);

	g_assert_cmpint(took, >, PACE_HURRIED_SHARE * work);
}

static void test_reading(void)
{
	PaceRule reading = rule;

	reading.bytes_per_sec = 1024;
	g_assert_cmpint(play_round(&reading, 10, 1, 1024), >=, 10 * SECOND);
	g_assert_cmpint(play_round(&reading, 10, 1, 0), ==, 5 * SECOND);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/pace/small", test_small);
	g_test_add_func("/pace/share", test_share);
	g_test_add_func("/pace/hurried", test_hurried);
	g_test_add_func("/pace/hopeless", test_hopeless);
	g_test_add_func("/pace/reading", test_reading);
	return g_test_run();
}
