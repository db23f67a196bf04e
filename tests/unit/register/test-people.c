/* SPDX-License-Identifier: GPL-3.0-or-later */
/* people.yaml: who is one person, and each refusal with its place. */
#include "register/people.h"

#include <string.h>

#define GOOD                                                      \
	"alice:\n"                                                \
	"  principals: [alice@example.org, alice@home.example]\n" \
	"  logins: [alice, aadm]\n"                               \
	"  contacts: [\"mailto:alice@example.org\"]\n"            \
	"bob:\n"                                                  \
	"  logins: [bob]\n"                                       \
	"  valid-before: 2026-11-22T12:00:00Z\n"

static People *parse(const char *text, GError **error)
{
	return people_parse("people.yaml", text, strlen(text), error);
}

static void test_one_person(void)
{
	static const struct {
		const char *a, *b;
		bool are_one;
	} cases[] = {
		{"alice", "alice@home.example", true},
		{"aadm", "alice@example.org", true},
		{"AADM", "Alice@Example.org", true},
		{"alice", "bob", false},
		{"mallory", "mallory", true}, /* unknown, but the same name */
		{"mallory", "bob", false},
		{"alice@elsewhere.example", "alice", false},
	};
	g_autoptr(GError) error = NULL;
	g_autoptr(People) people = parse(GOOD, &error);

	g_assert_no_error(error);
	g_assert_cmpuint(people_count(people), ==, 2);
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_assert_true(people_are_one(people, cases[i].a, cases[i].b) == cases[i].are_one);
	}
	g_assert_true(people_are_one(NULL, "a", "A"));
	g_assert_false(people_are_one(NULL, "alice", "aadm"));
	g_assert_cmpint(people_find(people, "bob")->left_usec, ==,
			G_GINT64_CONSTANT(1795348800000000));
	g_assert_cmpint(people_find(people, "alice")->left_usec, ==, 0);
}

static void test_all_names(void)
{
	g_autoptr(People) people = parse(GOOD, NULL);
	g_auto(GStrv) names = people_complete(people, g_strsplit("aadm,x", ",", -1));

	g_assert_true(g_strv_contains((const char *const *)names, "alice@home.example"));
	g_assert_true(g_strv_contains((const char *const *)names, "alice"));
	g_assert_true(g_strv_contains((const char *const *)names, "x"));
	g_assert_false(g_strv_contains((const char *const *)names, "bob"));
}

static void test_refusals(void)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{"- alice\n", "people.yaml:1:1: expected a mapping"},
		{"alice: yes\n", "people.yaml:1:8: expected what is known of alice"},
		{"alice: {login: [a]}\n", "people.yaml:1:9: unknown key `login`"},
		{"alice: {logins: [\"a b\"]}\n", "people.yaml:1:17: this is no name"},
		{"alice: {logins: [\"*\"]}\n", "this is no name"},
		{"alice: {logins: [a]}\nbob: {logins: [A]}\n",
		 "people.yaml:2:15: A is alice already"},
		{"alice: {}\nbob: {principals: [alice]}\n", "alice is alice already"},
		{"alice: {valid-before: tomorrow}\n", "people.yaml:1:23: this is no time"},
		{"alice: {}\nalice: {}\n", "people.yaml:2:1: "},
		{"alice: {logins: {a: b}}\n", "people.yaml:1:17: "},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		People *people = parse(cases[i].text, &error);

		g_assert_null(people);
		g_assert_nonnull(error);
		if (strstr(error->message, cases[i].message) == NULL) {
			g_error("`%s` is not in: %s", cases[i].message, error->message);
		}
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/people/one", test_one_person);
	g_test_add_func("/people/names", test_all_names);
	g_test_add_func("/people/refusals", test_refusals);
	return g_test_run();
}
