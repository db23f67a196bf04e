/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Preparing the places: see prepare.h. */
#include "daemon/prepare.h"
#include "base/escape.h"
#include "base/fd.h"
#include "base/log.h"
#include "daemon/canary.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

static bool check_folder(int fd, const char *shown, GError **error)
{
	struct stat st;

	if (fstat(fd, &st) < 0) {
		return error_set_errno(error, "cannot look at %s", shown);
	}
	if (st.st_uid != geteuid()) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_DENIED,
			    "%s belongs to user %d, not to user %d who runs reeved: choose "
			    "another folder, or chown it",
			    shown, (int)st.st_uid, (int)geteuid());
		return false;
	}
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_DENIED,
			    "%s can be written by others: chmod go-w %s", shown, shown);
		return false;
	}
	return true;
}

int prepare_folder(const char *path, GError **error)
{
	g_autofree char *shown = escape_path(path);
	g_autofree char *parent = g_path_get_dirname(path);
	auto_fd int fd = -1;

	if (g_mkdir_with_parents(parent, 0755) < 0 || (mkdir(path, 0700) < 0 && errno != EEXIST)) {
		error_set_errno(error, "cannot make %s", shown);
		return -1;
	}
	fd = open(path, FOLDER_FLAGS);
	if (fd < 0 && (errno == ELOOP || errno == ENOTDIR)) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_DENIED,
			    "%s is no folder, or a link to one: give the folder itself", shown);
		return -1;
	}
	if (fd < 0) {
		error_set_errno(error, "cannot open %s", shown);
		return -1;
	}
	return check_folder(fd, shown, error) ? fd_steal(&fd) : -1;
}

/* Owner -1: as it is. chown(2) may clear mode bits, so the mode comes last. */
static bool set_owner(int fd, const char *name, int uid, int gid, mode_t mode, GError **error)
{
	if ((uid != -1 || gid != -1) && fchown(fd, (uid_t)uid, (gid_t)gid) < 0) {
		return error_set_errno(error, "cannot give %s to user %d, group %d", name, uid,
				       gid);
	}
	if (fchmod(fd, mode) < 0) {
		return error_set_errno(error, "cannot set the mode of %s", name);
	}
	return true;
}

/* Alone, a user's records are that user's; with readers they are the group's to read. */
static mode_t mode_for(const Users *users, mode_t shared)
{
	return users->readers_gid == -1 ? 0700 : shared;
}

static int make_subfolder(int parent, const char *name, GError **error)
{
	int fd;

	if (mkdirat(parent, name, 0700) < 0 && errno != EEXIST) {
		error_set_errno(error, "cannot make %s", name);
		return -1;
	}
	fd = openat(parent, name, FOLDER_FLAGS);
	if (fd < 0) {
		error_set_errno(error, "cannot open %s", name);
	}
	return fd;
}

/* The judge has got another number (the users were installed meanwhile): its files follow. */
static void hand_over_files(int journal, const Users *users)
{
	g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", journal);
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	const char *name;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		auto_fd int fd =
			openat(journal, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
		struct stat st;

		/* (more than one name: somebody else's file may have been linked in) */
		if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_nlink != 1 ||
		    fchown(fd, (uid_t)users->judge_uid, (gid_t)users->readers_gid) < 0) {
			g_autofree char *shown = escape_path(name);

			log_warning("journal/%s stays as it is", shown);
		}
	}
}

/* O_EXCL: what is there already is the judge's, and root does not touch it. */
static bool make_journal_file(int journal, const Users *users, GError **error)
{
	auto_fd int fd = openat(journal, "events.ndjson",
				O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0 && errno == EEXIST) {
		return true;
	}
	if (fd < 0) {
		return error_set_errno(error, "cannot make the journal");
	}
	return set_owner(fd, "the journal", users->judge_uid, users->readers_gid,
			 users->readers_gid == -1 ? 0600 : 0640, error);
}

static bool prepare_journal(int state_fd, const Users *users, GError **error)
{
	auto_fd int journal = make_subfolder(state_fd, "journal", error);
	struct stat st;

	if (journal < 0) {
		return false;
	}
	if (fstat(journal, &st) < 0) {
		return error_set_errno(error, "cannot look at the journal's folder");
	}
	if (users->judge_uid != -1 && st.st_uid != (uid_t)users->judge_uid) {
		hand_over_files(journal, users);
	}
	return set_owner(journal, "the journal's folder", users->judge_uid, users->readers_gid,
			 mode_for(users, 02750), error) &&
	       make_journal_file(journal, users, error);
}

bool prepare_state(int state_fd, const Users *users, GError **error)
{
	return set_owner(state_fd, "the state folder", -1, users->readers_gid,
			 mode_for(users, 02750), error) &&
	       prepare_journal(state_fd, users, error);
}

bool prepare_runtime(int runtime_fd, const Users *users, GError **error)
{
	auto_fd int health = -1;

	if (!set_owner(runtime_fd, "the runtime folder", -1, users->readers_gid,
		       mode_for(users, 0755), error)) {
		return false;
	}
	health = make_subfolder(runtime_fd, "health", error);
	return health >= 0 && canary_prepare(runtime_fd, users, error) &&
	       set_owner(health, "the health folder", -1, users->readers_gid, mode_for(users, 0755),
			 error);
}
