/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The feed: see feed.h. */
#include "desktop/feed.h"
#include "desktop/notices.h"

#include "base/log.h"
#include "client/client.h"

#define AGAIN_USEC (5 * G_USEC_PER_SEC) /* after an end, before the next try */

struct Feed {
	void (*take)(gpointer self, FeedItem *item);
	gpointer self;
	GThread *thread;
	/* of the thread alone, once it runs */
	char *live, *replay;
	int silence_ms;
	Client *client;
	Notices *notices; /* instead of the client; NULL */
	char *position;   /* last told */
	/* shared */
	GMutex mutex;
	GCond changed;
	GQueue items; /* of FeedItem */
	guint source; /* that empties the queue; 0: none is due */
	bool is_stopping;
};

static void item_free(FeedItem *item)
{
	news_free(item->news);
	g_free(item->text);
	g_free(item);
}

/*
 * The main loop's side
 */

static FeedItem *pop(Feed *feed)
{
	FeedItem *item;

	g_mutex_lock(&feed->mutex);
	item = g_queue_pop_head(&feed->items);
	if (item == NULL) {
		feed->source = 0;
	}
	g_cond_signal(&feed->changed);
	g_mutex_unlock(&feed->mutex);
	return item;
}

/* One at a time, so that nothing else in the loop has to wait for a whole queue. */
static gboolean hand_over(gpointer data)
{
	Feed *feed = data;
	FeedItem *item = pop(feed);

	if (item == NULL) {
		return G_SOURCE_REMOVE;
	}
	feed->take(feed->self, item);
	item_free(item);
	return G_SOURCE_CONTINUE;
}

/*
 * The thread's side
 */

static void push(Feed *feed, FeedKind kind, News *news, const char *text)
{
	FeedItem *item = g_new0(FeedItem, 1);

	item->kind = kind;
	item->news = news;
	item->text = g_strdup(text);
	g_mutex_lock(&feed->mutex);
	while (feed->items.length >= FEED_QUEUE && !feed->is_stopping) {
		g_cond_wait(&feed->changed, &feed->mutex);
	}
	g_queue_push_tail(&feed->items, item);
	if (feed->source == 0 && !feed->is_stopping) {
		feed->source = g_idle_add_full(G_PRIORITY_DEFAULT, hand_over, feed, NULL);
	}
	g_mutex_unlock(&feed->mutex);
}

static bool is_stopping(Feed *feed)
{
	bool is;

	g_mutex_lock(&feed->mutex);
	is = feed->is_stopping;
	g_mutex_unlock(&feed->mutex);
	return is;
}

/* Waits before the next try, unless it is time to stop. */
static void pause_feed(Feed *feed)
{
	gint64 end = g_get_monotonic_time() + AGAIN_USEC;

	g_mutex_lock(&feed->mutex);
	while (!feed->is_stopping && g_cond_wait_until(&feed->changed, &feed->mutex, end)) {
	}
	g_mutex_unlock(&feed->mutex);
}

static bool open_client(Feed *feed, const char *since, GError **error)
{
	g_clear_pointer(&feed->client, client_free);
	feed->client = client_new(&(ClientOptions){.live = feed->live,
						   .replay = feed->replay,
						   .since = since,
						   .silence_ms = feed->silence_ms},
				  error);
	return feed->client != NULL;
}

static void give_news(Feed *feed, const ClientEvent *event)
{
	json_t *json = event_parse(event->body, event->size, NULL);
	News *news = json != NULL ? news_read(json, event->id) : NULL;

	if (json != NULL) {
		json_decref(json);
	}
	if (news != NULL) {
		push(feed, FEED_NEWS, news, NULL);
	}
}

/* Where the client stands, when it has not come from an event: the head it began at. */
static void give_position(Feed *feed)
{
	const char *id = client_cursor(feed->client);

	if (id != NULL && feed->position == NULL) {
		feed->position = g_strdup(id);
		push(feed, FEED_POSITION, NULL, id);
	}
}

/* The client is at its end; a new one begins at the head there is then, or where the old one was.
 */
