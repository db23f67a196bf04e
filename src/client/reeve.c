/* SPDX-License-Identifier: LGPL-3.0-or-later */
/*
 * libreeve: see reeve.h. The client (client.h) in clothes that fit any C program: no GLib in sight,
 * errors as text, topics, and one descriptor to poll. That one is an epoll of the client's own
 * descriptors and a timer for its deadlines, set anew whenever the client has nothing more to say.
 */
#include "client/reeve.h"
#include "client/client.h"

#include "base/fd.h"
#include "build-config.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>

#define LIVE "ipc:///run/reeve/live"
#define REPLAY "ipc:///run/reeve/replay"

struct Reeve {
	Client *client; /* NULL: it could not begin */
	GStrv topics;   /* NULL: all */
	char *error;
	int epoll, timer; /* -1: nobody asked */
	int watched[CLIENT_FDS];
};

/* What an older caller does not know of is zero. */
static ReeveOptions options_of(const ReeveOptions *given)
{
	ReeveOptions options = {0};

	if (given != NULL) {
		memcpy(&options, given, MIN(given->size, sizeof(options)));
	}
	return options;
}

static void set_error(Reeve *reeve, const GError *error)
{
	g_free(reeve->error);
	reeve->error = g_strdup(error == NULL ? NULL : error->message);
}

Reeve *reeve_open(const ReeveOptions *given)
{
	ReeveOptions options = options_of(given);
	g_autoptr(GError) error = NULL;
	Reeve *reeve = g_new0(Reeve, 1);

	reeve->epoll = reeve->timer = -1;
	for (guint i = 0; i < CLIENT_FDS; i++) {
		reeve->watched[i] = -1;
	}
	reeve->topics = g_strdupv((GStrv)options.topics);
	reeve->client = client_new(
		&(ClientOptions){
			.live = options.live != NULL ? options.live : LIVE,
			.replay = options.replay != NULL ? options.replay : REPLAY,
			.since = options.since,
			.silence_ms = (int)MIN(options.silence_ms, (unsigned)G_MAXINT),
			.server_key = options.server_key,
			.secret_key = options.secret_key,
			.checkpoint = options.checkpoint,
			.is_skimming = true,
		},
		&error);
	set_error(reeve, error);
	return reeve;
}

void reeve_close(Reeve *reeve)
{
	if (reeve == NULL) {
		return;
	}
	fd_close(&reeve->epoll);
	fd_close(&reeve->timer);
	client_free(reeve->client);
	g_strfreev(reeve->topics);
	g_free(reeve->error);
	g_free(reeve);
}

static bool is_wanted(const Reeve *reeve, const char *topic)
{
	for (guint i = 0; reeve->topics != NULL && reeve->topics[i] != NULL; i++) {
		if (g_str_has_prefix(topic, reeve->topics[i])) {
			return true;
		}
	}
	return reeve->topics == NULL;
}

/* The client's descriptors change; of one that was closed the kernel has forgotten the watch, of
 * one whose number has come back it has not heard. */
static void watch(Reeve *reeve)
{
	gint64 deadline = client_deadline_usec(reeve->client);
	struct itimerspec when = {.it_value = {.tv_sec = deadline / G_USEC_PER_SEC,
					       .tv_nsec = deadline % G_USEC_PER_SEC * 1000 + 1}};
	int fds[CLIENT_FDS];

	client_fds(reeve->client, fds);
	for (guint i = 0; i < CLIENT_FDS; i++) {
		struct epoll_event readable = {.events = EPOLLIN};

		if (reeve->watched[i] != fds[i] && reeve->watched[i] >= 0) {
			epoll_ctl(reeve->epoll, EPOLL_CTL_DEL, reeve->watched[i], NULL);
		}
		if (fds[i] >= 0) {
			epoll_ctl(reeve->epoll, EPOLL_CTL_ADD, fds[i], &readable);
		}
		reeve->watched[i] = fds[i];
	}
	timerfd_settime(reeve->timer, TFD_TIMER_ABSTIME, &when, NULL);
}

