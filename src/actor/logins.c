/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Logins: see logins.h. */
#include "actor/logins.h"
#include "base/io.h"

#include <fcntl.h>
#include <string.h>
#include <utmp.h>

#define UTMP_PATH "/run/utmp"
#define UTMP_MAX_BYTES (1024 * 1024)

/* How many steps above a process that pid is; -1: it is not. The first process of all lets nobody
 * in. */
static int steps_up_to(const Process *process, gint64 pid)
{
	for (int i = 0; pid > 1 && process != NULL && i <= PROCESS_MAX_DEPTH; i++) {
		if (process->pid == pid) {
			return i;
		}
		process = process->parent;
	}
	return -1;
}

/* The nearest: who is logged in may log in to somebody else. */
char *logins_find(const void *data, gsize size, const Process *process)
{
	struct utmp found;
	int steps = -1;

	for (gsize at = 0; at + sizeof(struct utmp) <= size; at += sizeof(struct utmp)) {
		struct utmp entry;
		int up;

		memcpy(&entry, (const char *)data + at, sizeof(entry));
		if (entry.ut_type != USER_PROCESS || entry.ut_host[0] == '\0') {
			continue;
		}
		up = steps_up_to(process, entry.ut_pid);
		if (up >= 0 && (steps < 0 || up < steps)) {
			found = entry;
			steps = up;
		}
	}
	return steps < 0 ? NULL : g_strndup(found.ut_host, sizeof(found.ut_host));
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
