/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The relay at work: see relay.h. */
#include "relay/relay.h"
#include "relay/door.h"
#include "relay/notice.h"
#include "base/bell.h"
#include "base/clock.h"
#include "base/escape.h"

#include <errno.h>
#include <zmq.h>

#define LOOK_USEC G_USEC_PER_SEC      /* looks at the journal though no bell rang */
#define TELL_AT_ONCE 256              /* events published in a round */
#define TELL_BYTES (1024 * 1024)      /* or this many bytes */
#define INDEX_BYTES (8 * 1024 * 1024) /* read in a round of the start */

#define TORN_MS 5
#define HASTE_USEC (G_USEC_PER_SEC / 10) /* between two beats, whatever happens */

/* The order of the poll table. */
enum {
	ON_BELL,
	ON_LIFELINE,
	ON_SIGNAL,
	ON_GATE,
	ON_LIVE,
	ON_NOTICE,
	ON_REPLAY,
	_ON_N,
};

static json_t *json_of(const char *bytes)
{
	g_autofree char *text = escape_path(bytes);

	return json_string(text);
}

static void write_health(Relay *relay)
{
	const Position *head = tape_head(relay->tape);
	json_t *live = json_array(), *replay = json_array();
	json_t *members;

	for (const char *const *url = relay->live_urls; *url != NULL; url++) {
		json_array_append_new(live, json_of(*url));
	}
	for (const char *const *url = relay->replay_urls; *url != NULL; url++) {
		json_array_append_new(replay, json_of(*url));
	}
	members =
		json_pack("{s:i, s:s, s:I, s:I, s:I, s:i, s:s, s:o, s:o}", "subscribers",
			  (int)live_subscriptions(relay->live), "head", head->id, "seq",
			  (json_int_t)head->seq, "dropped",
			  (json_int_t)replay_dropped(relay->replay), "refused",
			  (json_int_t)door_refused(), "clients", (int)keyring_count(relay->keyring),
			  "keys", keyring_digest(relay->keyring), "live", live, "replay", replay);
	health_write(relay->health, members);
	json_decref(members);
}

static void beat(Relay *relay, gint64 now)
{
	const Message *message =
		heartbeat_beat(relay->heartbeat, tape_head(relay->tape), clock_wall_usec(),
			       health_summary(relay->health), keyring_checkpoint(relay->keyring));

	live_publish(relay->live, message);
	if (relay->notice != NULL) {
		g_autofree char *body = g_strndup(message->body, message->size);

		live_publish_word(relay->notice, message->topic, body);
	}
	write_health(relay);
	relay->beaten_usec = now;
	relay->beat_usec = now + HEARTBEAT_USEC;
}

/* The next beat comes at once, but for a bound on how many there may be. */
static void hasten_beat(Relay *relay)
{
	relay->beat_usec = MIN(relay->beat_usec, relay->beaten_usec + HASTE_USEC);
}

static void set_damage(Relay *relay, const char *text)
{
	if (health_set_damage(relay->health, text)) {
		hasten_beat(relay);
	}
}

static void set_trouble(Relay *relay, const char *text)
{
	if (health_set_trouble(relay->health, text)) {
		hasten_beat(relay);
	}
}

static void tell_notice(Relay *relay, const Message *message)
{
	g_auto(Notice) notice = {0};

	if (relay->notice != NULL && live_subscriptions(relay->notice) > 0 &&
	    notice_make(&notice, message)) {
		live_publish_word(relay->notice, notice.topic, notice.body);
	}
}

/* Publishes a new line; one that does not follow from the line before is told, and said. (Where
 * there is no line before, a journal that was removed goes on; its first event says so itself.) */
static void tell(Relay *relay, const char *before, const JournalLine *line)
{
	g_auto(Message) message = {0};
	g_autoptr(GError) error = NULL;

	if (!message_read(&message, line, &error)) {
		g_prefix_error(&error, "the journal is damaged at byte %" G_GOFFSET_FORMAT ": ",
			       line->offset);
		set_damage(relay, error->message);
	} else if (*before != '\0' && !g_str_equal(message.prev, before)) {
		g_autofree char *text =
			g_strdup_printf("the journal's chain is broken at event %" G_GUINT64_FORMAT
					", byte %" G_GOFFSET_FORMAT,
					message.seq, line->offset);

		set_damage(relay, text);
	}
	live_publish(relay->live, &message);
	tell_notice(relay, &message);
}

/* At the start lines are only put into the index: whoever wants them asks for a replay. */
static void take_lines(Relay *relay)
{
	gsize most = relay->has_caught ? TELL_BYTES : INDEX_BYTES;
	gsize bytes = 0;

	for (guint n = 0; bytes < most && (!relay->has_caught || n < TELL_AT_ONCE); n++) {
		g_autoptr(GError) error = NULL;
		char before[EVENT_ID_HEX + 1];
		JournalLine line;

		g_strlcpy(before, tape_head_id(relay->tape), sizeof(before));
		switch (tape_next(relay->tape, &line, &error)) {
		case JOURNAL_LINE:
			break;
		case JOURNAL_ERROR:
			set_trouble(relay, error->message);
			relay->has_more = false;
			return;
		case JOURNAL_END:
			set_trouble(relay, NULL);
			relay->has_more = false;
			return;
		}
		if (relay->has_caught) {
			tell(relay, before, &line);
		}
		bytes += line.size;
	}
	relay->has_more = true;
}

/*
 * A rewritten journal is read anew, silently: subscribers learn from the heartbeat that the head is
 * not theirs, ask, and are told that their cursor is gone. That is their alarm; ours is the health.
 */
