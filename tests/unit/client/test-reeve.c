/* SPDX-License-Identifier: LGPL-3.0-or-later */
/*
 * libreeve as a program sees it: before a relay that the test plays in the same thread. That the
 * library is installed and linked is tests/e2e/test_libreeve.py's.
 */
#include "client/reeve.h"

#include "wire.h"

#include <glib/gstdio.h>
#include <poll.h>

#define ALERT "ev/1/alert/unapproved/low/web-1/"
#define PATIENCE_MS 60000 /* until something that must come counts as never coming */
#define EVENTS 3

typedef struct {
	char *dir, *live_url, *replay_url;
	void *zmq, *live, *replay;
	Wire events[EVENTS];
} Scene;

static void *listen_at(Scene *scene, int type, const char *url)
{
	void *socket = zmq_socket(scene->zmq, type);
	int linger = 0, patience = PATIENCE_MS;

	zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof(linger));
	zmq_setsockopt(socket, ZMQ_RCVTIMEO, &patience, sizeof(patience));
	g_assert_cmpint(zmq_bind(socket, url), ==, 0);
	return socket;
}

static Scene scene_begin(void)
{
	Scene scene = {.dir = g_dir_make_tmp("reeve-XXXXXX", NULL), .zmq = zmq_ctx_new()};

	scene.live_url = g_strdup_printf("ipc://%s/live", scene.dir);
	scene.replay_url = g_strdup_printf("ipc://%s/replay", scene.dir);
	scene.live = listen_at(&scene, ZMQ_XPUB, scene.live_url);
	scene.replay = listen_at(&scene, ZMQ_ROUTER, scene.replay_url);
	for (guint i = 0; i < EVENTS; i++) {
		scene.events[i] = wire_event(i + 1, i == 0 ? "" : scene.events[i - 1].id);
	}
	return scene;
}

static void scene_end(Scene *scene)
{
	zmq_close(scene->live);
	zmq_close(scene->replay);
	zmq_ctx_term(scene->zmq);
	for (guint i = 0; i < EVENTS; i++) {
		wire_clear(&scene->events[i]);
	}
	g_unlink(scene->live_url + strlen("ipc://"));
	g_unlink(scene->replay_url + strlen("ipc://"));
	g_rmdir(scene->dir);
	g_free(scene->dir);
	g_free(scene->live_url);
	g_free(scene->replay_url);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Scene, scene_end)

/* Takes one request; returns the size of who asked. */
static gsize hear(Scene *scene, char peer[64])
{
	char frame[128];
	int size = zmq_recv(scene->replay, peer, 64, 0);
	int more = 1;
	gsize more_size = sizeof(more);

	g_assert_cmpint(size, >, 0);
	while (more) {
		zmq_recv(scene->replay, frame, sizeof(frame), 0);
		zmq_getsockopt(scene->replay, ZMQ_RCVMORE, &more, &more_size);
	}
	return (gsize)size;
}

/* Answers one request, whatever it is, with all events. */
static void answer(Scene *scene)
{
	char peer[64];
	gsize size = hear(scene, peer);

	for (guint i = 0; i < EVENTS; i++) {
		wire_send_frame(scene->replay, peer, size, true);
		wire_send(scene->replay, ALERT, &scene->events[i]);
	}
	wire_send_frame(scene->replay, peer, size, true);
	wire_send_text(scene->replay, "END", true);
	wire_send_text(scene->replay, scene->events[EVENTS - 1].id, false);
}

static Reeve *open_at(const Scene *scene, const char *const *topics)
{
	return reeve_open(&(ReeveOptions){.size = sizeof(ReeveOptions),
					  .live = scene->live_url,
					  .replay = scene->replay_url,
					  .since = "",
					  .topics = topics});
}

/* Calls the library until it has asked. */
static void let_it_ask(const Scene *scene, Reeve *reeve)
{
	zmq_pollitem_t on = {scene->replay, 0, ZMQ_POLLIN, 0};

	while (zmq_poll(&on, 1, 0) == 0) {
		g_assert_cmpint(reeve_next(reeve, 10, NULL), ==, REEVE_NOTHING);
	}
}

static void test_events_in_order(void)
{
	g_auto(Scene) scene = scene_begin();
	Reeve *reeve = open_at(&scene, NULL);
	ReeveEvent event;

	g_assert_cmpstr(reeve_cursor(reeve), ==, "");
	let_it_ask(&scene, reeve);
	answer(&scene);
	for (guint i = 0; i < EVENTS; i++) {
		g_assert_cmpint(reeve_next(reeve, PATIENCE_MS, &event), ==, REEVE_EVENT);
		g_assert_cmpuint(event.seq, ==, i + 1);
		g_assert_cmpstr(event.id, ==, scene.events[i].id);
		g_assert_cmpstr(event.body, ==, scene.events[i].body);
		g_assert_cmpuint(event.body_size, ==, strlen(event.body));
		g_assert_cmpstr(reeve_cursor(reeve), ==, event.id);
	}
	g_assert_cmpstr(reeve_error(reeve), ==, "");
	reeve_close(reeve);
}

