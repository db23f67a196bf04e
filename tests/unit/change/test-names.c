/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of users and groups: src/change/names.c. */
#include "change/names.h"

#include <string.h>

static const struct {
	const char *text;
	guint32 number;
	const char *name;
} cases[] = {
	{"root:x:0:0:root:/root:/bin/bash\n", 0, "root"},
	{"root:x:0:0:root:/root:/bin/bash", 0, "root"},
	{"staff:x:50:alice,bob\n", 50, "staff"},
	{"a:x:1000:\nb:x:1000:\n", 1000, "a"},
	{"# comment\n\n+::::\nb:x:7:\n", 7, "b"},
	{"DOMAIN\\bob:x:8:\n", 8, "DOMAIN\\bob"},
	{"pc$:x:9:\n", 9, "pc$"},
	{"last:x:4294967295:\n", G_MAXUINT32, "last"},
	/* what is no plain line is passed over */
	{"root:x:1:0\n", 0, NULL},
	{"x:0\n", 0, NULL},
	{":x:0:\n", 0, NULL},
	{"ro\x1bot:x:0:\n", 0, NULL},
	{"r\xc3\xb6ot:x:0:\n", 0, NULL},
	{"-root:x:0:\n", 0, NULL},
	{"root:x:-1:\n", G_MAXUINT32, NULL},
	{"root:x:4294967296:\n", 0, NULL},
	{"root:x:0x0:\n", 0, NULL},
	{"root:x: 0:\n", 0, NULL},
	{"root:x::\n", 0, NULL},
	{"", 0, NULL},
};

static void test_cases(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GBytes) bytes = g_bytes_new(cases[i].text, strlen(cases[i].text));
		g_autoptr(Names) names = names_parse(bytes);

		g_assert_cmpstr(names_find(names, cases[i].number), ==, cases[i].name);
	}
}

static void test_nothing(void)
{
	g_autoptr(Names) names = names_parse(NULL);

	g_assert_null(names_find(names, 0));
}

static void test_bounded(void)
{
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(GBytes) bytes = NULL;
	g_autoptr(Names) names = NULL;

	for (guint i = 0; i < NAMES_MAX + 10; i++) {
		g_string_append_printf(text, "u%u:x:%u:\n", i, i);
	}
	bytes = g_bytes_new(text->str, text->len);
	names = names_parse(bytes);
	g_assert_cmpstr(names_find(names, 0), ==, "u0");
	g_assert_null(names_find(names, NAMES_MAX + 5));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/names/cases", test_cases);
	g_test_add_func("/names/nothing", test_nothing);
	g_test_add_func("/names/bounded", test_bounded);
	return g_test_run();
}
