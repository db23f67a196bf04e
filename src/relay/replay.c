/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The replay side of the bus: see replay.h. */
#include "relay/replay.h"
#include "base/clock.h"
#include "relay/endpoint.h"
#include "relay/message.h"
#include "relay/peer.h"

#include <string.h>
#include <zmq.h>

#define QUEUE 256                          /* messages waiting for a client that reads slowly */
#define HEAR_AT_ONCE 64                    /* requests taken in one call */
#define PEERS_MAX 1024                     /* clients being answered at a time */
#define ANSWER_MAX_BYTES (4 * 1024 * 1024) /* of bodies, for one request */
#define SLICE_EVENTS 64                    /* of one client before it is the next one's turn */
#define SLICE_BYTES (256 * 1024)
#define LINES_BYTES (64 * 1024) /* of one message, but for the last of its lines */
#define ROUND_SLICES 8          /* before the relay looks at something else */

struct Replay {
	void *socket;
	Tape *tape;
	Gate *gate;
	GHashTable *peers; /* of Peer by routing id */
	GQueue turns;      /* of Peer, owned by `peers`: whose turn it is next */
	GString *lines;    /* being put together */
	guint64 dropped;
	char *damage;
};

Replay *replay_open(void *zmq, GPtrArray *endpoints, Gate *gate, Tape *tape, GError **error)
{
	void *socket =
		endpoints_open(endpoints, zmq, ZMQ_ROUTER, keyring_secret(gate_keyring(gate)),
			       REQUEST_FRAME_MAX_BYTES, QUEUE, error);
	int refuse = 1;
	Replay *replay;

	if (socket == NULL) {
		return NULL;
	}
	/* Without this a full queue would swallow events in the middle of an answer. */
	zmq_setsockopt(socket, ZMQ_ROUTER_MANDATORY, &refuse, sizeof(refuse));
	replay = g_new0(Replay, 1);
	replay->socket = socket;
	replay->tape = tape;
	replay->gate = gate;
	replay->lines = g_string_sized_new(LINES_BYTES);
	replay->peers =
		g_hash_table_new_full(g_bytes_hash, g_bytes_equal, NULL, (GDestroyNotify)peer_free);
	return replay;
}

void replay_close(Replay *replay)
{
	if (replay == NULL) {
		return;
	}
	g_queue_clear(&replay->turns);
	g_hash_table_unref(replay->peers);
	g_string_free(replay->lines, TRUE);
	zmq_close(replay->socket);
	g_free(replay->damage);
	g_free(replay);
}

void *replay_socket(Replay *replay)
{
	return replay->socket;
}

/* The client a request came from; NULL when there are too many. */
static Peer *peer_of(Replay *replay, const void *id, gsize size, const char *user)
{
	g_autoptr(GBytes) key = g_bytes_new(id, size);
	Peer *peer = g_hash_table_lookup(replay->peers, key);

	if (peer == NULL && g_hash_table_size(replay->peers) < PEERS_MAX) {
		peer = peer_new(key, user);
		g_hash_table_insert(replay->peers, peer->id, peer);
		g_queue_push_tail(&replay->turns, peer);
	}
	return peer;
}

/* Who has no name any more is put out by the gate; until then it is not heard. */
static bool is_known(const Replay *replay, const char *user)
{
	return keyring_name(gate_keyring(replay->gate), user) != NULL;
}

static void note_request(Replay *replay, const Caller *caller, const Request *request, bool granted)
{
	if (request->max > 0) {
		gate_note(replay->gate, caller,
			  (AccessEntry){
				  .what = "replay",
				  .granted = granted,
				  .since = request->since,
				  .why = granted ? NULL : "one request too many, or no rights",
			  });
	}
}

static void take_request(Replay *replay, const Caller *caller, const RequestFrame *frames, guint n)
{
	Request request;
	Peer *peer = NULL;
	bool granted;

	if (n < 2 || !request_parse(&request, frames + 1, n - 1)) {
		replay->dropped++;
		return;
	}
	if (is_known(replay, caller->user)) {
		peer = peer_of(replay, frames[0].data, frames[0].size, caller->user);
	}
	granted = peer != NULL && peer_push(peer, &request);
	replay->dropped += !granted;
	note_request(replay, caller, &request, granted);
}