static void start_over(Relay *relay, const char *why)
{
	set_damage(relay, why);
	tape_rewind(relay->tape);
	relay->has_looked = false;
	relay->has_caught = false;
	relay->has_more = false;
	relay->look_usec = 0;
}

static void look(Relay *relay, gint64 now)
{
	g_autoptr(GError) error = NULL;

	relay->look_usec = now + LOOK_USEC;
	switch (tape_look(relay->tape, &error)) {
	case TAPE_SAME:
		set_trouble(relay, NULL);
		relay->has_looked = true;
		break;
	case TAPE_GREW:
		relay->has_looked = true;
		relay->has_more = true;
		break;
	case TAPE_REWRITTEN:
		start_over(relay, error->message);
		break;
	case TAPE_REPLACED:
		set_damage(relay, error->message);
		relay->is_stranded = true;
		break;
	case TAPE_ERROR:
		set_trouble(relay, error->message);
		relay->has_more = false;
		break;
	}
}

static void become_ready(Relay *relay, gint64 now)
{
	relay->has_caught = true;
	health_set_ready(relay->health);
	beat(relay, now);
	if (!relay->is_ready) {
		relay->is_ready = true;
		stage_ready(relay->options);
	}
}

static void tell_news(Relay *relay, bool rang, gint64 now)
{
	if (rang || now >= relay->look_usec) {
		look(relay, now);
	}
	if (relay->has_more) {
		take_lines(relay);
	}
	if (relay->has_looked && !relay->has_caught && !relay->has_more) {
		become_ready(relay, now);
	}
}

/* Who lost a right loses it now. */
static void look_at_keys(Relay *relay)
{
	switch (keyring_look(relay->keyring)) {
	case KEYRING_SAME:
		relay->is_torn = false;
		break;
	case KEYRING_TORN:
		relay->is_torn = true;
		break;
	case KEYRING_NEW:
		relay->is_torn = false;
		gate_recheck(relay->gate);
		hasten_beat(relay);
		break;
	}
}

static int milliseconds_until(gint64 usec, gint64 now)
{
	return usec <= now ? 0 : (int)((usec - now) / 1000 + 1);
}

/* How long poll may wait; `serve_ms` is what replay_serve asked for. */
static int patience(const Relay *relay, int serve_ms, gint64 now)
{
	int ms = MIN(milliseconds_until(relay->look_usec, now),
		     milliseconds_until(relay->beat_usec, now));

	if (relay->has_more) {
		return 0;
	}
	if (relay->is_torn) {
		ms = MIN(ms, TORN_MS);
	}
	return serve_ms >= 0 ? MIN(ms, serve_ms) : ms;
}

/* Who comes need not wait to learn that we are here and where the head is. */
static void hear_subscribers(Relay *relay, Live *live)
{
	guint before = live_subscriptions(live);

	live_hear(live);
	if (live_subscriptions(live) > before) {
		hasten_beat(relay);
	}
}

static int serve(Relay *relay, const zmq_pollitem_t *on)
{
	char *damage;
	int serve_ms;

	if (on[ON_LIVE].revents != 0) {
		hear_subscribers(relay, relay->live);
	}
	if (on[ON_NOTICE].revents != 0) {
		hear_subscribers(relay, relay->notice);
	}
	if (!relay->has_caught) {
		return -1; /* requests wait until the index is whole */
	}
	if (on[ON_REPLAY].revents != 0) {
		replay_hear(relay->replay);
	}
	serve_ms = replay_serve(relay->replay);
	damage = replay_take_damage(relay->replay);
	if (damage != NULL) {
		set_damage(relay, damage);
	}
	g_free(damage);
	return serve_ms;
}

/* We cannot open the new journal from here: reeved starts us again, after a last word. */
static bool strand(Relay *relay, gint64 now, GError **error)
{
	beat(relay, now);
	g_set_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT,
		    "the journal was removed or exchanged while it was read: starting again");
	return false;
}

bool relay_run(Relay *relay, GError **error)
{
	zmq_pollitem_t on[_ON_N] = {
		[ON_BELL] = {NULL, relay->options->bell, ZMQ_POLLIN, 0},
		[ON_LIFELINE] = {NULL, relay->options->lifeline, ZMQ_POLLIN, 0},
		[ON_SIGNAL] = {NULL, relay->signals, ZMQ_POLLIN, 0},
		[ON_GATE] = {gate_socket(relay->gate), 0, ZMQ_POLLIN, 0},
		[ON_LIVE] = {live_socket(relay->live), 0, ZMQ_POLLIN, 0},
		[ON_NOTICE] = {relay->notice == NULL ? NULL : live_socket(relay->notice), -1,
			       ZMQ_POLLIN, 0},
		[ON_REPLAY] = {replay_socket(relay->replay), 0, ZMQ_POLLIN, 0},
	};
	int serve_ms = -1;

	write_health(relay);
	for (;;) {
		gint64 now = clock_mono_usec();
		/* before the index is whole, requests are left where they are */
		int n = relay->has_caught ? _ON_N : ON_REPLAY;

		if (zmq_poll(on, n, patience(relay, serve_ms, now)) < 0 && errno != EINTR) {
			return error_set_errno(error, "cannot wait for work");
		}
		if (on[ON_LIFELINE].revents != 0 || on[ON_SIGNAL].revents != 0) {
			return true;
		}
		now = clock_mono_usec();
		if (on[ON_GATE].revents != 0) {
			gate_answer(relay->gate);
		}
		look_at_keys(relay);
		tell_news(relay, bell_answer(relay->options->bell), now);
		serve_ms = serve(relay, on);
		if (relay->has_caught && now >= relay->beat_usec) {
			beat(relay, now);
		}
		if (relay->is_stranded && relay->options->lifeline >= 0) {
			return strand(relay, now, error);
		}
	}
}
