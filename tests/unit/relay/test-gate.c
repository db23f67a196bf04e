/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The gate: asked as ZeroMQ asks, and before a real socket. The key of the one client stands on the
 * sheet; who is refused, and who is put out again.
 */
#include "relay/gate.h"

#include "base/fd.h"
#include "config/bus-sheet.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define ROUNDS 6000 /* of ten milliseconds, until what must come counts as never coming */

typedef struct {
	char *dir;
	int sheet;
	void *zmq;
	Access *access;
	Keyring *keyring;
	Gate *gate;
	char server[41], server_secret[41];
	char public[41], secret[41]; /* of the client that is allowed */
} Scene;

static void allow(Scene *scene, const char *rights)
{
	g_autofree char *clients =
		rights == NULL ? g_strdup("")
			       : g_strdup_printf("siem-1 %s%s\n", scene->public, rights);

	g_assert_true(bus_sheet_write(
		scene->sheet,
		&(BusSheet){.server_secret = scene->server_secret, .clients = clients}, NULL));
	g_assert_cmpint(keyring_look(scene->keyring), ==, KEYRING_NEW);
}

static void scene_begin(Scene *scene)
{
	StageOptions options = {.reader_group = -1};

	memset(scene, 0, sizeof(*scene));
	scene->dir = g_dir_make_tmp("reeve-gate-XXXXXX", NULL);
	options.state_dir = scene->dir;
	zmq_curve_keypair(scene->server, scene->server_secret);
	zmq_curve_keypair(scene->public, scene->secret);
	scene->sheet = bus_sheet_new(NULL);
	scene->keyring = keyring_new(scene->sheet);
	scene->access = access_open(&options, NULL);
	scene->zmq = zmq_ctx_new();
	allow(scene, "");
	scene->gate = gate_open(scene->zmq, scene->keyring, scene->access, NULL);
	g_assert_nonnull(scene->gate);
}

static char *read_log(const Scene *scene)
{
	g_autofree char *path = g_build_filename(scene->dir, "access-0.ndjson", NULL);
	char *text = NULL;

	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	return text;
}

static void scene_end(Scene *scene)
{
	gate_close(scene->gate);
	zmq_ctx_term(scene->zmq);
	keyring_free(scene->keyring);
	access_close(scene->access);
	fd_close(&scene->sheet);
	for (guint n = 0; n < 2; n++) {
		g_autofree char *name = g_strdup_printf("access-%u.ndjson", n);
		g_autofree char *path = g_build_filename(scene->dir, name, NULL);

		g_unlink(path);
	}
	g_rmdir(scene->dir);
	g_free(scene->dir);
}

/* A question of ZeroMQ, and the gate's answer: its status and the name it gives. */
static void ask(Scene *scene, const char *const frames[], guint n, gsize credential, char status[4],
		char user[64])
{
	void *asker = zmq_socket(scene->zmq, ZMQ_REQ);
	char skipped[64];
	int size, none = 0;

	zmq_setsockopt(asker, ZMQ_LINGER, &none, sizeof(none));
	g_assert_cmpint(zmq_connect(asker, "inproc://zeromq.zap.01"), ==, 0);
	for (guint i = 0; i < n; i++) {
		gsize bytes = i == 6 ? credential : strlen(frames[i]);

		zmq_send(asker, frames[i], bytes, i + 1 < n ? ZMQ_SNDMORE : 0);
	}
	gate_answer(scene->gate);
	g_assert_cmpint(zmq_recv(asker, skipped, sizeof(skipped), 0), ==, 3);
	zmq_recv(asker, skipped, sizeof(skipped), 0);
	size = zmq_recv(asker, status, 3, 0);
	g_assert_cmpint(size, ==, 3);
	status[3] = '\0';
	zmq_recv(asker, skipped, sizeof(skipped), 0);
	size = zmq_recv(asker, user, 63, 0);
	user[MAX(size, 0)] = '\0';
	zmq_recv(asker, skipped, sizeof(skipped), 0);
	zmq_close(asker);
}

