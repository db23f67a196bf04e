/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whose a file was, by the snapshot's own etc/passwd and etc/group: the names of the watched
 * system then, not those of this one now. Parsed files are kept for the next snapshot, which nearly
 * always has the same.
 */
#pragma once

#include "change/names.h"
#include "change/odb.h"
#include "event/file-state.h"

typedef struct Owners Owners;

Owners *owners_new(void);
void owners_free(Owners *owners);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Owners, owners_free)

/* Who is asked for users the snapshots do not know (borrowed; NULL: nobody): whoever did something
 * is one of this machine, also when its own etc is not watched. Files are not named by it. */
void owners_set_people(Owners *owners, const Names *people);

/* The two files of one snapshot. Valid until two more snapshots were asked for. */
typedef struct {
	const Names *users, *groups;
	const Names *people;
} OwnersView;

/* `root` may be NULL. Files that are missing or unreadable know nobody. */
OwnersView owners_of(Owners *owners, Odb *objects, const git_tree *root);

/* The name of a user; NULL: not known. Borrowed. */
const char *owners_user(OwnersView view, guint32 uid);
/* The same, of this machine (owners_set_people). */
const char *owners_person(OwnersView view, guint32 uid);

/* Fills `owner` and `group`; leaves NULL what is not known. */
void owners_name(OwnersView view, FileState *state);
