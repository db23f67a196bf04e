/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The access log: see access.h. */
#include "relay/access.h"
#include "base/clock.h"
#include "base/escape.h"
#include "base/fd.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILES 2
#define FILE_MODE 0640
#define FOREIGN_MAX_CHARS 256

struct Access {
	int fds[FILES];
	guint current;
	goffset size; /* of the current file */
	gint64 second;
	guint in_second;
	guint64 suppressed; /* in this stretch */
	guint64 lost;
};

static int open_file(const StageOptions *options, guint n, goffset *ret_size, gint64 *ret_mtime,
		     GError **error)
{
	g_autofree char *name = g_strdup_printf("access-%u.ndjson", n);
	g_autofree char *path = g_build_filename(options->state_dir, name, NULL);
	auto_fd int fd =
		open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 ||
	    (options->reader_group >= 0 &&
	     fchown(fd, (uid_t)-1, (gid_t)options->reader_group) < 0)) {
		error_set_errno(error, "cannot open %s", path);
		return -1;
	}
	*ret_size = st.st_size;
	*ret_mtime = clock_from_timespec(&st.st_mtim);
	return fd_steal(&fd);
}

Access *access_open(const StageOptions *options, GError **error)
{
	g_autoptr(Access) access = g_new0(Access, 1);
	gint64 newest = -1;

	for (guint n = 0; n < FILES; n++) {
		access->fds[n] = -1;
	}
	for (guint n = 0; n < FILES; n++) {
		goffset size;
		gint64 mtime;

		access->fds[n] = open_file(options, n, &size, &mtime, error);
		if (access->fds[n] < 0) {
			return NULL;
		}
		if (size > 0 && mtime >= newest) {
			newest = mtime;
			access->current = n;
			access->size = size;
		}
	}
	return g_steal_pointer(&access);
}

void access_close(Access *access)
{
	if (access == NULL) {
		return;
	}
	for (guint n = 0; n < FILES; n++) {
		fd_close(&access->fds[n]);
	}
	g_free(access);
}

guint64 access_lost(const Access *access)
{
	return access->lost;
}

static void turn_over(Access *access)
{
	guint next = (access->current + 1) % FILES;

	if (ftruncate(access->fds[next], 0) == 0) {
		access->current = next;
		access->size = 0;
	}
}

static void write_line(Access *access, json_t *line)
{
	char *text = json_dumps(line, JSON_COMPACT);
	g_autofree char *out = g_strconcat(text, "\n", NULL);
	gsize size = strlen(out);

	if (access->size + (goffset)size > ACCESS_FILE_BYTES) {
		turn_over(access);
	}
	if (access->size + (goffset)size <= ACCESS_FILE_BYTES &&
	    write(access->fds[access->current], out, size) == (ssize_t)size) {
		access->size += (goffset)size;
	} else {
		access->lost++;
	}
	free(text);
}

static void add(json_t *line, const char *name, const char *value)
{
	g_autofree char *cut = NULL, *shown = NULL;

	if (value == NULL) {
		return;
	}
	cut = g_strndup(value, FOREIGN_MAX_CHARS);
	shown = escape_path(cut);
	json_object_set_new(line, name, json_string(shown));
}

static json_t *line_new(const char *what, gint64 now)
{
	g_autofree char *time = clock_format(now);

	return json_pack("{s:s, s:s}", "time", time, "what", what);
}

/* Too many in a second are counted, and told with the first of a later one. */
static bool has_room(Access *access, gint64 now)
{
	gint64 second = now / G_USEC_PER_SEC;

	if (second != access->second) {
		access->second = second;
		access->in_second = 0;
	}
	if (access->in_second == ACCESS_PER_SECOND) {
		access->suppressed++;
		access->lost++;
		return false;
	}
	access->in_second++;
	return true;
}

static void tell_suppressed(Access *access, gint64 now)
{
	json_t *line;

	if (access->suppressed == 0) {
		return;
	}
	line = line_new("dropped", now);
	json_object_set_new(line, "count", json_integer((json_int_t)access->suppressed));
	write_line(access, line);
	json_decref(line);
	access->suppressed = 0;
}

void access_note(Access *access, const AccessEntry *entry)
{
	gint64 now = clock_wall_usec();
	json_t *line;

	if (!has_room(access, now)) {
		return;
	}
	tell_suppressed(access, now);
	line = line_new(entry->what, now);
	json_object_set_new(line, "granted", json_boolean(entry->granted));
	add(line, "who", entry->who);
	if (entry->user != NULL && !g_str_has_prefix(entry->user, "uid:")) {
		add(line, "key", entry->user);
	}
	add(line, "from", entry->from);
	add(line, "topic", entry->topic);
	add(line, "since", entry->since);
	add(line, "why", entry->why);
	write_line(access, line);
	json_decref(line);
}
