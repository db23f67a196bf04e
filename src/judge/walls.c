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
#include "base/path.h"
#include "base/walls.h"
#include "journal/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <string.h>
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

static bool register_is_in_state(const JudgeOptions *options)
{
	return path_is_beneath(options->register_dir, options->stage.state_dir);
}

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

/* Where STATE is asked to hold the register, its folder is there from the first day, so that the
 * wall need not be built anew when somebody makes the register. */
static int open_register(const JudgeOptions *options, GError **error)
{
	const StageOptions *stage = &options->stage;
	bool is_ours = register_is_in_state(options);
	bool made = is_ours && mkdir(options->register_dir, 02770) == 0;
	int fd = open(options->register_dir, FOLDER_FLAGS);

	if (fd < 0 && (is_ours || errno != ENOENT)) {
		error_set_errno(error, "cannot open the register %s", options->register_dir);
		return -1;
	}
	if (made &&
	    (fchown(fd, (uid_t)-1,
		    stage->reader_group == -1 ? (gid_t)-1 : (gid_t)stage->reader_group) < 0 ||
	     fchmod(fd, 02770) < 0)) {
		error_set_errno(error, "cannot prepare the register %s", options->register_dir);
		fd_close(&fd);
	}
	return fd;
}

/* Beside the journal's folder and not in it: whoever removes the folder leaves its witness. */
static int open_witness(int state_fd, const StageOptions *options, GError **error)
{
	int fd = openat(state_fd, JOURNAL_WITNESS, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0640);

	if (fd < 0) {
		error_set_errno(error, "cannot open " JOURNAL_WITNESS " in %s", options->state_dir);
	}
	return fd;
}

/*
 * Root takes STATE for its root folder. Not only a wall: the folders above STATE may be closed to
 * the user we become. Who may not do that may pass through them.
 */
static bool enter_state(const JudgeOptions *options, int state_fd, JudgeWall *ret, GError **error)
{
	const char *state_dir = options->stage.state_dir;
	bool can_enter = register_is_in_state(options);

	if (can_enter && fchdir(state_fd) == 0 && chroot(".") == 0) {
		ret->state_dir = g_strdup("/");
		ret->journal_dir = g_strdup("/journal");
		ret->register_dir = g_strdup(options->register_dir + strlen(state_dir));
		return true;
	}
	if (can_enter && errno != EPERM) {
		return error_set_errno(error, "cannot enter %s", state_dir);
	}
	ret->register_dir = g_canonicalize_filename(options->register_dir, NULL);
	ret->state_dir = g_canonicalize_filename(state_dir, NULL);
	ret->journal_dir = g_build_filename(ret->state_dir, "journal", NULL);
	return true;
}

static bool raise_wall(const StageOptions *options, int snapshots_fd, int journal_fd,
		       int register_fd, GError **error)
{
	const WallsPath paths[] = {
		{snapshots_fd, WALLS_READ},                      /* what is judged */
		{journal_fd, WALLS_WRITE},                       /* what is told, and its index */
		{register_fd, register_fd < 0 ? 0 : WALLS_READ}, /* what was asked and approved */
		{0},
	};
	static const int *const calls[] = {walls_calls_common, walls_calls_files, ctl_calls, NULL};
	bool has_landlock;

	return walls_drop_user(options->user, options->group, options->reader_group, error) &&
	       walls_keep_capabilities(no_capabilities, error) &&
	       walls_restrict_files(paths, &has_landlock, error) &&
	       walls_restrict_calls(calls, ctl_rules, error);
}

static void drop_anchors(JudgeWall *wall, int snapshots_fd, int register_fd)
{
	g_autofree char *snapshots = g_build_filename(wall->state_dir, "snapshots.git", NULL);

	anchor_drop(&wall->snapshots, snapshots, snapshots_fd);
	anchor_drop(&wall->journal, wall->journal_dir, wall->journal_fd);
	anchor_drop(&wall->reg, wall->register_dir, register_fd);
}

const char *judge_wall_lost(const JudgeWall *wall)
{
	const Anchor *anchors[] = {&wall->snapshots, &wall->journal, &wall->reg};

	for (gsize i = 0; i < G_N_ELEMENTS(anchors); i++) {
		if (!anchor_holds(anchors[i])) {
			return anchors[i]->path;
		}
	}
	return NULL;
}

bool judge_wall(const JudgeOptions *options, JudgeWall *ret, GError **error)
{
	const StageOptions *stage = &options->stage;
	auto_fd int state_fd = open(stage->state_dir, FOLDER_FLAGS);
	auto_fd int snapshots_fd = -1;
	auto_fd int register_fd = -1;

	*ret = (JudgeWall){.journal_fd = -1, .witness_fd = -1};
	if (state_fd < 0) {
		return error_set_errno(error, "cannot open %s", stage->state_dir);
	}
	snapshots_fd = open_snapshots(state_fd, stage, error);
	ret->journal_fd = snapshots_fd < 0 ? -1 : open_journal(state_fd, stage, error);
	ret->witness_fd = ret->journal_fd < 0 ? -1 : open_witness(state_fd, stage, error);
	if (ret->witness_fd < 0) {
		return false;
	}
	register_fd = open_register(options, error);
	if (register_fd < 0 && *error != NULL) {
		return false;
	}
	if (!enter_state(options, state_fd, ret, error)) {
		return false;
	}
	drop_anchors(ret, snapshots_fd, register_fd);
	return raise_wall(stage, snapshots_fd, ret->journal_fd, register_fd, error);
}

void judge_wall_clear(JudgeWall *wall)
{
	g_free(wall->state_dir);
	g_free(wall->journal_dir);
	g_free(wall->register_dir);
	anchor_clear(&wall->snapshots);
	anchor_clear(&wall->journal);
	anchor_clear(&wall->reg);
	fd_close(&wall->journal_fd);
	fd_close(&wall->witness_fd);
	*wall = (JudgeWall){.journal_fd = -1, .witness_fd = -1};
}
