/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * snapshots.git as folders and files: made if missing, checked, swept of what a killed writer left,
 * and its one ref, read and moved as git does it. Folders and files are the owner's to write and
 * the group's to read, the group being that of STATE.
 */
#pragma once

#include "base/anchor.h"
#include "base/error.h"

#include <stdbool.h>

#define REPOSITORY_NAME "snapshots.git"
#define REPOSITORY_SCHEMA 1

typedef struct {
	char *objects; /* path of the object folder */
	int pack_fd;   /* its pack folder */
	int fd;        /* the repository itself */
	Anchor place;  /* where it lies */
	int heads_fd;  /* refs/heads */
	int lock_fd;   /* the new value of the ref; -1: none prepared */
} Repository;

/* A newer schema is REEVE_ERROR_VERSION. */
Repository *repository_open(const char *state_dir, GError **error);
void repository_close(Repository *repository);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Repository, repository_close)

/* Whether what is open here is still what others find at its place. */
bool repository_is_in_place(const Repository *repository);

/* The commit `observed` names, in hex; *ret NULL when there is none. Caller frees. */
bool repository_read_ref(Repository *repository, char **ret, GError **error);

/*
 * Moves `observed` in two steps: the new value is written beside the old one early, so that it
 * reaches the disk together with the objects; then it takes the old one's place, durably.
 */
bool repository_prepare_ref(Repository *repository, const char *commit, GError **error);
bool repository_move_ref(Repository *repository, GError **error);
/* Takes back a prepared value that was not moved. */
void repository_drop_ref(Repository *repository);
