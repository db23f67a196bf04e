/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The board: see board.h. */
#include "desktop/board.h"

#include <string.h>

/* What is known of a host. */
typedef struct {
	char *name;
	GPtrArray *alerts; /* of Alert, borrowed, oldest first */
	bool is_crowded;   /* one card for all */
	guint uncounted;   /* changes that are not kept any more */
} Host;

/* An alert with what is still open of it. */
typedef struct {
	Host *host;
	News *news; /* its files are those that are open */
	char *key;  /* of the card it is told on */
} Alert;

struct Board {
	GPtrArray *hosts;  /* of Host */
	GQueue alerts;     /* of Alert, oldest first */
	GHashTable *by_id; /* id -> GList link in `alerts` */
	GHashTable *paths; /* "host\npath" -> Alert that holds the path */
	guint n_changes;
	char *newest;
};

static void host_free(Host *host)
{
	g_free(host->name);
	g_ptr_array_unref(host->alerts);
	g_free(host);
}

static void alert_free(Alert *alert)
{
	news_free(alert->news);
	g_free(alert->key);
	g_free(alert);
}

Board *board_new(void)
{
	Board *board = g_new0(Board, 1);

	board->hosts = g_ptr_array_new_with_free_func((GDestroyNotify)host_free);
	g_queue_init(&board->alerts);
	board->by_id = g_hash_table_new(g_str_hash, g_str_equal);
	board->paths = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	return board;
}

void board_free(Board *board)
{
	if (board == NULL) {
		return;
	}
	g_hash_table_unref(board->by_id);
	g_hash_table_unref(board->paths);
	g_queue_clear_full(&board->alerts, (GDestroyNotify)alert_free);
	g_ptr_array_unref(board->hosts);
	g_free(board->newest);
	g_free(board);
}

static Host *host_of(Board *board, const char *name)
{
	Host *host;

	for (guint i = 0; i < board->hosts->len; i++) {
		host = board->hosts->pdata[i];
		if (strcmp(host->name, name) == 0) {
			return host;
		}
	}
	host = g_new0(Host, 1);
	host->name = g_strdup(name);
	host->alerts = g_ptr_array_new();
	g_ptr_array_add(board->hosts, host);
	return host;
}

/* (No name of a host and no escaped path has a newline.) */
static char *path_key(const Host *host, const char *path)
{
	return g_strconcat(host->name, "\n", path, NULL);
}

/* How much of BOARD_MAX_CHANGES an alert takes. */
static guint weight(const Alert *alert)
{
	return MAX(alert->news->files->len, 1);
}

/*
 * Closing
 */

/* Forgets which alert holds a path, when it is this one. */
static void release_path(Board *board, const Alert *alert, const char *path)
{
	g_autofree char *key = path_key(alert->host, path);

	if (g_hash_table_lookup(board->paths, key) == alert) {
		g_hash_table_remove(board->paths, key);
	}
}

static void close_alert(Board *board, Alert *alert)
{
	GList *link = g_hash_table_lookup(board->by_id, alert->news->id);

	for (guint i = 0; i < alert->news->files->len; i++) {
		release_path(board, alert, ((NewsFile *)alert->news->files->pdata[i])->path);
	}
	board->n_changes -= weight(alert);
	g_hash_table_remove(board->by_id, alert->news->id);
	g_queue_delete_link(&board->alerts, link);
	g_ptr_array_remove(alert->host->alerts, alert);
	if (alert->host->alerts->len == 0) {
		alert->host->is_crowded = false;
		alert->host->uncounted = 0;
	}
	alert_free(alert);
}

static void close_id(Board *board, const char *id)
{
	GList *link = g_hash_table_lookup(board->by_id, id);

	if (link != NULL) {
		close_alert(board, link->data);
	}
}

static Alert *holder_of(const Board *board, const Host *host, const char *path)
{
	g_autofree char *key = path_key(host, path);

	return g_hash_table_lookup(board->paths, key);
}

/* A path that is not as the alert said any more; with its last path the alert is closed. */
static void close_path(Board *board, Host *host, const char *path)
{
	Alert *alert = holder_of(board, host, path);
	GPtrArray *files;

	if (alert == NULL) {
		return;
	}
	files = alert->news->files;
	if (files->len == 1) {
		close_alert(board, alert);
		return;
	}
	release_path(board, alert, path);
	for (guint i = 0; i < files->len; i++) {
		const NewsFile *file = files->pdata[i];

		if (!file->is_transient && strcmp(file->path, path) == 0) {
			g_ptr_array_remove_index(files, i);
			board->n_changes--;
			return;
		}
	}
}

