/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The gate: see gate.h. */
#include "relay/gate.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define ADDRESS "inproc://zeromq.zap.01"
#define ANSWER_AT_ONCE 64
#define FIELD_MAX 256
#define KEY_BYTES 32
#define Z85_CHARS 40

/* Frames of a question. */
enum {
	ZAP_VERSION,
	ZAP_ID,
	ZAP_DOMAIN,
	ZAP_ADDRESS,
	ZAP_IDENTITY,
	ZAP_MECHANISM,
	ZAP_CREDENTIAL,
	_ZAP_N,
};

typedef struct {
	char text[FIELD_MAX + 1];
	int size;
} Field;

typedef struct {
	char *user, *rights;
} Seen;

struct Gate {
	void *socket;
	Keyring *keyring;
	Access *access;
	GHashTable *seen; /* Seen by descriptor: callers of the network */
};

static void seen_free(Seen *seen)
{
	g_free(seen->user);
	g_free(seen->rights);
	g_free(seen);
}

Gate *gate_open(void *zmq, Keyring *keyring, Access *access, GError **error)
{
	g_autoptr(Gate) gate = g_new0(Gate, 1);
	int linger = 0;

	gate->keyring = keyring;
	gate->access = access;
	gate->seen = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)seen_free);
	gate->socket = zmq_socket(zmq, ZMQ_REP);
	if (gate->socket == NULL || zmq_bind(gate->socket, ADDRESS) < 0) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_IO, "cannot open the gate: %s",
			    zmq_strerror(zmq_errno()));
		return NULL;
	}
	zmq_setsockopt(gate->socket, ZMQ_LINGER, &linger, sizeof(linger));
	return g_steal_pointer(&gate);
}

void gate_close(Gate *gate)
{
	if (gate == NULL) {
		return;
	}
	if (gate->socket != NULL) {
		zmq_close(gate->socket);
	}
	g_hash_table_unref(gate->seen);
	g_free(gate);
}

void *gate_socket(Gate *gate)
{
	return gate->socket;
}

const Keyring *gate_keyring(const Gate *gate)
{
	return gate->keyring;
}

/* A question is ZeroMQ's own and well-formed; more frames than we know are skipped. */
static bool receive(void *socket, Field fields[_ZAP_N])
{
	int more = 1;
	gsize more_size = sizeof(more);

	memset(fields, 0, _ZAP_N * sizeof(*fields));
	for (guint i = 0; more; i++) {
		Field *field = &fields[MIN(i, _ZAP_N - 1u)];

		field->size = zmq_recv(socket, field->text, FIELD_MAX, ZMQ_DONTWAIT);
		if (field->size < 0) {
			return false;
		}
		field->size = MIN(field->size, FIELD_MAX);
		field->text[field->size] = '\0';
		zmq_getsockopt(socket, ZMQ_RCVMORE, &more, &more_size);
	}
	return true;
}

static void reply(void *socket, const Field *id, const char *user)
{
	const char *status = user != NULL ? "200" : "400";
	const char *text = user != NULL ? "OK" : "not allowed";

	zmq_send(socket, "1.0", 3, ZMQ_SNDMORE);
	zmq_send(socket, id->text, (gsize)id->size, ZMQ_SNDMORE);
	zmq_send(socket, status, strlen(status), ZMQ_SNDMORE);
	zmq_send(socket, text, strlen(text), ZMQ_SNDMORE);
	zmq_send(socket, user != NULL ? user : "", user != NULL ? strlen(user) : 0, ZMQ_SNDMORE);
	zmq_send(socket, "", 0, 0);
}

/* Who is at the other end of a local socket: ZeroMQ says ":uid:gid:pid". */
static char *local_user(const char *address)
{
	const char *digits = address[0] == ':' ? address + 1 : "";
	gsize size = strspn(digits, "0123456789");

	return g_strdup_printf("uid:%.*s", (int)size, digits);
}

