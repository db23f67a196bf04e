/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/schema.h"

#include <string.h>

static char *complaint(const char *text)
{
	g_autoptr(YamlDocument) document = yaml_parse("r.yaml", text, strlen(text), NULL);
	g_autoptr(Config) config = config_new();
	g_autoptr(GError) error = NULL;

	g_assert_nonnull(document);
	return schema_apply(config, document, &error) ? NULL : g_strdup(error->message);
}

static void test_complaints(void)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{"host: web-1\nwach: [/etc]\n", "r.yaml:2:1: unknown key `wach`\n"
						"    2 | wach: [/etc]\n"
						"      | ^~~~ did you mean `watch`?"},
		{"watch: [/etc, etc/ssh]\n", "r.yaml:1:15: not an absolute path\n"
					     "    1 | watch: [/etc, etc/ssh]\n"
					     "      |               ^~~~~~~ write the whole path, "
					     "from /"},
		{"watch: /etc/\n", "r.yaml:1:8: not a plain path\n"
				   "    1 | watch: /etc/\n"
				   "      |        ^~~~~ write `/etc`"},
		{"watch: [/a/../..]\n", "r.yaml:1:9: not an absolute path\n"
					"    1 | watch: [/a/../..]\n"
					"      |         ^~~~~~~~ write the whole path, from /"},
		{"ignore:\n  - /etc/***\n", "r.yaml:2:5: `***` has no meaning\n"
					    "    2 |   - /etc/***\n"
					    "      |     ^~~~~~~~ `*` stays within a folder, `**` "
					    "does not"},
		{"watch:\n", "r.yaml:1:7: expected a list of texts, found nothing\n"
			     "    1 | watch:\n"
			     "      |       ^ write a list: [first, second]"},
		{"host: a/b\n", "r.yaml:1:7: not a host name\n"
				"    1 | host: a/b\n"
				"      |       ^~~ letters, digits, `.`, `-` and `_`, at most 253"},
		{"register: {paht: /x}\n", "r.yaml:1:12: unknown key `paht`\n"
					   "    1 | register: {paht: /x}\n"
					   "      |            ^~~~ did you mean `path`?"},
		{"bus: {live: [inproc://x]}\n", "r.yaml:1:14: an endpoint of no known kind\n"
						"    1 | bus: {live: [inproc://x]}\n"
						"      |              ^~~~~~~~~~ write "
						"ipc:///run/reeve/NAME or tcp://ADDRESS:PORT"},
		{"bus: {live: [\"ipc://@abstract\"]}\n",
		 "r.yaml:1:14: ipc:// needs the absolute path of a socket\n"
		 "    1 | bus: {live: [\"ipc://@abstract\"]}\n"
		 "      |              ^~~~~~~~~~~~~~~~~ write ipc:///run/reeve/NAME or "
		 "tcp://ADDRESS:PORT"},
		{"register: {branch: null}\n", "r.yaml:1:20: expected a text, found nothing\n"
					       "    1 | register: {branch: null}\n"
					       "      |                    ^~~~ write a text here"},
		{"register: {branch: ''}\n",
		 "r.yaml:1:20: nothing in it\n"
		 "    1 | register: {branch: ''}\n"
		 "      |                    ^~ leave the key out for the "
		 "default"},
		{"- watch\n", "r.yaml:1:1: expected a mapping, found a list\n"
			      "    1 | - watch\n"
			      "      | ^ write `key: value` lines"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *message = complaint(cases[i].text);

		g_assert_cmpstr(message, ==, cases[i].message);
	}
}

static void test_accepted(void)
{
	static const char *const good[] = {
		"",
		"{}",
		"host: null\n",
		"watch: []\n",
		"watch: [/]\n",
		"ignore: [\"/**/*.swp\"]\n",
		"register: {remote: \"https://example.org/r.git\"}\n",
		"bus: {live: [\"tcp://*:5555\"]}\n",
	};

	for (gsize i = 0; i < G_N_ELEMENTS(good); i++) {
		g_autofree char *message = complaint(good[i]);

		g_assert_cmpstr(message, ==, NULL);
	}
}

/* 107 bytes are a socket's path, 108 are not. */
static void test_ipc_length(void)
{
	const char *advice;
	g_autofree char *name = g_strnfill(106, 'x');
	g_autofree char *just = g_strdup_printf("ipc:///%s", name);
	g_autofree char *over = g_strdup_printf("ipc:///%sx", name);
	g_autofree char *problem = schema_endpoint_problem(over, &advice);

	g_assert_null(schema_endpoint_problem(just, &advice));
	g_assert_cmpstr(problem, ==, "a socket's path has at most 107 bytes, this one has 108");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/schema/complaints", test_complaints);
	g_test_add_func("/schema/accepted", test_accepted);
	g_test_add_func("/schema/ipc-length", test_ipc_length);
	return g_test_run();
}
