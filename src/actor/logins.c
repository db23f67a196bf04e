/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Logins: see logins.h. */
#include "actor/logins.h"
#include "base/io.h"

#include <fcntl.h>
#include <string.h>
#include <utmp.h>

#define UTMP_PATH "/run/utmp"
#define UTMP_MAX_BYTES (1024 * 1024)

static bool descends_from(const Process *process, gint64 pid)
{
	for (guint i = 0; process != NULL && i <= PROCESS_MAX_DEPTH; i++) {
		if (process->pid == pid) {
			return true;
		}
		process = process->parent;
	}
	return false;
}

char *logins_find(const void *data, gsize size, const Process *process)
{
	for (gsize at = 0; at + sizeof(struct utmp) <= size; at += sizeof(struct utmp)) {
		struct utmp entry;

		memcpy(&entry, (const char *)data + at, sizeof(entry));
		if (entry.ut_type == USER_PROCESS && entry.ut_host[0] != '\0' &&
		    descends_from(process, entry.ut_pid)) {
			return g_strndup(entry.ut_host, sizeof(entry.ut_host));
		}
	}
	return NULL;
}

char *logins_remote_of(const Process *process)
{
	g_autoptr(GBytes) bytes = io_read_file(AT_FDCWD, UTMP_PATH, UTMP_MAX_BYTES, NULL);
	const void *data;
	gsize size;

	if (bytes == NULL) {
		return NULL;
	}
	data = g_bytes_get_data(bytes, &size);
	return logins_find(data, size, process);
}