/* The name by which a caller is let in; NULL and *ret_key: it is not. Caller frees both. */
static char *admit(Gate *gate, const Field *fields, char **ret_key)
{
	char key[Z85_CHARS + 1];

	if (g_str_equal(fields[ZAP_DOMAIN].text, GATE_LOCAL) &&
	    g_str_equal(fields[ZAP_MECHANISM].text, "NULL")) {
		return local_user(fields[ZAP_ADDRESS].text);
	}
	if (!g_str_equal(fields[ZAP_DOMAIN].text, GATE_NETWORK) ||
	    !g_str_equal(fields[ZAP_MECHANISM].text, "CURVE") ||
	    fields[ZAP_CREDENTIAL].size != KEY_BYTES) {
		return NULL;
	}
	zmq_z85_encode(key, (const guint8 *)fields[ZAP_CREDENTIAL].text, KEY_BYTES);
	*ret_key = g_strdup(key);
	return keyring_name(gate->keyring, key) != NULL ? g_strdup(key) : NULL;
}

static void answer(Gate *gate, const Field *fields)
{
	g_autofree char *key = NULL;
	g_autofree char *user = admit(gate, fields, &key);
	bool is_local = g_str_equal(fields[ZAP_DOMAIN].text, GATE_LOCAL);

	reply(gate->socket, &fields[ZAP_ID], user);
	access_note(gate->access,
		    &(AccessEntry){
			    .what = "connect",
			    .granted = user != NULL,
			    .who = keyring_name(gate->keyring, user),
			    .user = user != NULL ? user : key,
			    .from = is_local ? NULL : fields[ZAP_ADDRESS].text,
			    .why = user != NULL ? NULL : "this key is not allowed here",
		    });
}

void gate_answer(Gate *gate)
{
	Field fields[_ZAP_N];

	for (guint i = 0; i < ANSWER_AT_ONCE && receive(gate->socket, fields); i++) {
		answer(gate, fields);
	}
}

Caller gate_caller(Gate *gate, zmq_msg_t *message)
{
	const char *fd = zmq_msg_gets(message, "__fd");
	Caller caller = {
		.user = zmq_msg_gets(message, "User-Id"),
		.from = zmq_msg_gets(message, "Peer-Address"),
		.fd = fd == NULL ? -1 : atoi(fd),
	};
	Seen *seen;

	if (caller.fd < 0) {
		return caller;
	}
	if (caller.user == NULL || g_str_has_prefix(caller.user, "uid:")) {
		caller.from = NULL;
		g_hash_table_remove(gate->seen, GINT_TO_POINTER(caller.fd));
		return caller;
	}
	seen = g_hash_table_lookup(gate->seen, GINT_TO_POINTER(caller.fd));
	if (seen == NULL || !g_str_equal(seen->user, caller.user)) {
		seen = g_new0(Seen, 1);
		seen->user = g_strdup(caller.user);
		seen->rights = keyring_rights(gate->keyring, caller.user);
		g_hash_table_insert(gate->seen, GINT_TO_POINTER(caller.fd), seen);
	}
	return caller;
}

void gate_note(Gate *gate, const Caller *caller, AccessEntry entry)
{
	entry.who = keyring_name(gate->keyring, caller->user);
	entry.user = caller->user;
	entry.from = caller->from;
	access_note(gate->access, &entry);
}

void gate_put_out(Gate *gate, const Caller *caller, const char *why)
{
	if (caller->fd >= 0 && shutdown(caller->fd, SHUT_RDWR) == 0) {
		gate_note(gate, caller, (AccessEntry){.what = "cut", .why = why});
	}
}

void gate_recheck(Gate *gate)
{
	GHashTableIter iter;
	gpointer fd, value;

	g_hash_table_iter_init(&iter, gate->seen);
	while (g_hash_table_iter_next(&iter, &fd, &value)) {
		Seen *seen = value;
		g_autofree char *rights = keyring_rights(gate->keyring, seen->user);
		Caller caller = {.user = seen->user, .fd = GPOINTER_TO_INT(fd)};

		if (!g_str_equal(rights, seen->rights)) {
			gate_put_out(gate, &caller, "its rights have changed");
			g_hash_table_iter_remove(&iter);
		}
	}
}
