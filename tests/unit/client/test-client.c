/* SPDX-License-Identifier: LGPL-3.0-or-later */
/*
 * The client before a relay that the test plays, message by message, in the same thread: a call of
 * client_next that has nothing to give returns at once, and in between the relay answers.
 */
#include "client/client.h"

#include "wire.h"

#include <glib/gstdio.h>

#define TOPIC "ev/1/alert/unapproved/low/web-1/"
#define HEARTBEAT "hb/1/web-1/"
#define PATIENCE_MS 20000 /* until something that must come counts as never coming */
#define EVENTS 8

typedef struct {
	char *dir;
	void *zmq, *live, *replay;
	Client *client;
	Wire events[EVENTS]; /* a sound chain */
	char peer[64];       /* routing id of the last request */
	int peer_size;
} Scene;

static void *listen_at(Scene *scene, int type, const char *name)
{
	g_autofree char *url = g_strdup_printf("ipc://%s/%s", scene->dir, name);
	void *socket = zmq_socket(scene->zmq, type);
	int linger = 0, patience = PATIENCE_MS;

	zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof(linger));
	zmq_setsockopt(socket, ZMQ_RCVTIMEO, &patience, sizeof(patience));
	g_assert_cmpint(zmq_bind(socket, url), ==, 0);
	return socket;
}

/* Waits until the client's subscriptions have come. */
static void hear_subscriptions(Scene *scene)
{
	char frame[64];

	for (guint i = 0; i < 2; i++) {
		int size = zmq_recv(scene->live, frame, sizeof(frame), 0);

		g_assert_cmpint(size, ==, 6);
		g_assert_cmpint(frame[0], ==, 1);
	}
}

static Scene scene_begin(const char *since, int silence_ms)
{
	Scene scene = {.dir = g_dir_make_tmp("reeve-client-XXXXXX", NULL), .zmq = zmq_ctx_new()};
	g_autofree char *live = g_strdup_printf("ipc://%s/live", scene.dir);
	g_autofree char *replay = g_strdup_printf("ipc://%s/replay", scene.dir);
	GError *error = NULL;

	for (guint i = 0; i < EVENTS; i++) {
		scene.events[i] = wire_event(i + 1, i == 0 ? "" : scene.events[i - 1].id);
	}
	scene.live = listen_at(&scene, ZMQ_XPUB, "live");
	scene.replay = listen_at(&scene, ZMQ_ROUTER, "replay");
	if (since != NULL && strlen(since) == 1) {
		since = scene.events[*since - '1'].id; /* "3": the third event's */
	}
	scene.client = client_new(
		&(ClientOptions){
			.live = live, .replay = replay, .since = since, .silence_ms = silence_ms},
		&error);
	g_assert_no_error(error);
	hear_subscriptions(&scene);
	return scene;
}

static void scene_end(Scene *scene)
{
	g_autofree char *live = g_build_filename(scene->dir, "live", NULL);
	g_autofree char *replay = g_build_filename(scene->dir, "replay", NULL);

	client_free(scene->client);
	zmq_close(scene->live);
	zmq_close(scene->replay);
	zmq_ctx_term(scene->zmq);
	for (guint i = 0; i < EVENTS; i++) {
		wire_clear(&scene->events[i]);
	}
	g_unlink(live);
	g_unlink(replay);
	g_rmdir(scene->dir);
	g_free(scene->dir);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Scene, scene_end)

/* Lets the client work until it asks, and checks its request. */
static void expect_request(Scene *scene, const char *since, const char *max)
{
	const char *const frames[] = {"SINCE", since, max, "LINES"};
	zmq_pollitem_t on = {scene->replay, 0, ZMQ_POLLIN, 0};
	ClientEvent event;
	char frame[128];

	while (zmq_poll(&on, 1, 0) == 0) {
		g_assert_cmpint(client_next(scene->client, 10, &event, NULL), ==, CLIENT_TIMEOUT);
	}
	scene->peer_size = zmq_recv(scene->replay, scene->peer, sizeof(scene->peer), 0);
	for (guint i = 0; i < G_N_ELEMENTS(frames); i++) {
		int size = zmq_recv(scene->replay, frame, sizeof(frame), 0);

		g_assert_cmpmem(frame, (gsize)size, frames[i], strlen(frames[i]));
	}
}

