/* SPDX-License-Identifier: LGPL-3.0-or-later */
/*
 * A key that is turned away is noticed, one that is let in is not. The relay is played by a thread
 * that answers ZeroMQ's question about each key.
 */
#include "client/client.h"
#include "client/refusal.h"

#include "base/error.h"

#include <string.h>
#include <zmq.h>

#define PATIENCE_MS 60000
#define CALLS 600 /* of a tenth of a second, until what must come counts as never coming */

typedef struct {
	void *zmq, *door, *bus;
	char public[41], secret[41]; /* of the server */
	char ours[41];               /* secret key of the client */
	char url[64];
	const char *verdict; /* "200" or "400" */
	GThread *thread;
} Scene;

/* ZeroMQ's ZAP: seven frames, of which the second comes back. Ends with the context. */
static gpointer answer(gpointer data)
{
	Scene *scene = data;
	char frames[8][256];

	for (;;) {
		int sizes[8] = {0};
		gsize n = 0;
		int more = 1;
		gsize size = sizeof(more);

		while (more && n < G_N_ELEMENTS(frames)) {
			sizes[n] = zmq_recv(scene->door, frames[n], sizeof(frames[n]), 0);
			if (sizes[n++] < 0) {
				zmq_close(scene->door);
				return NULL;
			}
			zmq_getsockopt(scene->door, ZMQ_RCVMORE, &more, &size);
		}
		zmq_send(scene->door, "1.0", 3, ZMQ_SNDMORE);
		zmq_send(scene->door, frames[1], (gsize)sizes[1], ZMQ_SNDMORE);
		zmq_send(scene->door, scene->verdict, 3, ZMQ_SNDMORE);
		zmq_send(scene->door, "", 0, ZMQ_SNDMORE);
		zmq_send(scene->door, "", 0, ZMQ_SNDMORE);
		zmq_send(scene->door, "", 0, 0);
	}
}

static void scene_begin(Scene *scene, const char *verdict)
{
	char public[41];
	gsize size = sizeof(scene->url);
	int yes = 1;

	memset(scene, 0, sizeof(*scene));
	scene->verdict = verdict;
	zmq_curve_keypair(scene->public, scene->secret);
	zmq_curve_keypair(public, scene->ours);
	scene->zmq = zmq_ctx_new();
	scene->door = zmq_socket(scene->zmq, ZMQ_REP);
	g_assert_cmpint(zmq_bind(scene->door, "inproc://zeromq.zap.01"), ==, 0);
	scene->thread = g_thread_new("door", answer, scene);
	scene->bus = zmq_socket(scene->zmq, ZMQ_XPUB);
	zmq_setsockopt(scene->bus, ZMQ_CURVE_SERVER, &yes, sizeof(yes));
	zmq_setsockopt(scene->bus, ZMQ_CURVE_SECRETKEY, scene->secret, 41);
	zmq_setsockopt(scene->bus, ZMQ_ZAP_DOMAIN, "network", 7);
	g_assert_cmpint(zmq_bind(scene->bus, "tcp://127.0.0.1:*"), ==, 0);
	zmq_getsockopt(scene->bus, ZMQ_LAST_ENDPOINT, scene->url, &size);
}

static void scene_end(Scene *scene)
{
	int none = 0;

	zmq_setsockopt(scene->bus, ZMQ_LINGER, &none, sizeof(none));
	zmq_close(scene->bus);
	zmq_ctx_term(scene->zmq);
	g_thread_join(scene->thread);
}

static Client *client_at(const Scene *scene)
{
	return client_new(&(ClientOptions){.live = scene->url,
					   .replay = scene->url,
					   .server_key = scene->public,
					   .secret_key = scene->ours},
			  NULL);
}

static void test_is_said_once(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Client) client = NULL;
	ClientResult result = CLIENT_TIMEOUT;
	ClientEvent event;
	Scene scene;

	scene_begin(&scene, "400");
	client = client_at(&scene);
	for (guint i = 0; i < CALLS && result == CLIENT_TIMEOUT; i++) {
		result = client_next(client, 100, &event, &error);
	}
	g_assert_cmpint(result, ==, CLIENT_REFUSED);
	g_assert_error(error, REEVE_ERROR, REEVE_ERROR_DENIED);
	g_assert_nonnull(strstr(error->message, "reeve keys allow"));
	g_assert_nonnull(strstr(error->message, scene.url));
	g_assert_cmpint(client_next(client, 50, &event, NULL), ==, CLIENT_TIMEOUT);
	g_clear_pointer(&client, client_free);
	scene_end(&scene);
}

/* Who is let in subscribes, and hears nothing of any refusal. */
static void test_silent_twin(void)
{
	g_autoptr(Client) client = NULL;
	char frame[64];
	ClientEvent event;
	Scene scene;
	int patience = PATIENCE_MS;

	scene_begin(&scene, "200");
	zmq_setsockopt(scene.bus, ZMQ_RCVTIMEO, &patience, sizeof(patience));
	client = client_at(&scene);
	g_assert_cmpint(zmq_recv(scene.bus, frame, sizeof(frame), 0), ==, 6);
	g_assert_cmpint(client_next(client, 50, &event, NULL), ==, CLIENT_TIMEOUT);
	g_clear_pointer(&client, client_free);
	scene_end(&scene);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/client/refusal/said-once", test_is_said_once);
	g_test_add_func("/client/refusal/silent-twin", test_silent_twin);
	return g_test_run();
}