int reeve_fd(Reeve *reeve)
{
	struct epoll_event readable = {.events = EPOLLIN};

	if (reeve->epoll >= 0 || reeve->client == NULL) {
		errno = EINVAL;
		return reeve->epoll;
	}
	reeve->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	reeve->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (reeve->timer < 0 || reeve->epoll < 0 ||
	    epoll_ctl(reeve->epoll, EPOLL_CTL_ADD, reeve->timer, &readable) < 0) {
		fd_close(&reeve->timer);
		fd_close(&reeve->epoll);
		return -1;
	}
	/* at once, so that the first thing to do is done: to ask for what was missed */
	timerfd_settime(reeve->timer, 0, &(struct itimerspec){.it_value.tv_nsec = 1}, NULL);
	return reeve->epoll;
}

static ReeveNews news_of(ClientResult result)
{
	switch (result) {
	case CLIENT_EVENT:
		return REEVE_EVENT;
	case CLIENT_TIMEOUT:
		return REEVE_NOTHING;
	case CLIENT_SILENT:
		return REEVE_SILENT;
	case CLIENT_HEARD:
		return REEVE_HEARD;
	case CLIENT_REFUSED:
		return REEVE_REFUSED;
	case CLIENT_GONE:
		return REEVE_GONE;
	case CLIENT_BROKEN:
		return REEVE_BROKEN;
	case CLIENT_ERROR:
		return REEVE_FAILED;
	}
	g_assert_not_reached();
}

/* The next thing but for events of other topics, of which there may be any number. */
static ClientResult next_wanted(Reeve *reeve, int timeout_ms, ClientEvent *event, GError **error)
{
	gint64 deadline = g_get_monotonic_time() + (gint64)timeout_ms * 1000;
	int left_ms = timeout_ms;

	for (;;) {
		ClientResult result = client_next(reeve->client, left_ms, event, error);

		if (result != CLIENT_EVENT || is_wanted(reeve, event->topic)) {
			return result;
		}
		if (timeout_ms > 0) {
			left_ms = (int)MAX(0, (deadline - g_get_monotonic_time()) / 1000);
		}
	}
}

ReeveNews reeve_next(Reeve *reeve, int timeout_ms, ReeveEvent *ret)
{
	g_autoptr(GError) error = NULL;
	ClientEvent event;
	ClientResult result;

	if (reeve->client == NULL) {
		return REEVE_FAILED;
	}
	result = next_wanted(reeve, timeout_ms, &event, &error);
	set_error(reeve, error);
	if (result == CLIENT_EVENT && ret != NULL) {
		*ret = (ReeveEvent){.seq = event.seq,
				    .id = event.id,
				    .prev = event.prev,
				    .topic = event.topic,
				    .body = event.body,
				    .body_size = event.size};
	}
	if (result == CLIENT_TIMEOUT && reeve->epoll >= 0) {
		watch(reeve);
	}
	return news_of(result);
}

ReeveNews reeve_run(Reeve *reeve, ReeveHandler handle, void *context)
{
	for (;;) {
		ReeveEvent event;
		ReeveNews news = reeve_next(reeve, -1, &event);

		if (handle(context, news, news == REEVE_EVENT ? &event : NULL) != 0 ||
		    news == REEVE_GONE || news == REEVE_BROKEN || news == REEVE_FAILED) {
			return news;
		}
	}
}

const char *reeve_cursor(const Reeve *reeve)
{
	return reeve->client == NULL ? NULL : client_cursor(reeve->client);
}

const char *reeve_checkpoint(Reeve *reeve)
{
	return reeve->client == NULL ? NULL : client_checkpoint(reeve->client);
}

const char *reeve_host(const Reeve *reeve)
{
	return reeve->client == NULL ? NULL : client_host(reeve->client);
}

const char *reeve_error(const Reeve *reeve)
{
	return reeve->error == NULL ? "" : reeve->error;
}

const char *reeve_version(void)
{
	return REEVE_VERSION;
}