static void answer_event(Scene *scene, const Wire *wire)
{
	wire_send_frame(scene->replay, scene->peer, (gsize)scene->peer_size, true);
	wire_send(scene->replay, TOPIC, wire);
}

/* Answers events number `first` to `last`. */
static void answer_events(Scene *scene, guint first, guint last)
{
	for (guint n = first; n <= last; n++) {
		answer_event(scene, &scene->events[n - 1]);
	}
}

static void answer_word(Scene *scene, const char *word, const char *id)
{
	wire_send_frame(scene->replay, scene->peer, (gsize)scene->peer_size, true);
	wire_send_text(scene->replay, word, true);
	wire_send_text(scene->replay, id, false);
}

/* The same as lines of the journal in one message; `more` follows them. */
static void answer_lines(Scene *scene, guint first, guint last, const char *more)
{
	g_autoptr(GString) lines = g_string_new(NULL);

	for (guint n = first; n <= last; n++) {
		g_string_append_printf(lines, "%s\n", scene->events[n - 1].body);
	}
	g_string_append(lines, more);
	answer_word(scene, "LINES", lines->str);
}

static void expect(Scene *scene, ClientResult result, ClientEvent *ret)
{
	g_autoptr(GError) error = NULL;

	g_assert_cmpint(client_next(scene->client, PATIENCE_MS, ret, &error), ==, result);
	g_assert_true((error != NULL) == (result == CLIENT_BROKEN));
}

static void expect_events(Scene *scene, guint first, guint last)
{
	for (guint n = first; n <= last; n++) {
		const Wire *wire = &scene->events[n - 1];
		ClientEvent event;

		expect(scene, CLIENT_EVENT, &event);
		g_assert_cmpuint(event.seq, ==, n);
		g_assert_cmpstr(event.id, ==, wire->id);
		g_assert_cmpstr(event.prev, ==, wire->prev);
		g_assert_cmpstr(event.body, ==, wire->body);
		g_assert_cmpuint(event.size, ==, strlen(wire->body));
		g_assert_cmpstr(event.topic, ==, TOPIC);
		g_assert_cmpstr(client_cursor(scene->client), ==, wire->id);
	}
}

static const char *id_of(const Scene *scene, guint n)
{
	return scene->events[n - 1].id;
}

/* From the beginning, up to event `n`, then live. */
static Scene scene_follow(guint n)
{
	Scene scene = scene_begin("", 0);

	expect_request(&scene, "", "1000");
	answer_events(&scene, 1, n);
	answer_word(&scene, "END", id_of(&scene, n));
	expect_events(&scene, 1, n);
	return scene;
}

static void publish(Scene *scene, const char *topic, guint n)
{
	wire_send(scene->live, topic, &scene->events[n - 1]);
}

static void test_replays_then_follows(void)
{
	g_auto(Scene) scene = scene_follow(3);

	publish(&scene, TOPIC, 4);
	publish(&scene, TOPIC, 5);
	publish(&scene, HEARTBEAT, 5);
	publish(&scene, TOPIC, 6);
	expect_events(&scene, 4, 6);
}

/* What is published while an answer is due comes twice, and is given out once. */
static void test_overlap(void)
{
	g_auto(Scene) scene = scene_begin("2", 0);

	expect_request(&scene, id_of(&scene, 2), "1000");
	for (guint n = 1; n <= 6; n++) {
		publish(&scene, TOPIC, n);
	}
	answer_events(&scene, 3, 5);
	answer_word(&scene, "END", id_of(&scene, 5));
	expect_events(&scene, 3, 6);
}

