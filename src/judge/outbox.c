/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The outbox: see outbox.h. */
#include "judge/outbox.h"

#include "base/bell.h"
#include "base/clock.h"

/* A rebuild may read the whole journal: not with every event. */
#define REOPEN_INDEX_AFTER_USEC (5 * G_USEC_PER_SEC)

struct Outbox {
	Journal *journal;
	OutboxPlaces places;
	GQueue waiting;      /* of Event: not appended yet */
	guint appended;      /* appended, but perhaps not on disk */
	GHashTable *touched; /* paths of events the index does not know yet */
	Index *index;
	char *index_trouble;
	gint64 index_tried_usec; /* monotonic */
};

Outbox *outbox_new(Journal *journal, const OutboxPlaces *places)
{
	Outbox *outbox = g_new0(Outbox, 1);

	outbox->journal = journal;
	outbox->places = *places;
	g_queue_init(&outbox->waiting);
	outbox->touched = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	return outbox;
}

void outbox_free(Outbox *outbox)
{
	if (outbox == NULL) {
		return;
	}
	g_queue_clear_full(&outbox->waiting, (GDestroyNotify)event_free);
	g_hash_table_unref(outbox->touched);
	index_close(outbox->index);
	g_free(outbox->index_trouble);
	g_free(outbox);
}

void outbox_add(Outbox *outbox, Event *event)
{
	for (guint i = 0; i < event->files->len; i++) {
		const Change *change = event->files->pdata[i];

		g_hash_table_add(outbox->touched, event_path(change->path));
	}
	g_queue_push_tail(&outbox->waiting, event);
}

guint outbox_waiting(const Outbox *outbox)
{
	return outbox->waiting.length + outbox->appended;
}

bool outbox_touches(const Outbox *outbox, const char *path)
{
	return g_hash_table_contains(outbox->touched, path);
}

/* The journal's buffer is bounded: where it is full, syncing makes room. */
static bool append(Outbox *outbox, Event *event, GError **error)
{
	g_autoptr(GError) full = NULL;

	if (journal_append(outbox->journal, event, &full)) {
		return true;
	}
	if (!g_error_matches(full, REEVE_ERROR, REEVE_ERROR_LIMIT)) {
		g_propagate_error(error, g_steal_pointer(&full));
		return false;
	}
	return journal_sync(outbox->journal, error) &&
	       journal_append(outbox->journal, event, error);
}

static bool append_all(Outbox *outbox, GError **error)
{
	while (outbox->waiting.length > 0) {
		Event *event = g_queue_peek_head(&outbox->waiting);

		if (!append(outbox, event, error)) {
			return false;
		}
		outbox->appended++;
		event_free(g_queue_pop_head(&outbox->waiting));
	}
	return true;
}

static void give_up_index(Outbox *outbox, GError *error)
{
	g_clear_pointer(&outbox->index, index_close);
	g_free(outbox->index_trouble);
	outbox->index_trouble = g_strdup(error->message);
	g_error_free(error);
}

static void catch_up_index(Outbox *outbox)
{
	gint64 now = clock_mono_usec();
	GError *error = NULL;

	if (outbox->index != NULL) {
		if (!index_catch_up(outbox->index, &error)) {
			give_up_index(outbox, error);
			return;
		}
	} else {
		if (outbox->index_tried_usec != 0 &&
		    now - outbox->index_tried_usec < REOPEN_INDEX_AFTER_USEC) {
			return;
		}
		outbox->index_tried_usec = now;
		outbox->index = index_open_writer(outbox->places.dir_fd, outbox->places.journal_dir,
						  outbox->places.boot, &error);
		if (outbox->index == NULL) {
			give_up_index(outbox, error);
			return;
		}
	}
	g_clear_pointer(&outbox->index_trouble, g_free);
	g_hash_table_remove_all(outbox->touched);
}

bool outbox_flush(Outbox *outbox, GError **error)
{
	if (outbox_waiting(outbox) > 0) {
		if (!append_all(outbox, error) || !journal_sync(outbox->journal, error)) {
			return false;
		}
		outbox->appended = 0;
		bell_ring(outbox->places.next_bell);
		catch_up_index(outbox);
	} else if (outbox->index == NULL || index_is_waiting(outbox->index)) {
		catch_up_index(outbox);
	}
	return true;
}

Index *outbox_index(Outbox *outbox)
{
	return outbox->index;
}

const char *outbox_index_trouble(const Outbox *outbox)
{
	return outbox->index_trouble;
}
