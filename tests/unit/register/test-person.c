/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which names may be one person. */
#include "register/person.h"

#include <glib.h>

static void test_likeness(void)
{
	static const struct {
		const char *a, *b;
		bool same;
	} cases[] = {
		{"alice", "alice", true},
		{"alice", "Alice", true},
		{"alice@example.org", "alice", true},
		{"alice", "alice@example.org", true},
		{"Alice@Example.org", "alice@example.org", true},
		{"alice@example.org", "alice@example.com", false},
		{"alice", "alicia", false},
		{"alice@example.org", "alic", false},
		{"alice", "bob", false},
		{"", "alice", false},
		{"@example.org", "alice", false},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_assert_cmpint(person_may_be(cases[i].a, cases[i].b), ==, cases[i].same);
		g_assert_cmpint(person_may_be(cases[i].b, cases[i].a), ==, cases[i].same);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/person/likeness", test_likeness);
	return g_test_run();
}
