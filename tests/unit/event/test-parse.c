/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading bytes back: what is refused, what is an alert, and the topic it goes out under. */
#include "specimens.h"

#define HEAD "{\"schema\":\"reeve.event/1\",\"kind\":\"gap\",\"seq\":1,\"prev\":null"

static void test_refuses(void)
{
	static const char *const bad[] = {
		"",
		"{}",
		"[]",
		"null",
		"\"reeve.event/1\"",
		HEAD,
		HEAD ",\"x\":1,\"x\":2}",
		HEAD "}\n",
		HEAD "}{}",
		HEAD "\r}",
		" " HEAD "}",
		HEAD "} ",
		HEAD ",\"x\":\"\xff\"}",
		"{\"schema\":\"reeve.event/2\",\"kind\":\"gap\",\"seq\":1,\"prev\":null}",
		"{\"schema\":\"reeve.event/1\",\"kind\":\"gaps\",\"seq\":1,\"prev\":null}",
		"{\"schema\":\"reeve.event/1\",\"kind\":\"gap\",\"seq\":0,\"prev\":null}",
		"{\"schema\":\"reeve.event/1\",\"kind\":\"gap\",\"seq\":1.0,\"prev\":null}",
		"{\"schema\":\"reeve.event/1\",\"kind\":\"gap\",\"seq\":9007199254740992,"
		"\"prev\":null}",
		"{\"schema\":\"reeve.event/1\",\"kind\":\"gap\",\"seq\":1}",
		"{\"schema\":\"reeve.event/1\",\"kind\":\"gap\",\"seq\":1,\"prev\":\"\"}",
		"{\"schema\":\"reeve.event/1\",\"kind\":\"gap\",\"seq\":1,\"prev\":\"A" SPECIMEN_ID
		"\"}",
	};

	for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autoptr(GError) error = NULL;

		g_test_message("case %u", i);
		g_assert_null(event_parse(bad[i], strlen(bad[i]), &error));
		g_assert_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX);
	}
}

static void test_refuses_nul(void)
{
	static const char with_nul[] = HEAD "\0}";
	g_autoptr(GError) error = NULL;

	g_assert_null(event_parse(with_nul, sizeof(with_nul) - 1, &error));
	g_assert_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX);
}

static void test_accepts(void)
{
	g_autoptr(GError) error = NULL;
	json_t *event = event_parse(HEAD "}", strlen(HEAD "}"), &error);

	g_assert_no_error(error);
	json_decref(event);
}

static void test_refuses_too_much(void)
{
	gsize size = EVENT_MAX_BYTES + 4097;
	g_autofree char *much = g_strnfill(size, ' ');
	g_autoptr(GError) error = NULL;

	memcpy(much, HEAD "}", strlen(HEAD "}"));
	g_assert_null(event_parse(much, size, &error));
	g_assert_error(error, REEVE_ERROR, REEVE_ERROR_LIMIT);
}

static void test_deep(void)
{
	g_autoptr(GString) deep = g_string_new(HEAD ",\"x\":");
	g_autoptr(GError) error = NULL;

	for (guint i = 0; i < 100000; i++) {
		g_string_append_c(deep, '[');
	}
	g_assert_null(event_parse(deep->str, deep->len, &error));
	g_assert_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX);
}

static const struct {
	const char *members; /* behind HEAD */
	bool is_alert;
	const char *topic;
} topics[] = {
	{",\"verdict\":\"unapproved\",\"severity\":\"low\",\"host\":{\"name\":\"web-1\"}", true,
	 "ev/1/alert/unapproved/low/web-1/"},
	{",\"verdict\":\"approved\",\"severity\":\"low\",\"host\":{\"name\":\"web-1\"}", false,
	 "ev/1/info/approved/low/web-1/"},
	{",\"verdict\":\"approved\",\"severity\":\"high\",\"host\":{\"name\":\"web-1\"}", true,
	 "ev/1/alert/approved/high/web-1/"},
	{",\"severity\":\"medium\",\"host\":{\"name\":\"web-1\"}", false,
	 "ev/1/info/gap/medium/web-1/"},
	{",\"severity\":\"low\",\"host\":{\"name\":\"a/b c\xc3\xa9\"}", false,
	 "ev/1/info/gap/low/a_b_c__/"},
	{",\"severity\":\"low\"", false, "ev/1/info/gap/low/_/"},
	{",\"verdict\":\"x/y\",\"severity\":\"low\"", true, "ev/1/alert/unknown/low/_/"},
	{",\"severity\":\"x/y\"", true, "ev/1/alert/gap/unknown/_/"},
	{",\"severity\":7,\"verdict\":[]", false, "ev/1/info/gap/unknown/_/"},
};

static void test_topics(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(topics); i++) {
		g_autofree char *body = g_strconcat(HEAD, topics[i].members, "}", NULL);
		json_t *event = event_parse(body, strlen(body), NULL);
		g_autofree char *topic = NULL;

		g_assert_nonnull(event);
		topic = event_topic(event);
		g_assert_cmpstr(topic, ==, topics[i].topic);
		g_assert_cmpint(event_is_alert(event), ==, topics[i].is_alert);
		json_decref(event);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/parse/refuses", test_refuses);
	g_test_add_func("/parse/refuses-nul", test_refuses_nul);
	g_test_add_func("/parse/accepts", test_accepts);
	g_test_add_func("/parse/refuses-too-much", test_refuses_too_much);
	g_test_add_func("/parse/deep", test_deep);
	g_test_add_func("/parse/topics", test_topics);
	return g_test_run();
}