static void test_pages(void)
{
	g_auto(Scene) scene = scene_begin("", 0);

	expect_request(&scene, "", "1000");
	answer_events(&scene, 1, 2);
	answer_word(&scene, "END", id_of(&scene, 5));
	expect_events(&scene, 1, 2);
	expect_request(&scene, id_of(&scene, 2), "1000");
	answer_events(&scene, 3, 5);
	answer_word(&scene, "END", id_of(&scene, 5));
	expect_events(&scene, 3, 5);
}

static void test_gap_is_asked_for(void)
{
	g_auto(Scene) scene = scene_follow(2);

	publish(&scene, TOPIC, 5);
	expect_request(&scene, id_of(&scene, 2), "1000");
	answer_events(&scene, 3, 5);
	answer_word(&scene, "END", id_of(&scene, 5));
	expect_events(&scene, 3, 5);
}

static void test_heartbeat_tells_of_lost_tail(void)
{
	g_auto(Scene) scene = scene_follow(2);

	publish(&scene, HEARTBEAT, 3);
	expect_request(&scene, id_of(&scene, 2), "1000");
	answer_events(&scene, 3, 3);
	answer_word(&scene, "END", id_of(&scene, 3));
	expect_events(&scene, 3, 3);
}

static void test_from_now_on(void)
{
	g_auto(Scene) scene = scene_begin(NULL, 0);

	g_assert_null(client_cursor(scene.client));
	expect_request(&scene, "", "0");
	publish(&scene, TOPIC, 3); /* before the head, came late */
	answer_word(&scene, "END", id_of(&scene, 4));
	expect_request(&scene, id_of(&scene, 4), "1000");
	g_assert_cmpstr(client_cursor(scene.client), ==, id_of(&scene, 4));
	answer_word(&scene, "END", id_of(&scene, 4));
	publish(&scene, TOPIC, 5);
	expect_events(&scene, 5, 5);
}

static void test_from_now_on_in_an_empty_journal(void)
{
	g_auto(Scene) scene = scene_begin(NULL, 0);

	expect_request(&scene, "", "0");
	answer_word(&scene, "END", "");
	publish(&scene, TOPIC, 1);
	expect_events(&scene, 1, 1);
}

static void test_gone(void)
{
	g_auto(Scene) scene = scene_begin("3", 0);
	ClientEvent event;

	expect_request(&scene, id_of(&scene, 3), "1000");
	answer_word(&scene, "GONE", id_of(&scene, 1));
	expect(&scene, CLIENT_GONE, &event);
	expect(&scene, CLIENT_GONE, &event); /* final */
	g_assert_cmpstr(client_cursor(scene.client), ==, id_of(&scene, 3));
}

/* The live side is a hint: garbage there makes the client ask, and nothing is lost. */
static void test_live_garbage_makes_it_ask(void)
{
	g_auto(Scene) scene = scene_follow(2);
	Wire forged = scene.events[2];

	forged.body = (char *)"{\"forged\":true}";
	wire_send(scene.live, TOPIC, &forged);
	expect_request(&scene, id_of(&scene, 2), "1000");
	answer_word(&scene, "END", id_of(&scene, 2));
	wire_send_text(scene.live, HEARTBEAT, false);
	expect_request(&scene, id_of(&scene, 2), "1000");
	answer_events(&scene, 3, 3);
	answer_word(&scene, "END", id_of(&scene, 3));
	expect_events(&scene, 3, 3);
}

/* An answer is a fact: one that does not fit is the end. */
static void test_broken_answers(void)
{
	for (guint lie = 0; lie < 6; lie++) {
		g_auto(Scene) scene = scene_begin("2", 0);
		g_auto(Wire) fork = wire_event(3, id_of(&scene, 1));
		g_auto(Wire) jump = wire_event(9, id_of(&scene, 3));
		Wire forged = scene.events[2];
		ClientEvent event;

		expect_request(&scene, id_of(&scene, 2), "1000");
		switch (lie) {
		case 0:
			answer_event(&scene, &fork);
			break;
		case 1:
			forged.body = fork.body;
			answer_event(&scene, &forged);
			break;
		case 2:
			answer_event(&scene, &scene.events[3]);
			break;
		case 3:
			answer_event(&scene, &scene.events[2]);
			answer_event(&scene, &jump);
			expect_events(&scene, 3, 3);
			break;
		case 4:
			answer_word(&scene, "END", "nonsense");
			break;
		case 5:
			answer_word(&scene, "END", id_of(&scene, 5)); /* but nothing given */
			break;
		}
		g_test_message("lie %u", lie);
		expect(&scene, CLIENT_BROKEN, &event);
		expect(&scene, CLIENT_BROKEN, &event);
	}
}