/* Receives one message: its first frames, and how many there were. False: none there. */
static bool receive(void *socket, zmq_msg_t frames[REQUEST_FRAMES_MAX + 2], guint *ret_n)
{
	guint n = 0;
	int more = 1;

	while (more) {
		/* Frames beyond the last one are received over each other: nobody wants them. */
		zmq_msg_t *frame = &frames[MIN(n, REQUEST_FRAMES_MAX + 1u)];

		if (zmq_msg_recv(frame, socket, ZMQ_DONTWAIT) < 0) {
			return false;
		}
		more = zmq_msg_more(frame);
		n++;
	}
	*ret_n = n;
	return true;
}

void replay_hear(Replay *replay)
{
	zmq_msg_t frames[REQUEST_FRAMES_MAX + 2];
	RequestFrame views[REQUEST_FRAMES_MAX + 2];
	guint n;

	for (guint i = 0; i < G_N_ELEMENTS(frames); i++) {
		zmq_msg_init(&frames[i]);
	}
	for (guint i = 0; i < HEAR_AT_ONCE && receive(replay->socket, frames, &n); i++) {
		Caller caller = gate_caller(replay->gate, &frames[MIN(n, 2u) - 1]);

		for (guint k = 0; k < G_N_ELEMENTS(frames); k++) {
			views[k] =
				(RequestFrame){zmq_msg_data(&frames[k]), zmq_msg_size(&frames[k])};
		}
		take_request(replay, &caller, views, MIN(n, G_N_ELEMENTS(views)));
	}
	for (guint i = 0; i < G_N_ELEMENTS(frames); i++) {
		zmq_msg_close(&frames[i]);
	}
}

