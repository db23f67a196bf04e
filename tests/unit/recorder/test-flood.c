/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A change waits for nothing, a flood for half a second. */
#include "recorder/flood.h"

static void test_single(void)
{
	g_assert_cmpint(flood_rest_usec(0), ==, 0);
	g_assert_cmpint(flood_rest_usec(1), ==, 0);
	g_assert_cmpint(flood_rest_usec(FLOOD_ORDERS - 1), ==, 0);
}

static void test_flood(void)
{
	g_assert_cmpint(flood_rest_usec(FLOOD_ORDERS), >, 0);
	g_assert_cmpint(flood_rest_usec(2 * FLOOD_ORDERS), >, flood_rest_usec(FLOOD_ORDERS));
	g_assert_cmpint(flood_rest_usec(1000000), ==, FLOOD_MAX_USEC);
	g_assert_cmpint(flood_rest_usec(G_MAXUINT), ==, FLOOD_MAX_USEC);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/flood/single", test_single);
	g_test_add_func("/flood/flood", test_flood);
	return g_test_run();
}
