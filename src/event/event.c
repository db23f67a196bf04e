/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Events: their life and words; see event.h. Bytes: encode.c, parse.c. */
#include "event/event.h"

static const char *const kind_words[_EVENT_N] = {
	[EVENT_BASELINE] = "baseline",     [EVENT_SCOPE] = "scope", [EVENT_CHANGE] = "change",
	[EVENT_RESOLVED] = "resolved",     [EVENT_ACK] = "ack",     [EVENT_REVIEW] = "review",
	[EVENT_REQUEST] = "request",       [EVENT_GAP] = "gap",     [EVENT_HEALTH] = "health",
	[EVENT_CHECKPOINT] = "checkpoint",
};

const char *event_kind_word(EventKind kind)
{
	g_assert(kind < _EVENT_N);
	return kind_words[kind];
}

bool event_kind_from_word(const char *word, EventKind *ret)
{
	for (guint i = 0; i < _EVENT_N; i++) {
		if (g_str_equal(word, kind_words[i])) {
			*ret = (EventKind)i;
			return true;
		}
	}
	return false;
}

Event *event_new(EventKind kind)
{
	Event *event = g_new0(Event, 1);

	event->kind = kind;
	event->files = g_ptr_array_new();
	event->refers = g_ptr_array_new_with_free_func(g_free);
	return event;
}

void event_free(Event *event)
{
	if (event == NULL) {
		return;
	}
	g_free(event->prev);
	g_free(event->commit);
	g_free(event->parent);
	g_free(event->register_commit);
	g_free(event->policy);
	event_group_free(event->group);
	g_free(event->waiting_since);
	g_free(event->summary);
	g_ptr_array_unref(event->files);
	g_ptr_array_unref(event->refers);
	g_free(event->who);
	g_free(event->note);
	gap_free(event->gap);
	g_strfreev(event->scope_added);
	g_strfreev(event->scope_removed);
	g_clear_pointer(&event->approval, approval_free);
	g_free(event);
}
