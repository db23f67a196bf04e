/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The roster: see roster.h. */
#include "bridge/roster.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/log.h"

#include <fcntl.h>
#include <sys/stat.h>

#define LOOK_USEC G_USEC_PER_SEC

struct Roster {
	char *file;
	People *people;
	struct stat seen;
	gint64 look_usec; /* monotonic: when again */
	bool is_troubled; /* and that was said */
};

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev && a->st_size == b->st_size &&
	       clock_from_timespec(&a->st_mtim) == clock_from_timespec(&b->st_mtim) &&
	       clock_from_timespec(&a->st_ctim) == clock_from_timespec(&b->st_ctim);
}

static bool load(Roster *roster, GError **error)
{
	g_autoptr(GBytes) bytes = io_read_file(AT_FDCWD, roster->file, PEOPLE_MAX_BYTES, error);
	People *people;
	gsize size = 0;
	const void *data;

	if (bytes == NULL) {
		return false;
	}
	data = g_bytes_get_data(bytes, &size);
	people = people_parse(roster->file, data == NULL ? "" : data, size, error);
	if (people == NULL) {
		return false;
	}
	g_clear_pointer(&roster->people, people_free);
	roster->people = people;
	return true;
}

Roster *roster_new(const char *file, GError **error)
{
	g_autoptr(Roster) roster = g_new0(Roster, 1);

	roster->file = g_strdup(file);
	if (stat(file, &roster->seen) < 0) {
		error_set_errno(error, "cannot look at %s", file);
		return NULL;
	}
	return load(roster, error) ? g_steal_pointer(&roster) : NULL;
}

void roster_free(Roster *roster)
{
	if (roster == NULL) {
		return;
	}
	g_clear_pointer(&roster->people, people_free);
	g_free(roster->file);
	g_free(roster);
}

static void say(Roster *roster, const GError *error)
{
	if (error == NULL) {
		log_info("%s: read anew", roster->file);
	} else if (!roster->is_troubled) {
		log_warning("%s; what it said before stays", error->message);
	}
	roster->is_troubled = error != NULL;
}

bool roster_look(Roster *roster)
{
	g_autoptr(GError) error = NULL;
	struct stat now = {0};

	if (roster == NULL || clock_mono_usec() < roster->look_usec) {
		return false;
	}
	roster->look_usec = clock_mono_usec() + LOOK_USEC;
	if (stat(roster->file, &now) < 0) {
		error_set_errno(&error, "cannot look at %s", roster->file);
	} else if (is_same(&now, &roster->seen)) {
		return false;
	} else if (load(roster, &error)) {
		roster->seen = now;
	}
	say(roster, error);
	return error == NULL;
}

GPtrArray *roster_line(const Roster *roster, const char *host, const char *path, gint64 now_usec,
		       gint64 *ret_within_usec)
{
	return people_line(roster == NULL ? NULL : roster->people, host, path, now_usec,
			   ret_within_usec);
}

bool roster_fits(const Roster *roster, GStrv owners, const Record *record)
{
	g_autoptr(GPtrArray) line = NULL;
	const char *path;
	gint64 within;

	if (owners == NULL) {
		return true;
	}
	path = record_word(record, "file.path");
	line = roster_line(roster, record_word(record, "host.name"), *path == '\0' ? NULL : path,
			   clock_wall_usec(), &within);
	return line->len > 0 &&
	       g_strv_contains((const char *const *)owners, ((const Person *)line->pdata[0])->name);
}
