/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages: a line becomes five frames. */
#include "relay/message.h"

#include <string.h>
#include <zmq.h>

#include "line.h"

static JournalLine line_of(const char *body)
{
	JournalLine line = {.body = body, .size = strlen(body)};

	event_id(body, strlen(body), line.id);
	return line;
}

static void test_read(void)
{
	g_auto(Message) first = {0}, second = {0};
	char one_id[EVENT_ID_HEX + 1], two_id[EVENT_ID_HEX + 1];
	g_autofree char *one = line_body(1, "", one_id);
	g_autofree char *two = line_body(2, one_id, two_id);
	JournalLine line = line_of(one);
	GError *error = NULL;

	g_assert_true(message_read(&first, &line, &error));
	g_assert_no_error(error);
	g_assert_cmpstr(first.topic, ==, "ev/1/alert/unapproved/low/web-1/");
	g_assert_cmpuint(first.seq, ==, 1);
	g_assert_cmpstr(first.id, ==, one_id);
	g_assert_cmpstr(first.prev, ==, "");
	line = line_of(two);
	g_assert_true(message_read(&second, &line, &error));
	g_assert_cmpstr(second.prev, ==, one_id);
	g_assert_cmpmem(second.body, second.size, two, strlen(two));
}

/* Damage is told, under a topic that everybody who listens for alerts hears. */
static void test_damage(void)
{
	static const char *const damaged[] = {"", "{", "null", "{\"schema\":\"reeve.event/1\"}",
					      "\xff\xfe"};

	for (guint i = 0; i < G_N_ELEMENTS(damaged); i++) {
		g_auto(Message) message = {0};
		JournalLine line = line_of(damaged[i]);
		g_autoptr(GError) error = NULL;

		g_assert_false(message_read(&message, &line, &error));
		g_assert_nonnull(error);
		g_assert_true(g_str_has_prefix(message.topic, "ev/1/alert/"));
		g_assert_cmpuint(message.seq, ==, 0);
		g_assert_cmpstr(message.prev, ==, "");
		g_assert_cmpstr(message.id, ==, line.id);
		g_assert_cmpmem(message.body, message.size, damaged[i], strlen(damaged[i]));
	}
}

static void expect(void *socket, const void *data, gsize size, bool has_more)
{
	char frame[512];
	int got = zmq_recv(socket, frame, sizeof(frame), ZMQ_DONTWAIT);
	int more;
	size_t more_size = sizeof(more);

	g_assert_cmpint(got, >=, 0);
	g_assert_cmpmem(frame, (gsize)got, data, size);
	g_assert_cmpint(zmq_getsockopt(socket, ZMQ_RCVMORE, &more, &more_size), ==, 0);
	g_assert_cmpint(more, ==, has_more);
}

static void test_frames(void)
{
	static const guint8 seq[] = {0, 0, 0, 0, 0, 0, 1, 2};
	Message message = {.topic = (char *)"ev/", .seq = 258, .body = "{}", .size = 2};
	void *zmq = zmq_ctx_new();
	void *here = zmq_socket(zmq, ZMQ_PAIR), *there = zmq_socket(zmq, ZMQ_PAIR);
	int linger = 0;

	memset(message.id, 'a', EVENT_ID_HEX);
	g_assert_cmpint(zmq_bind(there, "inproc://frames"), ==, 0);
	g_assert_cmpint(zmq_connect(here, "inproc://frames"), ==, 0);
	g_assert_cmpint(message_send(here, NULL, &message), ==, MESSAGE_SENT);
	expect(there, "ev/", 3, true);
	expect(there, seq, sizeof(seq), true);
	expect(there, message.id, EVENT_ID_HEX, true);
	expect(there, "", 0, true);
	expect(there, "{}", 2, false);
	g_assert_cmpint(message_send_word(here, NULL, "END", "x", 1), ==, MESSAGE_SENT);
	expect(there, "END", 3, true);
	expect(there, "x", 1, false);
	zmq_setsockopt(here, ZMQ_LINGER, &linger, sizeof(linger));
	zmq_close(here);
	zmq_close(there);
	zmq_ctx_term(zmq);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/relay/message/read", test_read);
	g_test_add_func("/relay/message/damage", test_damage);
	g_test_add_func("/relay/message/frames", test_frames);
	return g_test_run();
}