static void test_lines(void)
{
	g_auto(Scene) scene = scene_begin("2", 0);

	expect_request(&scene, id_of(&scene, 2), "1000");
	answer_lines(&scene, 3, 5, "");
	answer_event(&scene, &scene.events[5]); /* the forms may change in the middle */
	answer_lines(&scene, 7, 7, "");
	answer_word(&scene, "END", id_of(&scene, 7));
	expect_events(&scene, 3, 7);
}

static void test_broken_lines(void)
{
	for (guint lie = 0; lie < 4; lie++) {
		g_auto(Scene) scene = scene_begin("2", 0);
		g_autofree char *fork =
			g_strdup_printf("%s\n", scene.events[5].body); /* not the next */
		const char *const more[] = {"", "half a line", "no event\n", fork};
		ClientEvent event;

		expect_request(&scene, id_of(&scene, 2), "1000");
		if (lie == 0) {
			answer_word(&scene, "LINES", "");
		} else {
			answer_lines(&scene, 3, 4, more[lie]);
			expect_events(&scene, 3, 4);
		}
		g_test_message("lie %u", lie);
		expect(&scene, CLIENT_BROKEN, &event);
		expect(&scene, CLIENT_BROKEN, &event);
		g_assert_cmpstr(client_cursor(scene.client), ==, id_of(&scene, lie == 0 ? 2 : 4));
	}
}

static void test_silence(void)
{
	g_auto(Scene) scene = scene_begin("2", 30);
	ClientEvent event;

	expect(&scene, CLIENT_SILENT, &event);
	g_assert_cmpint(client_next(scene.client, 60, &event, NULL), ==, CLIENT_TIMEOUT);
	expect_request(&scene, id_of(&scene, 2), "1000");
	answer_events(&scene, 3, 3);
	expect(&scene, CLIENT_HEARD, &event);
	expect_events(&scene, 3, 3);
}

static void test_bad_options(void)
{
	static const struct {
		const char *live, *replay, *since;
	} cases[] = {
		{"tcp://127.0.0.1:1", "ipc:///r", NULL}, {"ipc:///l", "tcp://127.0.0.1:1", NULL},
		{"ipc:///l", "inproc://r", NULL},        {"", "ipc:///r", NULL},
		{"ipc:///l", "ipc:///r", "abc"},         {"ipc:///l", "ipc:///r", "latest"},
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		ClientOptions options = {cases[i].live, cases[i].replay, cases[i].since, 0};
		g_autoptr(GError) error = NULL;

		g_assert_null(client_new(&options, &error));
		g_assert_nonnull(error);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/client/client/replays", test_replays_then_follows);
	g_test_add_func("/client/client/overlap", test_overlap);
	g_test_add_func("/client/client/pages", test_pages);
	g_test_add_func("/client/client/gap", test_gap_is_asked_for);
	g_test_add_func("/client/client/lost-tail", test_heartbeat_tells_of_lost_tail);
	g_test_add_func("/client/client/from-now", test_from_now_on);
	g_test_add_func("/client/client/from-now-empty", test_from_now_on_in_an_empty_journal);
	g_test_add_func("/client/client/gone", test_gone);
	g_test_add_func("/client/client/live-garbage", test_live_garbage_makes_it_ask);
	g_test_add_func("/client/client/broken", test_broken_answers);
	g_test_add_func("/client/client/lines", test_lines);
	g_test_add_func("/client/client/broken-lines", test_broken_lines);
	g_test_add_func("/client/client/silence", test_silence);
	g_test_add_func("/client/client/bad-options", test_bad_options);
	return g_test_run();
}
