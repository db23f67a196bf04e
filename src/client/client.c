/* SPDX-License-Identifier: LGPL-3.0-or-later */
/*
 * The client of the bus: see client.h. Two sockets and one state: either an answer is due from the
 * ROUTER (then the live socket is left to queue), or the live socket is followed.
 */
#include "client/client-private.h"

#include "base/clock.h"

#include <errno.h>
#include <string.h>

#define SILENCE_USEC (30 * G_USEC_PER_SEC)
#define RETRY_USEC (10 * G_USEC_PER_SEC) /* without a sign of life: a new live socket */
#define PAGE "1000"                      /* events asked for at once */
#define NONE "0"                         /* only the head */

static bool check_options(const ClientOptions *options, GError **error)
{
	guint8 raw[DIGEST_BYTES];

	if (options->since != NULL && *options->since != '\0' &&
	    (strlen(options->since) != EVENT_ID_HEX ||
	     !hex_decode(options->since, raw, sizeof(raw)))) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
			    "not the id of an event: it has 64 hexadecimal digits");
		return false;
	}
	return true;
}

static bool open_live(Client *client, gint64 now, GError **error)
{
	void *live = socket_make(client->zmq, ZMQ_SUB, client->live_url, &client->keys, error);

	client->live_retry = now + RETRY_USEC;
	if (live == NULL) {
		return false;
	}
	refusal_clear(&client->refusal);
	if (client->live != NULL) {
		zmq_close(client->live);
	}
	client->live = live;
	refusal_watch(&client->refusal, client->zmq, live);
	return socket_connect(live, client->live_url, error);
}

static bool begin(Client *client, const ClientOptions *options, GError **error)
{
	SocketKeys *keys = &client->keys;

	if (!socket_keys_set(keys, options->server_key, options->secret_key, error) ||
	    !socket_check(options->live, keys, error) ||
	    !socket_check(options->replay, keys, error)) {
		return false;
	}
	return open_live(client, clock_mono_usec(), error);
}

Client *client_new(const ClientOptions *options, GError **error)
{
	g_autoptr(Client) client = NULL;

	if (!check_options(options, error)) {
		return NULL;
	}
	client = g_new0(Client, 1);
	frames_init(&client->frames);
	letter_init(&client->letter);
	client->zmq = zmq_ctx_new();
	client->live_url = g_strdup(options->live);
	client->replay_url = g_strdup(options->replay);
	client->witness = witness_new(options->checkpoint, error);
	if (client->witness == NULL) {
		return NULL;
	}
	client->is_probing = options->checkpoint != NULL;
	client->is_skimming = options->is_skimming;
	pulse_init(&client->pulse,
		   options->silence_ms > 0 ? options->silence_ms * G_GINT64_CONSTANT(1000)
					   : SILENCE_USEC,
		   clock_mono_usec());
	if (options->since != NULL) {
		chain_set(&client->chain, options->since);
	}
	return begin(client, options, error) ? g_steal_pointer(&client) : NULL;
}

void client_free(Client *client)
{
	if (client == NULL) {
		return;
	}
	refusal_clear(&client->refusal);
	if (client->live != NULL) {
		zmq_close(client->live);
	}
	if (client->replay != NULL) {
		zmq_close(client->replay);
	}
	witness_free(client->witness);
	g_free(client->checkpoint);
	g_free(client->host);
	frames_clear(&client->frames);
	letter_clear(&client->letter);
	zmq_ctx_term(client->zmq);
	g_clear_error(&client->error);
	socket_keys_clear(&client->keys);
	g_free(client->live_url);
	g_free(client->replay_url);
	g_free(client);
}

const char *client_cursor(const Client *client)
{
	return client->chain.is_known ? client->chain.id : NULL;
}

const char *client_checkpoint(Client *client)
{
	return client->checkpoint;
}

const char *client_host(const Client *client)
{
	return client->host;
}

void client_end(Client *client, ClientResult over, GError *error)
{
	client->state = STATE_OVER;
	client->over = over;
	client->error = error;
}

