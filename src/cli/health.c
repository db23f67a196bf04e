/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the running parts say of themselves: see health.h. */
#include "cli/health.h"

#include "base/io.h"
#include "cli/pick.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define LINE_MAX_BYTES (1024 * 1024)
#define COMM_MAX 15 /* the kernel keeps this much of a program's name */

const char *const health_stages[] = {"recorder", "judge", "relay", "reeved", NULL};

void health_clear(Health *health)
{
	json_decref(health->line);
	memset(health, 0, sizeof(*health));
}

/* A number may have been given to another program since; its name tells, where /proc is open. */
static bool process_is(gint64 pid, const char *stage)
{
	g_autofree char *path = g_strdup_printf("/proc/%" G_GINT64_FORMAT "/comm", pid);
	g_autofree char *program =
		g_str_equal(stage, "reeved") ? g_strdup(stage) : g_strconcat("reeve-", stage, NULL);
	g_autofree char *name = NULL;

	if (pid <= 0 || pid > G_MAXINT || (kill((pid_t)pid, 0) != 0 && errno != EPERM)) {
		return false;
	}
	if (!g_file_get_contents(path, &name, NULL, NULL)) {
		return true;
	}
	return strncmp(g_strchomp(name), program, COMM_MAX) == 0;
}

void health_read(const Context *context, const char *stage, Health *ret)
{
	g_autofree char *folder = context_runtime(context, "health");
	g_autofree char *path = g_build_filename(folder, stage, NULL);
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) bytes = io_read_file(AT_FDCWD, path, LINE_MAX_BYTES, &error);
	gsize size = 0;
	const char *data = bytes == NULL ? NULL : g_bytes_get_data(bytes, &size);

	memset(ret, 0, sizeof(*ret));
	ret->is_denied = bytes == NULL && access(path, F_OK) == 0;
	ret->line = data == NULL ? NULL : json_loadb(data, size, JSON_DISABLE_EOF_CHECK, NULL);
	if (ret->line != NULL && !json_is_object(ret->line)) {
		json_decref(ret->line);
		ret->line = NULL;
	}
	ret->pid = pick_number(ret->line, "pid", 0);
	ret->is_alive = process_is(ret->pid, stage);
}

const char *health_state(const Health *health)
{
	const char *state = pick_text(health->line, "state");

	if (health->line == NULL) {
		return health->is_denied ? "not readable" : "absent";
	}
	return !health->is_alive ? "gone" : state != NULL ? state : "running";
}

bool health_daemon_runs(const Context *context)
{
	g_auto(Health) daemon = {0};

	health_read(context, "reeved", &daemon);
	return daemon.is_alive;
}