static void begin_again(Feed *feed, bool is_from_head)
{
	g_autofree char *since = is_from_head ? NULL : g_strdup(client_cursor(feed->client));
	g_autoptr(GError) error = NULL;

	g_clear_pointer(&feed->position, g_free);
	pause_feed(feed);
	while (!open_client(feed, since, &error) && !is_stopping(feed)) {
		log_warning("%s; trying again", error->message);
		g_clear_error(&error);
		pause_feed(feed);
	}
}

static void step(Feed *feed)
{
	g_autoptr(GError) error = NULL;
	ClientEvent event;

	switch (client_next(feed->client, FEED_STOP_MS, &event, &error)) {
	case CLIENT_EVENT:
		give_news(feed, &event);
		break;
	case CLIENT_TIMEOUT:
		give_position(feed);
		break;
	case CLIENT_SILENT:
		push(feed, FEED_SILENT, NULL, NULL);
		break;
	case CLIENT_HEARD:
		push(feed, FEED_HEARD, NULL, NULL);
		break;
	case CLIENT_REFUSED:
		log_warning("%s", error->message);
		break;
	case CLIENT_GONE:
		push(feed, FEED_REWRITTEN, NULL, NULL);
		begin_again(feed, true);
		break;
	case CLIENT_BROKEN:
		push(feed, FEED_BROKEN, NULL, error->message);
		begin_again(feed, true);
		break;
	case CLIENT_ERROR:
		log_warning("%s; trying again", error->message);
		begin_again(feed, false);
		break;
	}
}

static void step_notices(Feed *feed)
{
	News *news;

	switch (notices_next(feed->notices, FEED_STOP_MS, &news)) {
	case NOTICES_NEWS:
		push(feed, FEED_NEWS, news, NULL);
		break;
	case NOTICES_SILENT:
		push(feed, FEED_SILENT, NULL, NULL);
		break;
	case NOTICES_HEARD:
		push(feed, FEED_HEARD, NULL, NULL);
		break;
	case NOTICES_NOTHING:
		break;
	}
}

static gpointer run(gpointer data)
{
	Feed *feed = data;

	while (!is_stopping(feed)) {
		if (feed->notices != NULL) {
			step_notices(feed);
		} else {
			step(feed);
		}
	}
	g_clear_pointer(&feed->client, client_free);
	g_clear_pointer(&feed->notices, notices_close);
	return NULL;
}

Feed *feed_start(const FeedOptions *options, void (*take)(gpointer self, FeedItem *item),
		 gpointer self, GError **error)
{
	Feed *feed = g_new0(Feed, 1);

	feed->take = take;
	feed->self = self;
	feed->live = g_strdup(options->live);
	feed->replay = g_strdup(options->replay);
	feed->silence_ms = options->silence_ms;
	g_mutex_init(&feed->mutex);
	g_cond_init(&feed->changed);
	g_queue_init(&feed->items);
	if (options->notice != NULL) {
		feed->notices = notices_open(options->notice, options->silence_ms, error);
	}
	if (options->notice != NULL ? feed->notices == NULL
				    : !open_client(feed, options->since, error)) {
		feed_stop(feed);
		return NULL;
	}
	feed->thread = g_thread_new("feed", run, feed);
	return feed;
}

void feed_stop(Feed *feed)
{
	if (feed == NULL) {
		return;
	}
	g_mutex_lock(&feed->mutex);
	feed->is_stopping = true;
	if (feed->source != 0) {
		g_source_remove(feed->source);
		feed->source = 0;
	}
	g_cond_broadcast(&feed->changed);
	g_mutex_unlock(&feed->mutex);
	if (feed->thread != NULL) {
		g_thread_join(feed->thread);
	}
	g_queue_clear_full(&feed->items, (GDestroyNotify)item_free);
	g_mutex_clear(&feed->mutex);
	g_cond_clear(&feed->changed);
	g_free(feed->live);
	g_free(feed->replay);
	g_free(feed->position);
	g_free(feed);
}