static void test_answers(void)
{
	char known[33] = "", unknown[33] = "";
	g_autofree char *log = NULL;
	Scene scene;

	scene_begin(&scene);
	zmq_z85_decode((guint8 *)known, scene.public);
	zmq_z85_decode((guint8 *)unknown, scene.server);
	const struct {
		const char *frames[7];
		guint n;
		gsize credential;
		const char *user; /* NULL: refused */
	} cases[] = {
		{{"1.0", "1", "network", "192.0.2.7", "", "CURVE", known}, 7, 32, scene.public},
		{{"1.0", "1", "network", "192.0.2.7", "", "CURVE", unknown}, 7, 32, NULL},
		{{"1.0", "1", "network", "192.0.2.7", "", "CURVE", known}, 7, 31, NULL},
		{{"1.0", "1", "network", "192.0.2.7", "", "NULL"}, 6, 0, NULL},
		{{"1.0", "1", "network", "192.0.2.7", "", "PLAIN", "name"}, 7, 4, NULL},
		{{"1.0", "1", "local", ":12:100:4242", "", "NULL"}, 6, 0, "uid:12"},
		{{"1.0", "1", "local", ":12:100:4242", "", "CURVE", known}, 7, 32, NULL},
		{{"1.0", "1", "", "192.0.2.7", "", "CURVE", known}, 7, 32, NULL},
		{{"1.0", "1"}, 2, 0, NULL},
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		char status[4], user[64];

		g_test_message("case %u", i);
		ask(&scene, cases[i].frames, cases[i].n, cases[i].credential, status, user);
		g_assert_cmpstr(status, ==, cases[i].user != NULL ? "200" : "400");
		g_assert_cmpstr(user, ==, cases[i].user != NULL ? cases[i].user : "");
	}
	log = read_log(&scene);
	g_assert_nonnull(strstr(log, "\"granted\":true,\"who\":\"siem-1\""));
	g_assert_nonnull(strstr(log, "this key is not allowed here"));
	scene_end(&scene);
}

/* A subscriber with the client's key, before an XPUB behind the gate. */
static void *open_bus(Scene *scene, void **ret_sub)
{
	void *bus = zmq_socket(scene->zmq, ZMQ_XPUB), *sub = zmq_socket(scene->zmq, ZMQ_SUB);
	char url[64];
	gsize size = sizeof(url);
	int yes = 1, none = 0;

	zmq_setsockopt(bus, ZMQ_CURVE_SERVER, &yes, sizeof(yes));
	zmq_setsockopt(bus, ZMQ_CURVE_SECRETKEY, scene->server_secret, 41);
	zmq_setsockopt(bus, ZMQ_ZAP_DOMAIN, GATE_NETWORK, strlen(GATE_NETWORK));
	zmq_setsockopt(bus, ZMQ_LINGER, &none, sizeof(none));
	g_assert_cmpint(zmq_bind(bus, "tcp://127.0.0.1:*"), ==, 0);
	zmq_getsockopt(bus, ZMQ_LAST_ENDPOINT, url, &size);
	zmq_setsockopt(sub, ZMQ_CURVE_SERVERKEY, scene->server, 41);
	zmq_setsockopt(sub, ZMQ_CURVE_PUBLICKEY, scene->public, 41);
	zmq_setsockopt(sub, ZMQ_CURVE_SECRETKEY, scene->secret, 41);
	zmq_setsockopt(sub, ZMQ_LINGER, &none, sizeof(none));
	zmq_setsockopt(sub, ZMQ_SUBSCRIBE, "ev/1/", 5);
	g_assert_cmpint(zmq_connect(sub, url), ==, 0);
	*ret_sub = sub;
	return bus;
}

/* Answers at the gate until the bus has something to hear. */
static void wait_for_message(const Scene *scene, void *bus, zmq_msg_t *message)
{
	for (guint i = 0; i < ROUNDS; i++) {
		zmq_pollitem_t on[] = {{bus, 0, ZMQ_POLLIN, 0},
				       {gate_socket(scene->gate), 0, ZMQ_POLLIN, 0}};

		zmq_poll(on, 2, 10);
		gate_answer(scene->gate);
		if (zmq_msg_recv(message, bus, ZMQ_DONTWAIT) >= 0) {
			return;
		}
	}
	g_assert_not_reached();
}

static void test_is_put_out_when_its_rights_change(void)
{
	zmq_msg_t message;
	Caller caller;
	g_autofree char *log = NULL;
	void *bus, *sub;
	Scene scene;

	scene_begin(&scene);
	bus = open_bus(&scene, &sub);
	zmq_msg_init(&message);
	wait_for_message(&scene, bus, &message);
	caller = gate_caller(scene.gate, &message);
	g_assert_cmpstr(caller.user, ==, scene.public);
	g_assert_cmpint(caller.fd, >=, 0);
	g_assert_cmpstr(caller.from, ==, "127.0.0.1");
	/* the same rights, written anew: nothing happens */
	allow(&scene, " ");
	gate_recheck(scene.gate);
	log = read_log(&scene);
	g_assert_null(strstr(log, "\"cut\""));
	g_clear_pointer(&log, g_free);
	allow(&scene, NULL);
	gate_recheck(scene.gate);
	log = read_log(&scene);
	g_assert_nonnull(strstr(log, "\"what\":\"cut\""));
	/* the bus hears that the subscriber is gone */
	wait_for_message(&scene, bus, &message);
	g_assert_cmpint(*(char *)zmq_msg_data(&message), ==, 0);
	zmq_msg_close(&message);
	zmq_close(sub);
	zmq_close(bus);
	scene_end(&scene);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/relay/gate/answers", test_answers);
	g_test_add_func("/relay/gate/put-out", test_is_put_out_when_its_rights_change);
	return g_test_run();
}
