/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Letters: five frames, believed only as far as the body proves them. */
#include "client/letter.h"

#include "wire.h"

#define TOPIC "ev/1/alert/unapproved/low/web-1/"

typedef struct {
	void *zmq, *here, *there;
	Frames frames;
	Letter letter;
} Scene;

static Scene scene_begin(void)
{
	Scene scene = {.zmq = zmq_ctx_new()};

	scene.here = zmq_socket(scene.zmq, ZMQ_PAIR);
	scene.there = zmq_socket(scene.zmq, ZMQ_PAIR);
	g_assert_cmpint(zmq_bind(scene.there, "inproc://letter"), ==, 0);
	g_assert_cmpint(zmq_connect(scene.here, "inproc://letter"), ==, 0);
	frames_init(&scene.frames);
	letter_init(&scene.letter);
	return scene;
}

static void scene_end(Scene *scene)
{
	frames_clear(&scene->frames);
	letter_clear(&scene->letter);
	zmq_close(scene->here);
	zmq_close(scene->there);
	zmq_ctx_term(scene->zmq);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Scene, scene_end)

/* Whether the message that was just sent is a letter. */
static bool arrives(Scene *scene)
{
	g_autoptr(GError) error = NULL;
	bool ok;

	g_assert_true(frames_receive(&scene->frames, scene->there));
	ok = letter_read(&scene->letter, &scene->frames, false, &error);
	g_assert_true(ok == (error == NULL));
	return ok;
}

static void test_event(void)
{
	g_auto(Scene) scene = scene_begin();
	g_auto(Wire) first = wire_event(1, "");
	g_auto(Wire) second = wire_event(2, first.id);

	/* the topic is not hashed, so the letter's is made from the body */
	wire_send(scene.here, "ev/1/info/approved/informational/web-2/", &second);
	g_assert_true(arrives(&scene));
	g_assert_cmpstr(scene.letter.topic, ==, TOPIC);
	g_assert_cmpuint(scene.letter.seq, ==, 2);
	g_assert_cmpstr(scene.letter.id, ==, second.id);
	g_assert_cmpstr(scene.letter.prev, ==, first.id);
	g_assert_cmpstr(scene.letter.body->str, ==, second.body);
	g_assert_false(scene.letter.is_heartbeat);
	wire_send(scene.here, TOPIC, &first);
	g_assert_true(arrives(&scene));
	g_assert_cmpstr(scene.letter.prev, ==, "");
}

static void test_heartbeat(void)
{
	g_auto(Scene) scene = scene_begin();
	g_auto(Wire) wire = wire_event(7, "");

	wire_send(scene.here, "hb/1/web-1/", &wire);
	g_assert_true(arrives(&scene));
	g_assert_true(scene.letter.is_heartbeat);
}

/* An event that is not for us has an id and nothing else. */
static void test_hidden(void)
{
	g_auto(Scene) scene = scene_begin();
	g_auto(Wire) first = wire_event(1, "");
	g_auto(Wire) second = wire_event(2, first.id);
	Wire hidden = second;

	hidden.body = (char *)"";
	wire_send(scene.here, "hidden/1/", &hidden);
	g_assert_true(arrives(&scene));
	g_assert_true(scene.letter.is_hidden);
	g_assert_null(scene.letter.topic);
	hidden.id[0] = '\0';
	wire_send(scene.here, "hidden/1/", &hidden);
	g_assert_false(arrives(&scene));
}

/* Each of the frames, changed. */
static void test_lies(void)
{
	g_auto(Scene) scene = scene_begin();
	g_auto(Wire) first = wire_event(1, "");
	g_auto(Wire) wire = wire_event(2, first.id);
	Wire lie;

	lie = wire;
	lie.seq = 3;
	wire_send(scene.here, TOPIC, &lie);
	g_assert_false(arrives(&scene));
	lie = wire;
	lie.id[0] = lie.id[0] == 'a' ? 'b' : 'a';
	wire_send(scene.here, TOPIC, &lie);
	g_assert_false(arrives(&scene));
	lie = wire;
	lie.prev[0] = '\0';
	wire_send(scene.here, TOPIC, &lie);
	g_assert_false(arrives(&scene));
	lie = wire;
	lie.body = (char *)"{\"schema\":\"reeve.event/1\"}"; /* sound hash, no event */
	event_id(lie.body, strlen(lie.body), lie.id);
	wire_send(scene.here, TOPIC, &lie);
	g_assert_false(arrives(&scene));
	wire_send(scene.here, TOPIC, &wire);
	g_assert_true(arrives(&scene));
}

static void test_garbage(void)
{
	static const char *const garbage[][7] = {
		{""},
		{"x", "y"},
		{TOPIC, "12345678", "", ""},
		{TOPIC, "12345678", "", "", "{}", ""},
		{TOPIC, "1234567", "", "", "{}"},
		{TOPIC, "123456789", "", "", "{}"},
		{TOPIC, "12345678", "id", "", "{}"},
		{TOPIC, "12345678", "", "prev", "{}"},
		{TOPIC, "12345678", "", "", "{}"},
		{TOPIC, "12345678", "", "", ""},
		{"hb/1/web-1/", "1234", "", "", "{}"},
		{"hb", "12345678", "", "", "{}"},
	};
	g_auto(Scene) scene = scene_begin();

	for (guint i = 0; i < G_N_ELEMENTS(garbage); i++) {
		for (guint n = 0; garbage[i][n] != NULL; n++) {
			wire_send_text(scene.here, garbage[i][n], garbage[i][n + 1] != NULL);
		}
		g_test_message("garbage %u", i);
		g_assert_false(arrives(&scene));
	}
}

static void test_many_frames(void)
{
	g_auto(Scene) scene = scene_begin();

	for (guint i = 0; i < 1000; i++) {
		wire_send_text(scene.here, "", i < 999);
	}
	g_assert_false(arrives(&scene));
	g_assert_cmpuint(scene.frames.n, ==, FRAMES_MAX + 1);
	g_assert_false(frames_receive(&scene.frames, scene.there));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/client/letter/event", test_event);
	g_test_add_func("/client/letter/heartbeat", test_heartbeat);
	g_test_add_func("/client/letter/hidden", test_hidden);
	g_test_add_func("/client/letter/lies", test_lies);
	g_test_add_func("/client/letter/garbage", test_garbage);
	g_test_add_func("/client/letter/many-frames", test_many_frames);
	return g_test_run();
}
