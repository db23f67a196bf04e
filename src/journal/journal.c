/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Appending to the journal: see journal.h. Lines are written at the known end, not with O_APPEND:
 * what a failed write left behind is overwritten by the next try.
 */
#include "journal/journal.h"
#include "journal/position.h"
#include "journal/recovery.h"
#include "journal/seal.h"

#include "base/fd.h"
#include "base/io.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define MODE 0640
#define BUFFER_MAX_BYTES (16 * 1024 * 1024)

struct Journal {
	int fd, cursor_fd;
	int witness_fd;       /* borrowed */
	JournalCursor cursor; /* counts what is buffered too, but for `end` */
	JournalPosition position;
	GString *buffer; /* lines to be written at cursor.end */
};

void journal_opened_clear(JournalOpened *opened)
{
	g_free(opened->damage);
	*opened = (JournalOpened){0};
}

void journal_close(Journal *journal)
{
	if (journal == NULL) {
		return;
	}
	fd_close(&journal->fd);
	fd_close(&journal->cursor_fd);
	journal_position_clear(&journal->position);
	g_string_free(journal->buffer, TRUE);
	g_free(journal);
}

static int open_file(int dir_fd, const char *name, GError **error)
{
	int fd = openat(dir_fd, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, MODE);

	if (fd < 0) {
		error_set_errno(error, "cannot open journal/%s", name);
	}
	return fd;
}

/* A cache: what cannot be written now is found again by reading. */
static void write_cursor(Journal *journal)
{
	char bytes[CURSOR_BYTES];

	cursor_format(&journal->cursor, bytes);
	io_pwrite_all(journal->cursor_fd, bytes, sizeof(bytes), 0, NULL);
	if (journal->witness_fd >= 0) {
		io_pwrite_all(journal->witness_fd, bytes, sizeof(bytes), 0, NULL);
	}
}

static bool cut_tail(int fd, goffset whole_end, guint64 *ret_cut, GError **error)
{
	struct stat st;

	if (fstat(fd, &st) < 0) {
		return error_set_errno(error, "cannot stat the journal");
	}
	*ret_cut = st.st_size > whole_end ? (guint64)(st.st_size - whole_end) : 0;
	if (*ret_cut > 0 && (ftruncate(fd, whole_end) < 0 || fdatasync(fd) < 0)) {
		return error_set_errno(error, "cannot cut the torn end of the journal");
	}
	return true;
}

static bool recover(Journal *journal, JournalOpened *opened, GError **error)
{
	g_auto(Recovery) found = {0};

	if (!recovery_read(journal->fd, journal->cursor_fd, journal->witness_fd, &found, error) ||
	    !cut_tail(journal->fd, found.whole_end, &opened->cut_bytes, error)) {
		return false;
	}
	opened->cursor_was_lost = found.cursor_was_lost;
	opened->lost_events = found.lost_events;
	opened->damage = g_steal_pointer(&found.damage);
	journal->cursor = found.cursor;
	journal->position = found.position;
	found.position = (JournalPosition){0};
	write_cursor(journal);
	return true;
}

Journal *journal_open(int dir_fd, int witness_fd, JournalOpened *ret, GError **error)
{
	g_autoptr(Journal) journal = g_new0(Journal, 1);

	*ret = (JournalOpened){0};
	journal->buffer = g_string_new(NULL);
	journal->cursor_fd = -1;
	journal->witness_fd = witness_fd;
	journal->fd = open_file(dir_fd, JOURNAL_FILE, error);
	if (journal->fd < 0) {
		return NULL;
	}
	journal->cursor_fd = open_file(dir_fd, JOURNAL_CURSOR, error);
	if (journal->cursor_fd < 0 || !recover(journal, ret, error)) {
		return NULL;
	}
	if (fsync(dir_fd) < 0) {
		error_set_errno(error, "cannot sync the folder of the journal");
		return NULL;
	}
	return g_steal_pointer(&journal);
}

static void note_position(Journal *journal, const Event *event, goffset offset)
{
	if (position_take_event(&journal->position, event)) {
		journal->cursor.from = offset;
		g_strlcpy(journal->cursor.commit, event->commit, sizeof(journal->cursor.commit));
	}
	journal->cursor.part_n = journal->position.part_n;
	journal->cursor.part_of = journal->position.part_of;
}

bool journal_append(Journal *journal, Event *event, GError **error)
{
	goffset offset = journal->cursor.end + (goffset)journal->buffer->len;
	g_autoptr(GBytes) body = NULL;
	gsize size;
	const char *bytes;

	if (journal->buffer->len + EVENT_MAX_BYTES + 1 > BUFFER_MAX_BYTES &&
	    !journal_sync(journal, error)) {
		return false;
	}
	event->seq = journal->cursor.seq + 1;
	g_free(event->prev);
	event->prev = journal->cursor.id[0] == '\0' ? NULL : g_strdup(journal->cursor.id);
	body = event_encode(event);
	bytes = g_bytes_get_data(body, &size);
	g_string_append_len(journal->buffer, bytes, (gssize)size);
	g_string_append_c(journal->buffer, '\n');
	journal->cursor.seq = event->seq;
	event_id(bytes, size, journal->cursor.id);
	note_position(journal, event, offset);
	return true;
}

bool journal_is_whole(const Journal *journal)
{
	struct stat st;

	return fstat(journal->fd, &st) < 0 ||
	       (st.st_nlink > 0 && st.st_size >= journal->cursor.end);
}

/*
 * Whether the file is still the one we know: not removed, not cut. Writing on would put events
 * where nobody finds them; kept back, they are told when the journal is opened again.
 */
static bool file_is_ours(const Journal *journal, GError **error)
{
	goffset end = journal->cursor.end;
	struct stat st;

	if (fstat(journal->fd, &st) < 0) {
		return error_set_errno(error, "cannot stat");
	}
	if (!journal_is_whole(journal)) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT,
			    "somebody %s while it was in use",
			    st.st_nlink == 0 ? "removed it" : "cut it");
		return false;
	}
	/* what is behind our end was told to nobody: a write that failed, or not ours */
	if (st.st_size > end && ftruncate(journal->fd, end) < 0) {
		return error_set_errno(error, "cannot cut its end");
	}
	return true;
}

static bool write_buffer(Journal *journal, GError **error)
{
	int left;

	seal_break(journal->fd);
	if (!file_is_ours(journal, error)) {
		return false;
	}
	if (io_pwrite_all(journal->fd, journal->buffer->str, journal->buffer->len,
			  journal->cursor.end, error)) {
		if (fdatasync(journal->fd) == 0) {
			seal_set(journal->fd);
			return true;
		}
		error_set_errno(error, "cannot sync");
	}
	/* nobody shall read what is not known to be on disk; what fails here is cut next time */
	left = ftruncate(journal->fd, journal->cursor.end);
	(void)left;
	return false;
}

bool journal_sync(Journal *journal, GError **error)
{
	if (journal->buffer->len == 0) {
		return true;
	}
	if (!write_buffer(journal, error)) {
		g_prefix_error(error, "journal/" JOURNAL_FILE ": ");
		return false;
	}
	journal->cursor.end += (goffset)journal->buffer->len;
	g_string_truncate(journal->buffer, 0);
	write_cursor(journal);
	return true;
}

guint64 journal_seq(const Journal *journal)
{
	return journal->cursor.seq;
}

const char *journal_head(const Journal *journal)
{
	return journal->cursor.id;
}

const JournalPosition *journal_position(const Journal *journal)
{
	return &journal->position;
}
