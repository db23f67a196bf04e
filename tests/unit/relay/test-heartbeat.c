/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Heartbeats: the frames of the head, and a body about the host. */
#include "relay/heartbeat.h"

#include <string.h>

#define NOON G_GINT64_CONSTANT(1795316645123456) /* 2026-11-22T03:04:05.123456Z */

static void test_frames_and_body(void)
{
	g_autoptr(Heartbeat) heartbeat = heartbeat_new("web-1");
	Position head = {.seq = 42, .id = "aa", .prev = "bb"};
	const Message *message = heartbeat_beat(
		heartbeat, &head, NOON, json_pack("{s:s, s:[]}", "health", "ready", "degraded"),
		"{\"seq\":41}");

	g_assert_cmpstr(message->topic, ==, "hb/1/web-1/");
	g_assert_cmpuint(message->seq, ==, 42);
	g_assert_cmpstr(message->id, ==, "aa");
	g_assert_cmpstr(message->prev, ==, "bb");
	g_assert_cmpstr(
		message->body, ==,
		"{\"schema\":\"reeve.heartbeat/1\",\"time\":\"2026-11-22T03:04:05.123456Z\","
		"\"host\":{\"name\":\"web-1\"},\"health\":\"ready\",\"degraded\":[],"
		"\"checkpoint\":{\"seq\":41}}");
	g_assert_cmpuint(message->size, ==, strlen(message->body));
	message = heartbeat_beat(heartbeat, &(Position){0}, NOON, json_object(), NULL);
	g_assert_cmpstr(message->id, ==, "");
}

static void test_odd_host_names(void)
{
	g_autoptr(Heartbeat) heartbeat = heartbeat_new("a/b\xff\n");
	const Message *message =
		heartbeat_beat(heartbeat, &(Position){0}, NOON, json_object(), NULL);

	g_assert_cmpstr(message->topic, ==, "hb/1/a_b__/");
	g_assert_nonnull(strstr(message->body, "\"name\":\"a/b\\\\xff\\\\n\""));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/relay/heartbeat/frames", test_frames_and_body);
	g_test_add_func("/relay/heartbeat/odd-hosts", test_odd_host_names);
	return g_test_run();
}