void client_broken(Client *client, const char *format, ...)
{
	GError *error;
	va_list args;

	va_start(args, format);
	error = g_error_new_valist(REEVE_ERROR, REEVE_ERROR_CORRUPT, format, args);
	va_end(args);
	client_end(client, CLIENT_BROKEN, error);
}

void client_send_request(Client *client)
{
	bool is_probing = client->is_probing;
	const char *since = is_probing ? witness_known(client->witness)->id : client->chain.id;
	const char *max = client->chain.is_known && !is_probing ? PAGE : NONE;

	zmq_send(client->replay, "SINCE", 5, ZMQ_SNDMORE | ZMQ_DONTWAIT);
	zmq_send(client->replay, since, strlen(since), ZMQ_SNDMORE | ZMQ_DONTWAIT);
	zmq_send(client->replay, max, strlen(max), ZMQ_SNDMORE | ZMQ_DONTWAIT);
	zmq_send(client->replay, CLIENT_LINES, strlen(CLIENT_LINES), ZMQ_DONTWAIT);
	client->got_event = false;
	client->answer_deadline = clock_mono_usec() + CLIENT_ANSWER_USEC;
	client->state = STATE_ANSWER;
}

/* Always on a fresh socket, so that what was asked or answered before cannot come in between. */
static void ask(Client *client)
{
	GError *error = NULL;

	if (client->replay != NULL) {
		zmq_close(client->replay);
	}
	client->replay =
		socket_open(client->zmq, ZMQ_DEALER, client->replay_url, &client->keys, &error);
	if (client->replay == NULL) {
		client_end(client, CLIENT_ERROR, error);
		return;
	}
	client_send_request(client);
}

bool client_may_be_hidden(const Client *client)
{
	return !client->letter.is_hidden || client->keys.own_secret != NULL;
}

bool client_take_next(Client *client)
{
	GError *error = NULL;

	if (!witness_event(client->witness, client->letter.seq, client->letter.id, &error)) {
		client_end(client, CLIENT_BROKEN, error);
		return false;
	}
	chain_take(&client->chain, &client->letter);
	return !client->letter.is_hidden;
}

static void take_heartbeat(Client *client)
{
	const Letter *letter = &client->letter;
	bool is_cursor = letter->seq != 0 && strcmp(letter->id, client->chain.id) == 0;
	GError *error = NULL;
	bool is_new = false;

	/* (a cursor comes without its number; now it has one) */
	if ((is_cursor && !witness_event(client->witness, letter->seq, letter->id, &error)) ||
	    !witness_heartbeat(client->witness, client->letter.body->str, client->letter.body->len,
			       &is_new, &error)) {
		client_end(client, CLIENT_BROKEN, error);
	} else if (strcmp(client->letter.id, client->chain.id) != 0) {
		client->state = STATE_ASK;
	}
	if (is_new) {
		g_free(client->checkpoint);
		client->checkpoint = checkpoint_format(witness_known(client->witness));
	}
	if (client->host == NULL) {
		client->host = frames_host(&client->frames);
	}
}

/* What comes live either is the next event or makes us ask. True: give it out. */
static bool take_live(Client *client)
{
	bool is_sound = letter_read(&client->letter, &client->frames, client->is_skimming, NULL) &&
			client_may_be_hidden(client);

	if (is_sound && client->letter.is_heartbeat) {
		take_heartbeat(client);
		return false;
	}
	switch (is_sound ? chain_step(&client->chain, &client->letter) : CHAIN_GAP) {
	case CHAIN_NEXT:
		return client_take_next(client);
	case CHAIN_KNOWN:
		return false;
	case CHAIN_GAP:
		client->state = STATE_ASK;
		return false;
	}
	g_assert_not_reached();
}

static void give_out(Client *client, ClientEvent *ret)
{
	Letter *letter = &client->letter;

	*ret = (ClientEvent){
		.topic = letter->topic,
		.seq = letter->seq,
		.id = letter->id,
		.prev = letter->prev,
		.body = letter->body->str,
		.size = letter->body->len,
	};
}

/* The socket to listen to in this state. */
static void *current_socket(const Client *client)
{
	return client->state == STATE_ANSWER ? client->replay : client->live;
}

