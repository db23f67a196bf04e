/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sign of life: see alive.h. */
#include "recorder/alive.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/io.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define LINE_MAX_BYTES 128

static char *read_boot_id(void)
{
	g_autoptr(GBytes) bytes =
		io_read_file(AT_FDCWD, "/proc/sys/kernel/random/boot_id", LINE_MAX_BYTES, NULL);
	gsize size = 0;
	const char *data = bytes == NULL ? NULL : g_bytes_get_data(bytes, &size);
	g_autofree char *text = g_strndup(data == NULL ? "unknown" : data, data == NULL ? 7 : size);

	return g_strdup(g_strstrip(text));
}

void alive_parse(Alive *alive, const char *line)
{
	g_auto(GStrv) words = g_strsplit(line, " ", -1);
	guint64 usec = 0;

	alive->last_usec = 0;
	alive->cause = "crash";
	if (g_strv_length(words) != 3 ||
	    !g_ascii_string_to_unsigned(words[0], 10, 0, G_MAXINT64, &usec, NULL)) {
		return;
	}
	/* A clock that was set back since must not make a gap that ends before it begins. */
	alive->last_usec = MIN((gint64)usec, clock_wall_usec());
	if (g_str_equal(words[1], "stopped")) {
		alive->cause = "stopped";
	} else if (!g_str_equal(words[2], alive->boot_id)) {
		alive->cause = "reboot";
	}
}

bool alive_open(Alive *alive, const char *state_dir, GError **error)
{
	g_autofree char *path = g_build_filename(state_dir, "alive", NULL);
	char line[LINE_MAX_BYTES + 1] = "";
	ssize_t got;

	*alive = (Alive){.fd = -1, .boot_id = read_boot_id()};
	alive->fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0640);
	got = alive->fd < 0 ? -1 : pread(alive->fd, line, LINE_MAX_BYTES, 0);
	if (got < 0) {
		error_set_errno(error, "cannot open %s", path);
		alive_close(alive);
		return false;
	}
	alive_parse(alive, g_strchomp(line));
	return true;
}

void alive_close(Alive *alive)
{
	fd_close(&alive->fd);
	g_clear_pointer(&alive->boot_id, g_free);
}

void alive_beat(const Alive *alive, gint64 wall_usec, bool is_stopping)
{
	g_autofree char *line =
		g_strdup_printf("%" G_GINT64_FORMAT " %s %s\n", wall_usec,
				is_stopping ? "stopped" : "running", alive->boot_id);

	/* Its length does not change before the year 2286: nothing of an older line is left. */
	(void)io_pwrite_all(alive->fd, line, strlen(line), 0, NULL);
}
