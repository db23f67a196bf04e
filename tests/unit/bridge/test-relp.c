/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RELP's frames, whole, half and none. */
#include "bridge/relp.h"

#include <string.h>

static void test_append(void)
{
	g_autoptr(GString) out = g_string_new(NULL);

	relp_append(out, 1, "open", "a=b", 3);
	relp_append(out, 2, "close", "", 0);
	g_assert_cmpstr(out->str, ==, "1 open 3 a=b\n2 close 0\n");
}

static void test_read(void)
{
	static const struct {
		const char *text;
		RelpRead got;
		guint txnr;
		int status;
		gsize used;
	} cases[] = {
		{"1 rsp 6 200 OK\n", RELP_ANSWER, 1, 200, 15},
		{"12 rsp 6 200 OK\n13 rsp", RELP_ANSWER, 12, 200, 16},
		{"2 rsp 3 500\n", RELP_ANSWER, 2, 500, 12},
		{"2 rsp 2 ok\n", RELP_ANSWER, 2, -1, 11},
		{"0 serverclose 0\n", RELP_ANSWER, 0, -1, 16},
		{"", RELP_MORE, 0, 0, 0},
		{"1", RELP_MORE, 0, 0, 0},
		{"1 rs", RELP_MORE, 0, 0, 0},
		{"1 rsp 6", RELP_MORE, 0, 0, 0},
		{"1 rsp 6 200 O", RELP_MORE, 0, 0, 0},
		{"1 rsp 6 200 OK", RELP_MORE, 0, 0, 0},
		{"1 rsp 6 200 OKx", RELP_NONSENSE, 0, 0, 0},
		{"1 syslog 1 x\n", RELP_NONSENSE, 0, 0, 0},
		{"x rsp 6 200 OK\n", RELP_NONSENSE, 0, 0, 0},
		{"1 rsp 6\n", RELP_NONSENSE, 0, 0, 0},
		{"1 rsp 999999 x", RELP_NONSENSE, 0, 0, 0},
		{"1234567890 rsp 0\n", RELP_NONSENSE, 0, 0, 0},
		{"HTTP/1.1 400 Bad Request\n", RELP_NONSENSE, 0, 0, 0},
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		RelpAnswer answer = {0};
		gsize used = 0;

		g_test_message("%s", cases[i].text);
		g_assert_cmpint(relp_read(cases[i].text, strlen(cases[i].text), &answer, &used), ==,
				cases[i].got);
		if (cases[i].got == RELP_ANSWER) {
			g_assert_cmpuint(answer.txnr, ==, cases[i].txnr);
			g_assert_cmpint(answer.status, ==, cases[i].status);
			g_assert_cmpuint(used, ==, cases[i].used);
			g_assert_cmpint(answer.is_close, ==, cases[i].txnr == 0);
		}
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/relp/append", test_append);
	g_test_add_func("/relp/read", test_read);
	return g_test_run();
}
