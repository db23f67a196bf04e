/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Notices: what is in them, and above all what is not. */
#include "relay/notice.h"

#include <string.h>

#define ID "abababababababababababababababababababababababababababababababab"
#define EVENT "{\"schema\":\"reeve.event/1\",\"seq\":1,\"prev\":null,\"host\":{\"name\":\"web-1\"},"
#define FILE_A                                                                          \
	"{\"path\":\"/etc/a\",\"op\":\"updated\",\"diff\":\"-hush\",\"settings\":[{}]," \
	"\"actor\":{\"user\":\"hush\"},\"rules\":[{\"title\":\"hush\"}]}"

static bool make(Notice *ret, const char *body)
{
	Message message = {.topic = (char *)"ev/1/alert/unapproved/high/web-1/",
			   .body = body,
			   .size = strlen(body)};

	g_strlcpy(message.id, ID, sizeof(message.id));
	return notice_make(ret, &message);
}

static void test_says_that_and_where_and_no_more(void)
{
	g_auto(Notice) notice = {0};

	g_assert_true(make(&notice, EVENT
			   "\"kind\":\"change\",\"verdict\":\"unapproved\",\"severity\":"
			   "\"high\",\"summary\":\"hush\",\"note\":\"hush\",\"who\":\"hush\","
			   "\"group\":{\"id\":\"g1\",\"state\":\"open\"},\"files\":[" FILE_A "]}"));
	g_assert_cmpstr(notice.topic, ==, "notice/1/alert/unapproved/high/web-1/");
	g_assert_cmpstr(notice.body, ==,
			"{\"schema\":\"reeve.notice/1\",\"id\":\"" ID "\",\"kind\":\"change\","
			"\"verdict\":\"unapproved\",\"severity\":\"high\","
			"\"host\":{\"name\":\"web-1\"},\"group\":\"g1\",\"paths\":[\"/etc/a\"],"
			"\"count\":1}");
}

static void test_paths_are_bounded(void)
{
	g_autoptr(GString) body = g_string_new(EVENT "\"kind\":\"change\",\"verdict\":"
						     "\"unapproved\",\"severity\":\"low\","
						     "\"files\":[" FILE_A);
	g_auto(Notice) notice = {0};
	json_t *read;

	for (guint i = 1; i < NOTICE_PATHS + 5; i++) {
		g_string_append(body, "," FILE_A);
	}
	g_string_append(body, "]}");
	g_assert_true(make(&notice, body->str));
	read = json_loads(notice.body, 0, NULL);
	g_assert_cmpuint(json_array_size(json_object_get(read, "paths")), ==, NOTICE_PATHS);
	g_assert_cmpint(json_integer_value(json_object_get(read, "count")), ==, NOTICE_PATHS + 5);
	json_decref(read);
}

static void test_what_is_told(void)
{
	static const struct {
		const char *body;
		bool is_told;
	} cases[] = {
		{EVENT "\"kind\":\"ack\",\"severity\":\"informational\",\"refers\":[\"" ID "\"]}",
		 true},
		/* an approved state of a path may settle what was open */
		{EVENT "\"kind\":\"change\",\"verdict\":\"restored\",\"severity\":\"low\","
		       "\"files\":[" FILE_A "]}",
		 true},
		{EVENT "\"kind\":\"gap\",\"severity\":\"high\"}", true},
		{EVENT "\"kind\":\"gap\",\"severity\":\"low\"}", false},
		{EVENT "\"kind\":\"baseline\",\"severity\":\"informational\",\"count\":9}", false},
		{"no event", false},
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_auto(Notice) notice = {0};

		g_test_message("case %u", i);
		g_assert_true(make(&notice, cases[i].body) == cases[i].is_told);
		g_assert_true((notice.body != NULL) == cases[i].is_told);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/relay/notice/no-more", test_says_that_and_where_and_no_more);
	g_test_add_func("/relay/notice/bounded", test_paths_are_bounded);
	g_test_add_func("/relay/notice/told", test_what_is_told);
	return g_test_run();
}
