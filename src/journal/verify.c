/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Checking the whole journal: see reader.h. The cursor is read first, so that a judge who appends
 * meanwhile does no harm: what the cursor knew must be there, what came later follows from it.
 */
#include "journal/chain.h"
#include "journal/journal.h"
#include "journal/reader.h"

#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

/* Bytes between two calls of `progress`. */
#define PROGRESS_BYTES (1024 * 1024)

typedef struct {
	void (*tell)(void *context, guint64 done, guint64 of);
	void *context;
	guint64 of, told;
} Progress;

static void tell_progress(Progress *progress, goffset at, bool is_last)
{
	guint64 done = (guint64)at;

	if (progress->tell != NULL && (is_last || done - progress->told >= PROGRESS_BYTES)) {
		progress->tell(progress->context, done, MAX(done, progress->of));
		progress->told = done;
	}
}

static int open_part(int dir_fd, const char *name)
{
	return openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
}

static void check_cursor_read(Chain *chain, CursorRead found)
{
	switch (found) {
	case CURSOR_MISSING:
		if (chain->line > 0) {
			chain_complain(chain, "cursor: missing: events could be gone from the end "
					      "of the journal unnoticed");
		}
		break;
	case CURSOR_INVALID:
		chain_complain(chain, "cursor: was changed: its checksum does not hold");
		break;
	case CURSOR_FOUND:
		break;
	}
}

static bool read_all(Chain *chain, int fd, Progress *progress, GError **error)
{
	g_autoptr(JournalReader) reader = journal_reader_new(fd, 0);
	JournalRead got;

	do {
		JournalLine line;
		json_t *event;

		got = chain_next(chain, reader, &line, &event, error);
		json_decref(event);
		tell_progress(progress, chain->end, got == JOURNAL_END);
	} while (got == JOURNAL_LINE);
	return got == JOURNAL_END;
}

GPtrArray *journal_verify(int dir_fd, void (*progress)(void *context, guint64 done, guint64 of),
			  void *context, guint64 *ret_events, GError **error)
{
	Progress to_tell = {.tell = progress, .context = context};
	auto_fd int cursor_fd = -1;
	auto_fd int fd = -1;
	g_auto(Chain) chain = {0};
	JournalCursor known;
	CursorRead found;
	struct stat st;

	cursor_fd = open_part(dir_fd, JOURNAL_CURSOR);
	if (cursor_fd < 0 && errno != ENOENT) {
		error_set_errno(error, "cannot open journal/" JOURNAL_CURSOR);
		return NULL;
	}
	found = cursor_read(cursor_fd, &known);
	fd = open_part(dir_fd, JOURNAL_FILE);
	if (fd < 0 || fstat(fd, &st) < 0) {
		error_set_errno(error, "cannot open journal/" JOURNAL_FILE);
		return NULL;
	}
	to_tell.of = (guint64)st.st_size;
	chain_init(&chain, 0, found == CURSOR_FOUND ? &known : NULL);
	if (!read_all(&chain, fd, &to_tell, error)) {
		return NULL;
	}
	chain_finish(&chain);
	check_cursor_read(&chain, found);
	if (chain.problem_count > chain.problems->len) {
		g_ptr_array_add(chain.problems,
				g_strdup_printf("and %" G_GUINT64_FORMAT " problems more",
						chain.problem_count - chain.problems->len));
	}
	*ret_events = chain.line;
	return g_steal_pointer(&chain.problems);
}
