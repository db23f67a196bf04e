/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The second wall: see walls.h. Each line below is something the judge may still do, with the
 * reason. What is in walls_calls_common and walls_calls_files is argued in base/walls-calls.c;
 * which files those calls reach is what the folders below and the judge's user decide.
 *
 * Nothing makes, binds or connects a socket: no socket, socketpair, bind, listen, connect. Nothing
 * executes, forks, traces or signals.
 */
#include "judge/walls.h"

#include "base/fd.h"
#include "base/walls.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static const int ctl_calls[] = {
	/* somebody knocks at RUNTIME/ctl, the one socket there is */
	SCMP_SYS(accept4),
	/* what they ask; recvmsg, which carries descriptors, is not allowed */
	SCMP_SYS(recvfrom),
	-1,
};

static const WallsCallRule ctl_rules[] = {
	/* the answer, to who asked: no address can be given */
	{SCMP_SYS(sendto), 4, ~G_GUINT64_CONSTANT(0), 0},
	/* who asks (SO_PEERCRED) */
	{SCMP_SYS(getsockopt), 1, G_MAXUINT32, SOL_SOCKET},
	{-1},
};

static const int no_capabilities[] = {-1};

#define FOLDER_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

/* Landlock needs something to hold on to, even when the recorder has not been there yet. */
static int open_snapshots(int state_fd, const StageOptions *options, GError **error)
{
	bool made = mkdirat(state_fd, "snapshots.git", 0750) == 0;
	int fd = openat(state_fd, "snapshots.git", FOLDER_FLAGS);

	if (fd < 0 || (made && options->reader_group != -1 &&
		       fchown(fd, (uid_t)-1, (gid_t)options->reader_group) < 0)) {
		error_set_errno(error, "cannot open snapshots.git in %s", options->state_dir);
		fd_close(&fd);
	}
	return fd;
}

/* Where reeved has made it already, it stays as it is. */
static int open_journal(int state_fd, const StageOptions *options, GError **error)
{
	bool made = mkdirat(state_fd, "journal", 0750) == 0;
	int fd = openat(state_fd, "journal", FOLDER_FLAGS);

	if (fd < 0 || (made && options->user != -1 &&
		       fchown(fd, (uid_t)options->user,
			      (gid_t)(options->reader_group != -1 ? options->reader_group
								  : options->group)) < 0)) {
		error_set_errno(error, "cannot open the journal in %s", options->state_dir);
		fd_close(&fd);
	}
	return fd;
}

/*
 * Root takes STATE for its root folder. Not only a wall: the folders above STATE may be closed to
 * the user we become. Who may not do that may pass through them.
 */
static bool enter_state(const StageOptions *options, int state_fd, JudgeWall *ret, GError **error)
{
	if (fchdir(state_fd) == 0 && chroot(".") == 0) {
		ret->state_dir = g_strdup("/");
		ret->journal_dir = g_strdup("/journal");
		return true;
	}
	if (errno != EPERM) {
		return error_set_errno(error, "cannot enter %s", options->state_dir);
	}
	ret->state_dir = g_canonicalize_filename(options->state_dir, NULL);
	ret->journal_dir = g_build_filename(ret->state_dir, "journal", NULL);
	return true;
}

static bool raise_wall(const StageOptions *options, int snapshots_fd, int journal_fd,
		       GError **error)
{
	const WallsPath paths[] = {
		{snapshots_fd, WALLS_READ}, /* what is judged */
		{journal_fd, WALLS_WRITE},  /* what is told, and its index */
		{0},
	};
	static const int *const calls[] = {walls_calls_common, walls_calls_files, ctl_calls, NULL};
	bool has_landlock;

	return walls_drop_user(options->user, options->group, options->reader_group, error) &&
	       walls_keep_capabilities(no_capabilities, error) &&
	       walls_restrict_files(paths, &has_landlock, error) &&
	       walls_restrict_calls(calls, ctl_rules, error);
}

bool judge_wall(const StageOptions *options, JudgeWall *ret, GError **error)
{
	auto_fd int state_fd = open(options->state_dir, FOLDER_FLAGS);
	auto_fd int snapshots_fd = -1;

	*ret = (JudgeWall){.journal_fd = -1};
	if (state_fd < 0) {
		return error_set_errno(error, "cannot open %s", options->state_dir);
	}
	snapshots_fd = open_snapshots(state_fd, options, error);
	ret->journal_fd = snapshots_fd < 0 ? -1 : open_journal(state_fd, options, error);
	return ret->journal_fd >= 0 && enter_state(options, state_fd, ret, error) &&
	       raise_wall(options, snapshots_fd, ret->journal_fd, error);
}

void judge_wall_clear(JudgeWall *wall)
{
	g_free(wall->state_dir);
	g_free(wall->journal_dir);
	fd_close(&wall->journal_fd);
	*wall = (JudgeWall){.journal_fd = -1};
}
