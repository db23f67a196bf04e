/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Clients that are owed an answer. */
#include "relay/peer.h"

static Peer *peer_named(const char *name)
{
	g_autoptr(GBytes) id = g_bytes_new_static(name, 1);

	return peer_new(id, "uid:0");
}

static void test_requests_wait_in_order(void)
{
	Peer *peer = peer_named("a");
	Request request = {0};
	guint taken = 0;

	while (request.max = taken + 1, peer_push(peer, &request)) {
		taken++;
	}
	g_assert_cmpuint(taken, ==, 4);
	for (guint n = 1; n <= taken; n++) {
		const Request *first = g_queue_peek_head(&peer->requests);

		g_assert_cmpuint(first->max, ==, n);
		peer->is_begun = true;
		peer_pop(peer);
		g_assert_false(peer->is_begun);
	}
	g_assert_true(peer_push(peer, &request));
	peer_free(peer);
}

static void test_stuck_tries_later_and_gives_up(void)
{
	Peer *peer = peer_named("b");
	gint64 now = 1000;
	guint tries = 0;

	while (peer_set_stuck(peer, now)) {
		gint64 wait = peer->retry_usec - now;

		g_assert_cmpint(wait, ==, MIN(1 << MIN(tries, 6), 64) * 1000);
		now = peer->retry_usec;
		tries++;
	}
	g_assert_cmpint(now, >, 30 * G_USEC_PER_SEC);
	g_assert_cmpint(now, <, 31 * G_USEC_PER_SEC);
	peer_free(peer);
}

static void test_moving_begins_anew(void)
{
	Peer *peer = peer_named("c");

	for (gint64 now = 1; now < 60 * G_USEC_PER_SEC; now += 20 * G_USEC_PER_SEC) {
		g_assert_true(peer_set_stuck(peer, now));
		peer_set_moving(peer);
		g_assert_cmpint(peer->retry_usec, ==, 0);
	}
	peer_free(peer);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/relay/peer/order", test_requests_wait_in_order);
	g_test_add_func("/relay/peer/stuck", test_stuck_tries_later_and_gives_up);
	g_test_add_func("/relay/peer/moving", test_moving_begins_anew);
	return g_test_run();
}
