/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests: what is one and what is not. */
#include "relay/request.h"

#include <string.h>

#define ID "abababababababababababababababababababababababababababababababab"

typedef struct {
	const char *frames[6];
	bool is_request;
	const char *since;
	guint max;
	bool wants_lines;
} Case;

static const Case cases[] = {
	{{"SINCE", "", ""}, true, "", REQUEST_MAX_EVENTS},
	{{"SINCE", ID, "5"}, true, ID, 5},
	{{"SINCE", ID, "0"}, true, ID, 0},
	{{"SINCE", "", "1000"}, true, "", 1000},
	{{"SINCE", "", "1001"}, true, "", REQUEST_MAX_EVENTS},
	{{"SINCE", "", "999999999"}, true, "", REQUEST_MAX_EVENTS},
	{{"SINCE", "", "007"}, true, "", 7},
	{{"SINCE", "", "1000000000"}, false},
	{{"SINCE", "", "-1"}, false},
	{{"SINCE", "", "+1"}, false},
	{{"SINCE", "", " 1"}, false},
	{{"SINCE", "", "1e3"}, false},
	{{"SINCE", "abab", "1"}, false},
	{{"SINCE", ID "ab", "1"}, false},
	{{"SINCE", "ABabababababababababababababababababababababababababababababababab", "1"},
	 false},
	{{"since", "", "1"}, false},
	{{"SINCE ", "", "1"}, false},
	{{"", "SINCE", "", "1"}, false},
	{{"SINCE", "", "1", "LINES"}, true, "", 1, true},
	{{"SINCE", "", "1", "lines"}, false},
	{{"SINCE", "", "1", "LINES", ""}, false},
	{{"SINCE", ""}, false},
	{{"SINCE", "", "1", ""}, false},
	{{NULL}, false},
};

static void test_cases(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		RequestFrame frames[6];
		Request request;
		guint n = 0;

		while (cases[i].frames[n] != NULL) {
			frames[n] = (RequestFrame){cases[i].frames[n], strlen(cases[i].frames[n])};
			n++;
		}
		g_test_message("case %u", i);
		g_assert_true(request_parse(&request, frames, n) == cases[i].is_request);
		if (cases[i].is_request) {
			g_assert_cmpstr(request.since, ==, cases[i].since);
			g_assert_cmpuint(request.max, ==, cases[i].max);
			g_assert_true(request.wants_lines == cases[i].wants_lines);
		}
	}
}

static void test_zero_bytes_are_no_digits(void)
{
	char id[] = ID;
	RequestFrame frames[] = {{"SINCE", 5}, {id, EVENT_ID_HEX}, {"1\0", 2}};
	Request request;

	g_assert_false(request_parse(&request, frames, 3));
	frames[2].size = 1;
	g_assert_true(request_parse(&request, frames, 3));
	id[30] = '\0';
	g_assert_false(request_parse(&request, frames, 3));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/relay/request/cases", test_cases);
	g_test_add_func("/relay/request/zero-bytes", test_zero_bytes_are_no_digits);
	return g_test_run();
}
