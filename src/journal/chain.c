/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The chain of events: see chain.h. */
#include "journal/chain.h"

#include <inttypes.h>
#include <stdarg.h>

void chain_init(Chain *chain, goffset offset, const JournalCursor *known)
{
	*chain = (Chain){.starts_inside = offset > 0, .offset = offset, .end = offset};
	chain->known = known;
	chain->met_known = known == NULL || known->seq == 0;
	chain->problems = g_ptr_array_new_with_free_func(g_free);
}

void chain_clear(Chain *chain)
{
	g_free(chain->suspect);
	g_clear_pointer(&chain->problems, g_ptr_array_unref);
}

static void add_problem(Chain *chain, char *problem)
{
	if (chain->problem_count++ < CHAIN_MAX_PROBLEMS) {
		g_ptr_array_add(chain->problems, problem);
	} else {
		g_free(problem);
	}
}

void chain_complain(Chain *chain, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_problem(chain, g_strdup_vprintf(format, args));
	va_end(args);
}

/* "line 7 (byte 1234, seq 7)", or where the count of lines is not known, without it. */
static char *where(const Chain *chain)
{
	g_autofree char *line = chain->starts_inside
					? g_strdup("the line")
					: g_strdup_printf("line %" PRIu64, chain->line);

	return g_strdup_printf("%s (byte %" G_GOFFSET_FORMAT ", seq %" PRIu64 ")", line,
			       chain->offset, chain->seq);
}

static void settle_suspect(Chain *chain)
{
	if (chain->suspect != NULL) {
		add_problem(chain, g_steal_pointer(&chain->suspect));
	}
}

static void step(Chain *chain, goffset offset, goffset end)
{
	chain->line++;
	chain->offset = offset;
	chain->end = end;
}

static void check_first(Chain *chain, const char *prev)
{
	if (!chain->starts_inside && (prev != NULL || chain->seq != 1)) {
		g_autofree char *here = where(chain);

		chain_complain(chain, "%s: the journal does not begin with the first event", here);
	}
}

static void check_seq(Chain *chain, guint64 before)
{
	g_autofree char *here = where(chain);

	settle_suspect(chain);
	if (chain->seq > before) {
		chain_complain(chain, "%s: follows seq %" PRIu64 ": %" PRIu64 " events are missing",
			       here, before, chain->seq - before - 1);
	} else {
		chain_complain(chain, "%s: follows seq %" PRIu64 ": out of order", here, before);
	}
}

/*
 * `prev` is not the id of the line before. One of the two was changed: it is the line before when
 * that fits neither of its neighbours, and this line when the next does not fit it either; what is
 * said of this line is therefore kept until the next was seen.
 */
static void suspect_link(Chain *chain, const char *before)
{
	g_autofree char *here = where(chain);

	if (chain->suspect != NULL) {
		g_clear_pointer(&chain->suspect, g_free);
		chain_complain(chain,
			       "%s: was changed after it was written: neither the line before nor "
			       "the one behind it fits",
			       before);
		return;
	}
	chain->suspect = g_strdup_printf("%s: was changed after it was written: it does not have "
					 "the id that %s gives it",
					 before, here);
}

static void check_link(Chain *chain, const char *prev, guint64 seq_before, const char *id_before,
		       const char *before)
{
	if (chain->seq != seq_before + 1) {
		check_seq(chain, seq_before);
	} else if (g_strcmp0(prev, id_before) != 0) {
		suspect_link(chain, before);
	} else {
		settle_suspect(chain);
	}
}

static json_t *take_line(Chain *chain, const JournalLine *line)
{
	g_autofree char *before = where(chain);
	g_autofree char *id_before = g_strdup(chain->id);
	g_autoptr(GError) error = NULL;
	guint64 seq_before = chain->seq;
	bool is_first = chain->line == 0;
	bool is_excused = chain->is_excused;
	json_t *event = event_parse(line->body, line->size, &error);
	const char *prev;

	step(chain, line->offset, line->offset + (goffset)line->size + 1);
	g_strlcpy(chain->id, line->id, sizeof(chain->id));
	chain->seq = event == NULL ? seq_before + 1
				   : (guint64)json_integer_value(json_object_get(event, "seq"));
	chain->is_excused = event == NULL;
	if (event == NULL) {
		g_autofree char *here = where(chain);

		settle_suspect(chain);
		chain_complain(chain, "%s: %s", here, error->message);
		return NULL;
	}
	prev = json_string_value(json_object_get(event, "prev"));
	if (is_first) {
		check_first(chain, prev);
	} else if (!is_excused || chain->seq > seq_before + 1) {
		check_link(chain, prev, seq_before, id_before, before);
	}
	return event;
}

static void take_overlong(Chain *chain, goffset end)
{
	g_autofree char *here = NULL;

	step(chain, chain->end, end);
	chain->seq++;
	chain->is_excused = true;
	settle_suspect(chain);
	here = where(chain);
	chain_complain(chain, "%s: longer than any event", here);
}

/* The last line ends where the cursor ends: it must be the event the cursor names. */
static void check_known(Chain *chain)
{
	const JournalCursor *known = chain->known;
	g_autofree char *here = where(chain);

	chain->met_known = true;
	if (chain->seq == known->seq && g_str_equal(chain->id, known->id)) {
		return;
	}
	/* a bad link to the line before is this line's own fault, then */
	g_clear_pointer(&chain->suspect, g_free);
	if (chain->seq < known->seq) {
		chain_complain(chain, "%s: the cursor knew of seq %" PRIu64 ": events are missing",
			       here, known->seq);
	} else if (!chain->is_excused) {
		chain_complain(chain,
			       "%s: was changed after it was written: it is not what the cursor "
			       "says",
			       here);
	}
	chain->is_excused = true;
}

JournalRead chain_next(Chain *chain, JournalReader *reader, JournalLine *ret_line,
		       json_t **ret_event, GError **error)
{
	g_autoptr(GError) problem = NULL;
	JournalRead got = journal_reader_next(reader, ret_line, &problem);

	*ret_event = NULL;
	if (got == JOURNAL_LINE) {
		*ret_event = take_line(chain, ret_line);
	} else if (g_error_matches(problem, REEVE_ERROR, REEVE_ERROR_LIMIT)) {
		g_clear_error(&problem);
		got = journal_reader_skip(reader, &problem);
		if (got == JOURNAL_LINE) {
			take_overlong(chain, journal_reader_offset(reader));
		}
	}
	if (got == JOURNAL_LINE && chain->known != NULL && chain->end == chain->known->end) {
		check_known(chain);
	}
	if (got == JOURNAL_ERROR) {
		g_propagate_error(error, g_steal_pointer(&problem));
	}
	return got;
}

void chain_finish(Chain *chain)
{
	settle_suspect(chain);
	if (chain->known != NULL && !chain->met_known) {
		chain_complain(chain,
			       "the last whole line ends at byte %" G_GOFFSET_FORMAT
			       ", seq %" PRIu64 ", but the cursor knew of byte %" G_GOFFSET_FORMAT
			       ", seq %" PRIu64,
			       chain->end, chain->seq, chain->known->end, chain->known->seq);
	}
}
