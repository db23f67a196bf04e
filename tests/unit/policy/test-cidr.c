/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Networks and what lies inside them. */
#include "policy/cidr.h"

static void test_contains(void)
{
	static const struct {
		const char *network, *address;
		bool is_inside;
	} rows[] = {
		{"10.0.0.0/8", "10.255.0.1", true},
		{"10.0.0.0/8", "11.0.0.1", false},
		{"192.0.2.0/25", "192.0.2.127", true},
		{"192.0.2.0/25", "192.0.2.128", false},
		{"192.0.2.7", "192.0.2.7", true},
		{"192.0.2.7", "192.0.2.8", false},
		{"0.0.0.0/0", "203.0.113.1", true},
		{"0.0.0.0/0", "::1", false},
		{"fe80::/10", "fe80::1", true},
		{"fe80::/10", "fec0::1", false},
		{"::1/128", "::1", true},
		{"10.0.0.0/8", "10.1", false},
		{"10.0.0.0/8", "10.0.0.1 ", false},
		{"10.0.0.0/8", "", false},
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		Cidr cidr;

		g_assert_true(cidr_parse(rows[i].network, &cidr));
		g_assert_cmpint(cidr_contains(&cidr, rows[i].address), ==, rows[i].is_inside);
	}
}

static void test_refused(void)
{
	static const char *const rows[] = {"",         "10.0.0.0/33", "10.0.0.0/",
					   "10.0.0/8", "10.0.0.0/-1", "::/129",
					   "x/8",      "10.0.0.0/8 "};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		Cidr cidr;

		g_assert_false(cidr_parse(rows[i], &cidr));
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/cidr/contains", test_contains);
	g_test_add_func("/cidr/refused", test_refused);
	return g_test_run();
}