static void note_damage(Replay *replay, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void note_damage(Replay *replay, const char *format, ...)
{
	va_list args;

	if (replay->damage != NULL) {
		return; /* the first is where it began */
	}
	va_start(args, format);
	replay->damage = g_strdup_vprintf(format, args);
	va_end(args);
}

/* Reads the event at `reach` and moves on behind it, noting what is wrong with it. False: there is
 * no more. */
static bool next_event(Replay *replay, Reach *reach, Message *ret, JournalLine *line)
{
	g_autoptr(GError) unreadable = NULL, error = NULL;
	goffset offset = reach->offset;
	JournalRead got = tape_read(replay->tape, offset, line, &reach->offset, &unreadable);

	if (got == JOURNAL_ERROR) {
		note_damage(replay, "cannot read the journal: %s", unreadable->message);
	}
	if (got != JOURNAL_LINE) {
		return false;
	}
	if (!message_read(ret, line, &error)) {
		note_damage(replay, "the journal is damaged at byte %" G_GOFFSET_FORMAT ": %s",
			    offset, error->message);
	} else if (offset > 0 && strcmp(ret->prev, reach->last) != 0) {
		note_damage(replay,
			    "the journal's chain is broken at event %" G_GUINT64_FORMAT
			    ", byte %" G_GOFFSET_FORMAT,
			    ret->seq, offset);
	}
	reach->left--;
	reach->sent_bytes += line->size;
	memcpy(reach->last, line->id, sizeof(reach->last));
	return true;
}

/* Whether the first request is answered as far as it will be, but for the END. */
static bool is_answered(const Peer *peer)
{
	return peer->reach.left == 0 || peer->reach.sent_bytes >= ANSWER_MAX_BYTES;
}

static MessageSent finish(Replay *replay, Peer *peer, const char *word, const char *id)
{
	MessageSent sent = message_send_word(replay->socket, peer->id, word, id, strlen(id));

	if (sent == MESSAGE_SENT) {
		peer_pop(peer);
	}
	return sent;
}

static MessageSent finish_events(Replay *replay, Peer *peer)
{
	return finish(replay, peer, "END", tape_head_id(replay->tape));
}

/* Events of the first request until the slice is used up or it is answered. What is stuck is left
 * to be sent again. */
static MessageSent send_slice(Replay *replay, Peer *peer)
{
	gsize before = peer->reach.sent_bytes;
	guint events = 0;

	while (!is_answered(peer)) {
		g_auto(Message) message = {0};
		Reach reach = peer->reach;
		MessageSent sent;
		JournalLine line;

		if (!next_event(replay, &reach, &message, &line)) {
			break;
		}
		if (!keyring_may_hear(gate_keyring(replay->gate), peer->user, message.topic)) {
			message_hide(&message);
		}
		sent = message_send(replay->socket, peer->id, &message);
		if (sent != MESSAGE_SENT) {
			return sent;
		}
		peer->reach = reach;
		if (++events == SLICE_EVENTS || reach.sent_bytes - before >= SLICE_BYTES) {
			return MESSAGE_SENT;
		}
	}
	return finish_events(replay, peer);
}

/* The same as one message of the journal's lines, for who may hear all of them. */
static MessageSent send_lines(Replay *replay, Peer *peer)
{
	Reach reach = peer->reach;
	MessageSent sent;

	g_string_truncate(replay->lines, 0);
	while (reach.left > 0 && replay->lines->len < LINES_BYTES) {
		g_auto(Message) message = {0};
		JournalLine line;

		if (!next_event(replay, &reach, &message, &line)) {
			break;
		}
		g_string_append_len(replay->lines, line.body, (gssize)line.size);
		g_string_append_c(replay->lines, '\n');
	}
	if (replay->lines->len == 0) {
		return finish_events(replay, peer);
	}
	sent = message_send_word(replay->socket, peer->id, "LINES", replay->lines->str,
				 replay->lines->len);
	if (sent == MESSAGE_SENT) {
		peer->reach = reach;
	}
	return sent;
}

/* Its rights may change in the middle of an answer, and with them its form. */
static MessageSent send_some(Replay *replay, Peer *peer, const Request *request)
{
	if (is_answered(peer)) {
		return finish_events(replay, peer);
	}
	return request->wants_lines && keyring_may_hear_all(gate_keyring(replay->gate), peer->user)
		       ? send_lines(replay, peer)
		       : send_slice(replay, peer);
}

static MessageSent serve_peer(Replay *replay, Peer *peer)
{
	const Request *request = g_queue_peek_head(&peer->requests);

	if (!peer->is_begun) {
		if (!tape_find(replay->tape, request->since, &peer->reach.offset)) {
			return finish(replay, peer, "GONE", tape_oldest(replay->tape));
		}
		peer->is_begun = true;
		peer->reach.left = request->max;
		peer->reach.sent_bytes = 0;
		memcpy(peer->reach.last, request->since, sizeof(peer->reach.last));
	}
	return send_some(replay, peer, request);
}

/* Serves whose turn it is, and puts it behind the others while it is owed something. */
static void take_turn(Replay *replay, gint64 now)
{
	Peer *peer = g_queue_pop_head(&replay->turns);
	bool is_over = false;

	switch (is_known(replay, peer->user) ? serve_peer(replay, peer) : MESSAGE_LOST) {
	case MESSAGE_SENT:
		peer_set_moving(peer);
		is_over = peer->requests.length == 0;
		break;
	case MESSAGE_STUCK:
		is_over = !peer_set_stuck(peer, now);
		break;
	case MESSAGE_LOST:
		is_over = true;
		break;
	}
	if (is_over) {
		g_hash_table_remove(replay->peers, peer->id);
	} else {
		g_queue_push_tail(&replay->turns, peer);
	}
}

/* Moves somebody who is not waiting to the front; how long until there will be one if not. */
static int find_ready(Replay *replay, gint64 now)
{
	gint64 soonest = G_MAXINT64;

	for (guint i = 0; i < replay->turns.length; i++) {
		Peer *peer = g_queue_peek_head(&replay->turns);

		if (peer->retry_usec <= now) {
			return 0;
		}
		soonest = MIN(soonest, peer->retry_usec);
		g_queue_push_tail(&replay->turns, g_queue_pop_head(&replay->turns));
	}
	return replay->turns.length == 0 ? -1 : (int)((soonest - now) / 1000 + 1);
}

int replay_serve(Replay *replay)
{
	for (guint i = 0; i < ROUND_SLICES; i++) {
		gint64 now = clock_mono_usec();
		int wait = find_ready(replay, now);

		if (wait != 0) {
			return wait;
		}
		take_turn(replay, now);
	}
	return find_ready(replay, clock_mono_usec());
}

guint64 replay_dropped(const Replay *replay)
{
	return replay->dropped;
}

char *replay_take_damage(Replay *replay)
{
	return g_steal_pointer(&replay->damage);
}