static void close_host(Board *board, Host *host)
{
	while (host->alerts->len > 0) {
		close_alert(board, host->alerts->pdata[host->alerts->len - 1]);
	}
}

void board_dismiss(Board *board, const GPtrArray *ids)
{
	for (guint i = 0; i < ids->len; i++) {
		close_id(board, ids->pdata[i]);
	}
}

/*
 * Opening
 */

/* The alert on whose card a new one is told; NULL: it gets its own. */
static const Alert *neighbour_of(const Board *board, const Host *host, const News *news)
{
	const Alert *last =
		host->alerts->len > 0 ? host->alerts->pdata[host->alerts->len - 1] : NULL;

	for (guint i = 0; i < news->files->len; i++) {
		const Alert *holder =
			holder_of(board, host, ((NewsFile *)news->files->pdata[i])->path);

		if (holder != NULL) {
			return holder;
		}
	}
	if (last != NULL &&
	    (ABS(news->time_usec - last->news->time_usec) < BOARD_BURST_USEC ||
	     (news->commit != NULL && g_strcmp0(news->commit, last->news->commit) == 0))) {
		return last;
	}
	return NULL;
}

static char *choose_key(const Board *board, const Host *host, const News *news)
{
	const Alert *neighbour;

	if (news->group != NULL) {
		return g_strconcat("group ", news->group, NULL);
	}
	neighbour = neighbour_of(board, host, news);
	return g_strdup(neighbour != NULL ? neighbour->key : news->id);
}

static guint count_cards(const Host *host)
{
	g_autoptr(GHashTable) keys = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < host->alerts->len; i++) {
		g_hash_table_add(keys, ((const Alert *)host->alerts->pdata[i])->key);
	}
	return g_hash_table_size(keys);
}

/* Whether the newest alert shares the card of the one before it (in a storm they all do). */
static bool is_told_with_last(const Host *host)
{
	const Alert *newest = host->alerts->pdata[host->alerts->len - 1];
	const Alert *before =
		host->alerts->len > 1 ? host->alerts->pdata[host->alerts->len - 2] : NULL;

	return before != NULL && strcmp(before->key, newest->key) == 0;
}

static void drop_harmless_files(News *news)
{
	for (guint i = news->files->len; i > 0; i--) {
		if (!news_file_is_alert(news->files->pdata[i - 1])) {
			g_ptr_array_remove_index(news->files, i - 1);
		}
	}
}

static void hold_paths(Board *board, Alert *alert)
{
	for (guint i = 0; i < alert->news->files->len; i++) {
		const NewsFile *file = alert->news->files->pdata[i];

		/* what came and went leaves nothing behind that could be put back */
		if (!file->is_transient) {
			g_hash_table_replace(board->paths, path_key(alert->host, file->path),
					     alert);
		}
	}
}

static void make_room(Board *board)
{
	while (board->n_changes > BOARD_MAX_CHANGES && board->alerts.length > 1) {
		Alert *oldest = board->alerts.head->data;
		Host *host = oldest->host;
		guint lost = host->uncounted + weight(oldest);

		close_alert(board, oldest);
		host->uncounted = host->alerts->len > 0 ? lost : 0;
	}
}

/* Takes over the news. */
static void open_alert(Board *board, Host *host, News *news, char *key)
{
	Alert *alert = g_new0(Alert, 1);

	alert->host = host;
	alert->news = news;
	alert->key = key;
	g_queue_push_tail(&board->alerts, alert);
	g_hash_table_insert(board->by_id, news->id, board->alerts.tail);
	g_ptr_array_add(host->alerts, alert);
	board->n_changes += weight(alert);
	hold_paths(board, alert);
	if (!is_told_with_last(host) && count_cards(host) > BOARD_MAX_CARDS_PER_HOST) {
		host->is_crowded = true;
	}
	make_room(board);
}

/*
 * Taking news
 */

/* Whatever a change says of a path, what was said of it before is over. */
static void close_old_paths(Board *board, Host *host, const News *news)
{
	for (guint i = 0; i < news->files->len; i++) {
		const NewsFile *file = news->files->pdata[i];

		if (!file->is_transient) {
			close_path(board, host, file->path);
		}
		if (file->moved_from != NULL) {
			close_path(board, host, file->moved_from);
		}
	}
}