int64_t client_deadline_usec(const Client *client)
{
	gint64 until = MIN(pulse_deadline(&client->pulse), client->live_retry);

	return client->state == STATE_ANSWER ? MIN(until, client->answer_deadline) : until;
}

void client_fds(const Client *client, int ret[CLIENT_FDS])
{
	void *const sockets[CLIENT_FDS] = {current_socket(client), client->refusal.monitor};

	for (guint i = 0; i < CLIENT_FDS; i++) {
		gsize size = sizeof(*ret);

		if (sockets[i] == NULL || zmq_getsockopt(sockets[i], ZMQ_FD, &ret[i], &size) < 0) {
			ret[i] = -1;
		}
	}
}

/* Waits for a message until `deadline` or until something else is due. False: a signal came. */
static bool wait_for_frames(Client *client, gint64 deadline)
{
	zmq_pollitem_t on[] = {
		{current_socket(client), 0, ZMQ_POLLIN, 0},
		{client->refusal.monitor, 0, ZMQ_POLLIN, 0},
	};
	gint64 now = clock_mono_usec();
	gint64 until = MIN(deadline, client_deadline_usec(client));
	gint64 ms = until <= now ? 0 : MIN((until - now) / 1000 + 1, G_MAXINT / 2);

	return zmq_poll(on, client->refusal.monitor == NULL ? 1 : 2, (long)ms) >= 0 ||
	       errno != EINTR;
}

/* True once, until the relay is heard: it has turned us away. */
static bool is_turned_away(Client *client, GError **error)
{
	if (!refusal_take(&client->refusal) || client->is_refused) {
		return false;
	}
	client->is_refused = true;
	g_set_error(error, REEVE_ERROR, REEVE_ERROR_DENIED,
		    "the relay at %s does not know this key (%s): ask its administrator for "
		    "`reeve keys allow NAME FILE.pub`",
		    client->live_url, client->keys.own_public);
	return true;
}

/* ZeroMQ does not come back by itself to who refused it once; rights may be other ones by now. */
static void reopen_live(Client *client, gint64 now)
{
	gint64 due = client->pulse.last_usec + RETRY_USEC;

	if (now >= client->live_retry && now >= due) {
		open_live(client, now, NULL);
	} else if (now >= client->live_retry) {
		client->live_retry = due;
	}
}

/* Before anything is waited for: requests to send, answers that did not come. */
static void prepare(Client *client)
{
	if (client->state == STATE_ANSWER && clock_mono_usec() >= client->answer_deadline) {
		client->state = STATE_ASK;
	}
	if (client->state == STATE_ASK) {
		ask(client);
	}
}

/* Reads the message that waits. True: it is an event to give out. */
static bool take_frames(Client *client)
{
	client->has_frames = false;
	return client->state == STATE_ANSWER ? client_take_answer(client) : take_live(client);
}

ClientResult client_next(Client *client, int timeout_ms, ClientEvent *ret, GError **error)
{
	gint64 deadline =
		timeout_ms < 0 ? G_MAXINT64 : clock_mono_usec() + (gint64)timeout_ms * 1000;

	for (;;) {
		gint64 now = clock_mono_usec();

		/* (of an answer that was broken in the middle there may be more) */
		if (client->has_frames && client->state != STATE_OVER && take_frames(client)) {
			give_out(client, ret);
			return CLIENT_EVENT;
		}
		prepare(client);
		reopen_live(client, now);
		if (client->state == STATE_OVER) {
			if (client->error != NULL && error != NULL) {
				*error = g_error_copy(client->error);
			}
			return client->over;
		}
		client->has_frames = frames_receive(&client->frames, current_socket(client));
		client->lines_at = 0;
		if (client->has_frames) {
			client->is_refused = false;
			if (pulse_beat(&client->pulse, now)) {
				return CLIENT_HEARD; /* the message is read by the next call */
			}
			continue;
		}
		if (pulse_falls_silent(&client->pulse, now)) {
			return CLIENT_SILENT;
		}
		if (is_turned_away(client, error)) {
			return CLIENT_REFUSED;
		}
		if (now >= deadline || !wait_for_frames(client, deadline)) {
			return CLIENT_TIMEOUT;
		}
	}
}
