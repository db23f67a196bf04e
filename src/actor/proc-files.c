/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of /proc: see proc-files.h. */
#include "actor/proc-files.h"
#include "base/clock.h"
#include "base/fd.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define UNSET 4294967295u

/* Reads a small file as text; -1 when it cannot be read. These files are made as they are read: a
 * read that does not fill the buffer had all there is. */
static ssize_t read_text(int dir_fd, const char *name, char *buffer, gsize size)
{
	auto_fd int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : read(fd, buffer, size - 1);

	if (got >= 0) {
		buffer[got] = '\0';
	}
	return got;
}

bool proc_files_parse_stat(const char *text, Sighting *ret)
{
	/* the name in brackets may hold brackets: the last one ends it */
	const char *end = strrchr(text, ')');
	long long parent, terminal;
	unsigned long long start;

	if (end == NULL ||
	    sscanf(end + 1,
		   " %*c %lld %*d %*d %lld %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d "
		   "%llu",
		   &parent, &terminal, &start) != 3) {
		return false;
	}
	ret->parent_pid = parent;
	ret->tty = (guint32)terminal;
	ret->start = start;
	return true;
}

/* One line per hierarchy, "0::/path" for the unified one; without that, systemd's own. */
bool proc_files_parse_cgroup(const char *text, char *ret, gsize size)
{
	static const char *const wanted[] = {
		"0::", "1:name=systemd:", ":name=systemd:", ":memory:", ":pids:"};

	for (gsize i = 0; i < G_N_ELEMENTS(wanted); i++) {
		const char *at = strstr(text, wanted[i]);
		gsize length;

		if (at == NULL || (i < 2 && at != text && at[-1] != '\n')) {
			continue;
		}
		at += strlen(wanted[i]);
		length = strcspn(at, "\n");
		/* "/" says nothing: another hierarchy may say more */
		if (length > 1 && length < size) {
			memcpy(ret, at, length);
			ret[length] = '\0';
			return true;
		}
	}
	return false;
}

static gint64 read_number(int dir_fd, const char *name)
{
	char text[32];

	if (read_text(dir_fd, name, text, sizeof(text)) <= 0) {
		return SIGHTING_UNKNOWN;
	}
	gint64 value = g_ascii_strtoll(text, NULL, 10);

	return value == UNSET ? -1 : value;
}

/*
 * /proc/PID belongs to the effective user. Of one that has gone it is said to be root's, so it
 * counts only when something could be read after it. (The file "status" has it as well, among fifty
 * lines that take longer to make than all the rest.)
 */
static void read_identity(int dir_fd, ProcRoom *room, Sighting *ret)
{
	struct stat owner;
	bool has_owner = fstat(dir_fd, &owner) == 0;
	char text[1024];
	const char *open, *close;

	if (read_text(dir_fd, "stat", text, sizeof(text)) <= 0 ||
	    !proc_files_parse_stat(text, ret)) {
		return;
	}
	if (has_owner) {
		ret->uid = owner.st_uid;
	}
	open = strchr(text, '(');
	close = strrchr(text, ')');
	if (open != NULL && close > open) {
		g_strlcpy(room->comm, open + 1, MIN(sizeof(room->comm), (gsize)(close - open)));
		ret->comm = room->comm;
	}
}

static void read_login(int dir_fd, Sighting *ret)
{
	ret->login_uid = read_number(dir_fd, "loginuid");
	/* the kernel gives out both at once */
	ret->session = ret->login_uid == -1 ? -1 : read_number(dir_fd, "sessionid");
}

static void read_image(int dir_fd, ProcRoom *room, Sighting *ret)
{
	ssize_t size = readlinkat(dir_fd, "exe", room->exe, sizeof(room->exe) - 1);

	if (size > 0) {
		static const char gone[] = " (deleted)";

		room->exe[size] = '\0';
		if (g_str_has_suffix(room->exe, gone)) {
			room->exe[size - (ssize_t)strlen(gone)] = '\0';
		}
		ret->exe = room->exe;
	}
	size = read_text(dir_fd, "cmdline", room->args, sizeof(room->args));
	if (size >= 0) {
		ret->args = room->args;
		ret->args_size = (gsize)size;
	}
}

/* Namespaces are told by links like exe; with the same right. */
static guint64 read_namespace(int dir_fd, const char *name)
{
	char text[64];
	ssize_t size = readlinkat(dir_fd, name, text, sizeof(text) - 1);
	const char *number;

	if (size <= 0) {
		return 0;
	}
	text[size] = '\0';
	number = strchr(text, '[');
	return number == NULL ? 0 : g_ascii_strtoull(number + 1, NULL, 10);
}

/* A number for a path where the kernel gave none; apart from the kernel's own by its high bit. */
static guint64 number_of(const char *path)
{
	guint64 hash = G_GUINT64_CONSTANT(14695981039346656037);

	for (; *path != '\0'; path++) {
		hash = (hash ^ (guint8)*path) * G_GUINT64_CONSTANT(1099511628211);
	}
	return hash | G_GUINT64_CONSTANT(1) << 63;
}

static void read_place(int dir_fd, ProcRoom *room, Sighting *ret)
{
	char text[8192];

	if (read_text(dir_fd, "cgroup", text, sizeof(text)) > 0 &&
	    proc_files_parse_cgroup(text, room->cgroup, sizeof(room->cgroup))) {
		ret->cgroup = room->cgroup;
		ret->cgroup_id = number_of(room->cgroup);
	}
	ret->mount_ns = read_namespace(dir_fd, "ns/mnt");
	ret->pid_ns = read_namespace(dir_fd, "ns/pid");
}

bool proc_files_read(int proc_fd, gint64 pid, guint parts, ProcRoom *room, Sighting *ret)
{
	char name[24];
	auto_fd int dir_fd = -1;

	snprintf(name, sizeof(name), "%lld", (long long)pid);
	dir_fd = openat(proc_fd, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir_fd < 0) {
		return false;
	}
	ret->pid = pid;
	/* what goes first first */
	if (parts & PROC_IMAGE) {
		read_image(dir_fd, room, ret);
	}
	if (parts & PROC_LOGIN) {
		read_login(dir_fd, ret);
	}
	if (parts & PROC_IDENTITY) {
		read_identity(dir_fd, room, ret);
	}
	if (parts & PROC_PLACE) {
		read_place(dir_fd, room, ret);
	}
	return true;
}

gint64 proc_files_login(int proc_fd, gint64 pid)
{
	char name[40];

	snprintf(name, sizeof(name), "%lld/loginuid", (long long)pid);
	return read_number(proc_fd, name);
}

gint64 proc_files_born_usec(guint64 start_ticks)
{
	struct timespec boot;
	gint64 born_boot_usec =
		(gint64)(start_ticks * 1000000 / (guint64)MAX(sysconf(_SC_CLK_TCK), 1));

	if (clock_gettime(CLOCK_BOOTTIME, &boot) < 0) {
		return 0;
	}
	return MAX(born_boot_usec - (clock_from_timespec(&boot) - clock_mono_usec()), 0);
}