static void close_references(Board *board, const News *news)
{
	for (guint i = 0; i < news->refers->len; i++) {
		close_id(board, news->refers->pdata[i]);
	}
}

/* Takes over the news. */
static void take_alert(Board *board, Host *host, News *news)
{
	bool had_files = news->files->len > 0;
	char *key = choose_key(board, host, news);

	close_old_paths(board, host, news);
	drop_harmless_files(news);
	if (had_files && news->files->len == 0) {
		g_free(key);
		news_free(news);
		return;
	}
	open_alert(board, host, news, key);
}

static void take_word(Board *board, Host *host, const News *news)
{
	switch (news->kind) {
	case EVENT_CHANGE:
		close_old_paths(board, host, news);
		break;
	case EVENT_RESOLVED:
		close_old_paths(board, host, news);
		if (news->files->len == 0) {
			close_references(board, news);
		}
		break;
	case EVENT_ACK:
	case EVENT_REVIEW:
		close_references(board, news);
		break;
	case EVENT_BASELINE:
		close_host(board, host);
		break;
	case EVENT_SCOPE:
	case EVENT_REQUEST:
	case EVENT_GAP:
	case EVENT_HEALTH:
	case EVENT_CHECKPOINT:
		break;
	case _EVENT_N:
		g_assert_not_reached();
	}
}

void board_take(Board *board, News *news)
{
	Host *host = host_of(board, news->host);

	g_free(board->newest);
	board->newest = g_strdup(news->id);
	if (g_hash_table_contains(board->by_id, news->id)) {
		news_free(news); /* at least once: we have it */
	} else if (news->is_alert) {
		take_alert(board, host, news);
	} else {
		take_word(board, host, news);
		news_free(news);
	}
}

void board_start(Board *board, const char *id)
{
	if (board->newest == NULL) {
		board->newest = g_strdup(id);
	}
}

const char *board_cursor(const Board *board)
{
	const Alert *oldest = board->alerts.length > 0 ? board->alerts.head->data : NULL;

	return oldest != NULL ? oldest->news->prev : board->newest;
}

/*
 * Cards
 */

/* The card of those alerts of a host that have this key; NULL: of all. */
static Card *make_card(const Host *host, const char *key)
{
	g_autoptr(GPtrArray) files = g_ptr_array_new();
	g_autoptr(GPtrArray) ids = g_ptr_array_new();
	g_autofree char *host_key = g_strconcat("host ", host->name, NULL);
	CardMatter matter = {.host = host->name, .files = files};
	Card *card;

	for (guint i = 0; i < host->alerts->len; i++) {
		const Alert *alert = host->alerts->pdata[i];

		if (key != NULL && strcmp(alert->key, key) != 0) {
			continue;
		}
		for (guint j = 0; j < alert->news->files->len; j++) {
			g_ptr_array_add(files, alert->news->files->pdata[j]);
		}
		matter.n += weight(alert);
		matter.severity =
			MAX(matter.severity, alert->news->files->len == 0 ? alert->news->severity
									  : SEVERITY_INFORMATIONAL);
		matter.summary = alert->news->summary;
		g_ptr_array_add(ids, alert->news->id);
	}
	matter.n += host->uncounted;
	matter.is_floor = host->uncounted > 0;
	card = card_of_changes(key != NULL ? key : host_key, &matter);
	for (guint i = 0; i < ids->len; i++) {
		g_ptr_array_add(card->ids, g_strdup(ids->pdata[i]));
	}
	return card;
}

static void add_cards(const Host *host, GPtrArray *cards)
{
	g_autoptr(GHashTable) done = g_hash_table_new(g_str_hash, g_str_equal);

	if (host->is_crowded) {
		g_ptr_array_add(cards, make_card(host, NULL));
		return;
	}
	for (guint i = 0; i < host->alerts->len; i++) {
		char *key = ((const Alert *)host->alerts->pdata[i])->key;

		if (g_hash_table_add(done, key)) {
			g_ptr_array_add(cards, make_card(host, key));
		}
	}
}

GPtrArray *board_cards(const Board *board)
{
	GPtrArray *cards = g_ptr_array_new_with_free_func((GDestroyNotify)card_free);

	for (guint i = 0; i < board->hosts->len; i++) {
		add_cards(board->hosts->pdata[i], cards);
	}
	return cards;
}
