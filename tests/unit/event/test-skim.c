/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is skimmed is what parsing finds; what is odd is left to parsing. */
#include "event/skim.h"

#include <string.h>

#define ID "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define HEAD "{\"schema\":\"reeve.event/1\",\"kind\":\"change\",\"seq\":42,\"prev\":"
#define HOST ",\"host\":{\"name\":\"web-1\",\"id\":\"}\"},\"commit\":null"

static void test_same_as_parsing(void)
{
	static const char *const bodies[] = {
		HEAD "\"" ID "\"" HOST
		     ",\"verdict\":\"unapproved\",\"severity\":\"high\",\"summary\":\"a \\\"}]\","
		     "\"files\":[{\"path\":\"/x\",\"verdict\":\"approved\",\"rules\":[]}]}",
		HEAD "null" HOST ",\"severity\":\"low\"}",
		HEAD "null" HOST ",\"verdict\":\"new\",\"severity\":\"odd\"}",
	};

	for (guint i = 0; i < G_N_ELEMENTS(bodies); i++) {
		json_t *event = event_parse(bodies[i], strlen(bodies[i]), NULL);
		g_autofree char *topic = event_topic(event);
		EventSkim skim;

		g_assert_true(event_skim(&skim, bodies[i], strlen(bodies[i])));
		g_assert_cmpstr(skim.topic, ==, topic);
		g_assert_cmpuint(skim.seq, ==, 42);
		g_assert_cmpstr(skim.prev, ==, i == 0 ? ID : "");
		g_free(skim.topic);
		json_decref(event);
	}
}

static void test_left_to_parsing(void)
{
	static const char *const bodies[] = {
		"",
		"{}",
		"nonsense",
		HEAD "null" HOST ",\"severity\":\"low\"",
		HEAD "null" HOST ",\"severity\":\"low\",}",
		HEAD "null" HOST ", \"severity\":\"low\"}",
		HEAD "null" HOST ",\"severity\":\"l\\u006fw\"}",
		HEAD "null" HOST ",\"severity\":\"low\",\"severity\":\"low\"}",
		HEAD "null" HOST ",\"severity\":\"low\",\"a\":[}",
		HEAD "null" HOST ",\"severity\":\"low\",\"a\":\"}",
		HEAD "\"x\"" HOST ",\"severity\":\"low\"}",
		HEAD "null,\"severity\":\"low\"}",
	};

	for (guint i = 0; i < G_N_ELEMENTS(bodies); i++) {
		EventSkim skim;

		g_test_message("%s", bodies[i]);
		g_assert_false(event_skim(&skim, bodies[i], strlen(bodies[i])));
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/skim/same-as-parsing", test_same_as_parsing);
	g_test_add_func("/skim/left-to-parsing", test_left_to_parsing);
	return g_test_run();
}
