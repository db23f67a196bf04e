/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The bridge's box: see walls.h. Lines below argue what base/walls-calls.c does not. It is meant to
 * run as a user of its own (packaging/reeve-bridge.service); started as root it keeps the user, for
 * it writes files where it was told, and loses all capabilities.
 */
#include "bridge/walls.h"
#include "base/fd.h"
#include "base/walls.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <seccomp.h>
#include <string.h>
#include <sys/socket.h>

static const int bridge_calls[] = {
	/* to the bus and to receivers; it listens nowhere: no bind, listen, accept */
	SCMP_SYS(connect),
	SCMP_SYS(sendto),
	SCMP_SYS(recvfrom),
	SCMP_SYS(shutdown),
	SCMP_SYS(getsockname),
	SCMP_SYS(getpeername),
	SCMP_SYS(getsockopt),
	SCMP_SYS(setsockopt),
	/* how much of what was sent is not yet acknowledged (SIOCOUTQ) */
	SCMP_SYS(ioctl),
	/* ZeroMQ, as in the relay's wall */
	SCMP_SYS(sched_getparam),
	SCMP_SYS(sched_getscheduler),
	-1,
};

static const WallsCallRule bridge_rules[] = {
	{SCMP_SYS(socket), 0, G_MAXUINT32, AF_UNIX},
	{SCMP_SYS(socket), 0, G_MAXUINT32, AF_INET},
	{SCMP_SYS(socket), 0, G_MAXUINT32, AF_INET6},
	{SCMP_SYS(sched_setscheduler), 1, G_MAXUINT32, SCHED_OTHER},
	{-1},
};

static const int no_capabilities[] = {-1};

/* The folder of a file, opened for Landlock; the descriptor is ours. */
static bool open_folder(const char *file, WallsAccess access, GArray *paths, GError **error)
{
	g_autofree char *folder = g_path_get_dirname(file);
	WallsPath path = {open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC), access};

	if (path.fd < 0) {
		return error_set_errno(error, "cannot open %s", folder);
	}
	g_array_append_val(paths, path);
	return true;
}

/* Files are written, people.yaml is read whenever it is another one: by rename, so its folder.
 * Keys, passwords and certificates are read already. */
static bool open_folders(const Settings *settings, GArray *paths, GError **error)
{
	for (guint i = 0; i < settings->outputs->len; i++) {
		const OutputSettings *output = g_ptr_array_index(settings->outputs, i);

		if (sink_ops(output->to) == &sink_file &&
		    !open_folder(output->to + strlen(sink_file.scheme), WALLS_WRITE, paths,
				 error)) {
			g_prefix_error(error, "%s: ", output->name);
			return false;
		}
	}
	return settings->people == NULL || open_folder(settings->people, WALLS_READ, paths, error);
}

bool bridge_wall(const Settings *settings, int cursors, GError **error)
{
	static const int *const calls[] = {walls_calls_common, walls_calls_files, bridge_calls,
					   NULL};
	g_autoptr(GArray) paths = g_array_new(TRUE, TRUE, sizeof(WallsPath));
	WallsPath own = {cursors, WALLS_WRITE};
	bool has_landlock, ok;

	g_array_append_val(paths, own);
	ok = open_folders(settings, paths, error) && walls_drop_user(-1, -1, -1, error) &&
	     walls_keep_capabilities(no_capabilities, error) &&
	     walls_restrict_files((const WallsPath *)paths->data, &has_landlock, error) &&
	     walls_restrict_calls(calls, bridge_rules, error);
	for (guint i = 1; i < paths->len; i++) {
		fd_close(&g_array_index(paths, WallsPath, i).fd);
	}
	return ok;
}
