/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finding out where the journal stands: see recovery.h. */
#include "journal/recovery.h"
#include "journal/chain.h"
#include "journal/position.h"

#include <string.h>

/* Problems named in one sentence; `reeve verify` tells all. */
#define NAMED_PROBLEMS 3

void recovery_clear(Recovery *recovery)
{
	journal_position_clear(&recovery->position);
	g_free(recovery->damage);
}

static char *damage_sentence(const Chain *chain)
{
	g_autoptr(GString) text = g_string_new(NULL);
	guint named = MIN(chain->problems->len, NAMED_PROBLEMS);

	for (guint i = 0; i < named; i++) {
		g_string_append_printf(text, "%s%s", i == 0 ? "" : "; ",
				       (const char *)g_ptr_array_index(chain->problems, i));
	}
	if (chain->problem_count > named) {
		g_string_append_printf(text, "; and %" G_GUINT64_FORMAT " more",
				       chain->problem_count - named);
	}
	return g_strdup(text->str);
}

/* Events the cursor knew are gone; what it says of the judging is all that is left of them. */
static void keep_known_position(Recovery *recovery, const JournalCursor *known)
{
	JournalPosition *position = &recovery->position;

	if (known->commit[0] == '\0' || g_strcmp0(position->commit, known->commit) == 0) {
		return;
	}
	journal_position_clear(position);
	position->commit = g_strdup(known->commit);
	position->part_n = known->part_n;
	position->part_of = known->part_of;
	position->files = g_ptr_array_new_with_free_func(g_free);
	recovery->cursor.from = recovery->cursor.end;
}

static void set_head(Recovery *recovery, const Chain *chain, const JournalCursor *known)
{
	JournalCursor *cursor = &recovery->cursor;
	const char *commit;

	cursor->seq = chain->seq;
	g_strlcpy(cursor->id, chain->id, sizeof(cursor->id));
	cursor->end = chain->end;
	if (recovery->damage != NULL && known != NULL && known->seq >= chain->seq) {
		cursor->seq = known->seq;
		g_strlcpy(cursor->id, known->id, sizeof(cursor->id));
		keep_known_position(recovery, known);
	}
	commit = recovery->position.commit;
	g_strlcpy(cursor->commit, commit == NULL ? "" : commit, sizeof(cursor->commit));
	cursor->part_n = recovery->position.part_n;
	cursor->part_of = recovery->position.part_of;
}

static JournalRead read_next(Chain *chain, JournalReader *reader, Recovery *recovery,
			     GError **error)
{
	JournalLine line;
	json_t *event;
	JournalRead got = chain_next(chain, reader, &line, &event, error);

	if (event != NULL && position_take_json(&recovery->position, event)) {
		recovery->cursor.from = line.offset;
	}
	json_decref(event);
	return got;
}

/* Reads from byte `from`; recovery->damage says whether all is as it should be. */
static bool read_from(int fd, goffset from, const JournalCursor *known, Recovery *recovery,
		      GError **error)
{
	g_autoptr(JournalReader) reader = journal_reader_new(fd, from);
	g_autoptr(GError) problem = NULL;
	g_auto(Chain) chain = {0};

	recovery->cursor.from = from;
	chain_init(&chain, from, known);
	while (read_next(&chain, reader, recovery, &problem) == JOURNAL_LINE) {
	}
	/* shorter than where we started: the cursor was not met, chain_finish says so */
	if (problem != NULL && !g_error_matches(problem, REEVE_ERROR, REEVE_ERROR_CORRUPT)) {
		g_propagate_error(error, g_steal_pointer(&problem));
		return false;
	}
	chain_finish(&chain);
	recovery->damage = chain.problem_count > 0 ? damage_sentence(&chain) : NULL;
	recovery->whole_end = chain.end;
	set_head(recovery, &chain, known);
	return true;
}

/* The record that knows more; false: neither is one. */
static bool read_known(CursorRead found, const JournalCursor *cursor, int witness_fd,
		       JournalCursor *ret)
{
	JournalCursor witness;
	bool has_witness = cursor_read(witness_fd, &witness) == CURSOR_FOUND;

	if (has_witness && (found != CURSOR_FOUND || witness.seq > cursor->seq)) {
		*ret = witness;
		return true;
	}
	*ret = *cursor;
	return found == CURSOR_FOUND;
}

/* The whole journal is gone. Nothing that is left says what was judged, and of what drifts nothing
 * is known any more: everything is to be judged again. */
static void begin_anew(Recovery *recovery, const JournalCursor *known)
{
	journal_position_clear(&recovery->position);
	recovery->lost_events = known->seq;
	recovery->cursor = (JournalCursor){.seq = known->seq};
	g_strlcpy(recovery->cursor.id, known->id, sizeof(recovery->cursor.id));
}

bool recovery_read(int journal_fd, int cursor_fd, int witness_fd, Recovery *ret, GError **error)
{
	g_auto(Recovery) recovery = {0};
	JournalCursor cursor = {0}, known;
	CursorRead found = cursor_read(cursor_fd, &cursor);
	bool has_cursor = read_known(found, &cursor, witness_fd, &known);

	if (!read_from(journal_fd, has_cursor ? known.from : 0, has_cursor ? &known : NULL,
		       &recovery, error)) {
		return false;
	}
	if (has_cursor && recovery.damage != NULL && known.from > 0) {
		/* the whole is needed to say what is wrong, and to go on behind it */
		recovery_clear(&recovery);
		recovery = (Recovery){0};
		if (!read_from(journal_fd, 0, &known, &recovery, error)) {
			return false;
		}
	}
	if (has_cursor && known.seq > 0 && recovery.whole_end == 0) {
		begin_anew(&recovery, &known);
	}
	recovery.cursor_was_lost =
		found == CURSOR_INVALID || (found == CURSOR_MISSING && recovery.whole_end > 0);
	*ret = recovery;
	recovery = (Recovery){0};
	return true;
}