/* What is of another topic is not given out, but it moves the cursor. */
static void test_topics(void)
{
	static const char *const critical[] = {"ev/1/alert/unapproved/critical/", "ev/1/info/",
					       NULL};
	static const char *const low[] = {"ev/1/info/", "ev/1/alert/unapproved/", NULL};
	g_auto(Scene) scene = scene_begin();
	Reeve *deaf = open_at(&scene, critical), *hearing = open_at(&scene, low);

	let_it_ask(&scene, deaf);
	answer(&scene);
	while (g_strcmp0(reeve_cursor(deaf), scene.events[EVENTS - 1].id) != 0) {
		g_assert_cmpint(reeve_next(deaf, 10, NULL), ==, REEVE_NOTHING);
	}
	let_it_ask(&scene, hearing);
	answer(&scene);
	g_assert_cmpint(reeve_next(hearing, PATIENCE_MS, NULL), ==, REEVE_EVENT);
	reeve_close(deaf);
	reeve_close(hearing);
}

/* A loop of one's own: nothing but the descriptor says when there is something to do. */
static void test_fd(void)
{
	g_auto(Scene) scene = scene_begin();
	Reeve *reeve = open_at(&scene, NULL);
	struct pollfd on[] = {{reeve_fd(reeve), POLLIN, 0}, {-1, POLLIN, 0}};
	gsize size = sizeof(on[1].fd);
	guint events = 0;

	g_assert_cmpint(on[0].fd, >=, 0);
	g_assert_cmpint(reeve_fd(reeve), ==, on[0].fd);
	zmq_getsockopt(scene.replay, ZMQ_FD, &on[1].fd, &size);
	while (events < EVENTS) {
		zmq_pollitem_t asked = {scene.replay, 0, ZMQ_POLLIN, 0};
		ReeveNews news;

		if (zmq_poll(&asked, 1, 0) > 0) {
			answer(&scene);
		}
		g_assert_cmpint(poll(on, 2, PATIENCE_MS), >, 0);
		while ((news = reeve_next(reeve, 0, NULL)) != REEVE_NOTHING) {
			g_assert_cmpint(news, ==, REEVE_EVENT);
			events++;
		}
	}
	g_assert_cmpuint(events, ==, EVENTS);
	/* and then there is nothing to do until something comes (ZeroMQ may have a word of its own)
	 */
	for (guint i = 0; i < 1000 && poll(on, 1, 0) > 0; i++) {
		g_assert_cmpint(reeve_next(reeve, 0, NULL), ==, REEVE_NOTHING);
	}
	g_assert_cmpint(poll(on, 1, 0), ==, 0);
	reeve_close(reeve);
}

/* What is broken stays so, whatever else its last message had. */
static void test_broken_for_good(void)
{
	g_auto(Scene) scene = scene_begin();
	Reeve *reeve = open_at(&scene, NULL);
	g_autofree char *lines = NULL;
	char peer[64];
	gsize size;

	let_it_ask(&scene, reeve);
	size = hear(&scene, peer);
	lines = g_strconcat(scene.events[0].body, "\n", scene.events[2].body, "\n",
			    scene.events[1].body, "\n", NULL);
	wire_send_frame(scene.replay, peer, size, true);
	wire_send_text(scene.replay, "LINES", true);
	wire_send_text(scene.replay, lines, false);
	g_assert_cmpint(reeve_next(reeve, PATIENCE_MS, NULL), ==, REEVE_EVENT);
	for (guint i = 0; i < 3; i++) {
		g_assert_cmpint(reeve_next(reeve, 0, NULL), ==, REEVE_BROKEN);
		g_assert_cmpstr(reeve_cursor(reeve), ==, scene.events[0].id);
	}
	reeve_close(reeve);
}

static int count(void *context, ReeveNews news, const ReeveEvent *event)
{
	guint *seen = context;

	g_assert_true((event != NULL) == (news == REEVE_EVENT));
	*seen += event != NULL;
	return *seen == EVENTS;
}

static void test_run(void)
{
	g_auto(Scene) scene = scene_begin();
	Reeve *reeve = open_at(&scene, NULL);
	guint seen = 0;

	let_it_ask(&scene, reeve);
	answer(&scene);
	g_assert_cmpint(reeve_run(reeve, count, &seen), ==, REEVE_EVENT);
	g_assert_cmpuint(seen, ==, EVENTS);
	reeve_close(reeve);
}

static int never(void *context, ReeveNews news, const ReeveEvent *event)
{
	return 0;
}

static void test_bad_options(void)
{
	static const ReeveOptions cases[] = {
		{.size = sizeof(ReeveOptions), .since = "latest"},
		{.size = sizeof(ReeveOptions), .live = "tcp://127.0.0.1:1"},
		{.size = sizeof(ReeveOptions), .live = "ipc:///l", .server_key = "short"},
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		Reeve *reeve = reeve_open(&cases[i]);

		g_assert_cmpint(reeve_next(reeve, -1, NULL), ==, REEVE_FAILED);
		g_assert_cmpint(reeve_run(reeve, never, NULL), ==, REEVE_FAILED);
		g_assert_cmpstr(reeve_error(reeve), !=, "");
		g_assert_cmpint(reeve_fd(reeve), ==, -1);
		g_assert_null(reeve_cursor(reeve));
		g_assert_null(reeve_checkpoint(reeve));
		g_assert_null(reeve_host(reeve));
		reeve_close(reeve);
	}
	reeve_close(NULL);
	g_assert_cmpstr(reeve_version(), !=, "");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/client/reeve/events", test_events_in_order);
	g_test_add_func("/client/reeve/topics", test_topics);
	g_test_add_func("/client/reeve/fd", test_fd);
	g_test_add_func("/client/reeve/broken-for-good", test_broken_for_good);
	g_test_add_func("/client/reeve/run", test_run);
	g_test_add_func("/client/reeve/bad-options", test_bad_options);
	return g_test_run();
}
