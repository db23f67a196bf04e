/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Owners: see owners.h. */
#include "change/owners.h"

#include "snapshot/layout.h"

/* Two files of two snapshots are in use at once. */
#define SLOTS 4

typedef struct {
	git_oid id;
	Names *names; /* NULL: slot is free */
	guint64 used;
} Slot;

struct Owners {
	Slot slots[SLOTS];
	guint64 clock;
	Names *nobody;
	const Names *people;
};

Owners *owners_new(void)
{
	Owners *owners = g_new0(Owners, 1);

	owners->nobody = names_parse(NULL);
	return owners;
}

void owners_free(Owners *owners)
{
	if (owners == NULL) {
		return;
	}
	for (guint i = 0; i < SLOTS; i++) {
		names_free(owners->slots[i].names);
	}
	names_free(owners->nobody);
	g_free(owners);
}

void owners_set_people(Owners *owners, const Names *people)
{
	owners->people = people;
}

static Slot *oldest_slot(Owners *owners)
{
	Slot *oldest = &owners->slots[0];

	for (guint i = 1; i < SLOTS; i++) {
		if (owners->slots[i].used < oldest->used) {
			oldest = &owners->slots[i];
		}
	}
	return oldest;
}

static const Names *names_of(Owners *owners, Odb *objects, const git_oid *id)
{
	g_autoptr(GBytes) blob = NULL;
	Slot *slot;

	for (guint i = 0; i < SLOTS; i++) {
		slot = &owners->slots[i];
		if (slot->names != NULL && git_oid_equal(&slot->id, id)) {
			slot->used = ++owners->clock;
			return slot->names;
		}
	}
	blob = odb_blob(objects, id, NAMES_MAX_BYTES, NULL);
	slot = oldest_slot(owners);
	names_free(slot->names);
	git_oid_cpy(&slot->id, id);
	slot->names = names_parse(blob);
	slot->used = ++owners->clock;
	return slot->names;
}

static const Names *find_names(Owners *owners, Odb *objects, const git_tree *etc, const char *name)
{
	const git_oid *id = etc == NULL ? NULL : odb_entry_blob(etc, name);

	return id == NULL ? owners->nobody : names_of(owners, objects, id);
}

OwnersView owners_of(Owners *owners, Odb *objects, const git_tree *root)
{
	g_autoptr(OdbTree) etc = NULL;

	if (root != NULL) {
		odb_tree_at(objects, root, LAYOUT_FILES "/etc", &etc, NULL);
	}
	return (OwnersView){find_names(owners, objects, etc, "passwd"),
			    find_names(owners, objects, etc, "group"),
			    owners->people == NULL ? owners->nobody : owners->people};
}

const char *owners_user(OwnersView view, guint32 uid)
{
	return names_find(view.users, uid);
}

const char *owners_person(OwnersView view, guint32 uid)
{
	return names_find(view.people, uid);
}

void owners_name(OwnersView view, FileState *state)
{
	if (state->type == FILE_ABSENT) {
		return;
	}
	g_free(state->owner);
	g_free(state->group);
	state->owner = g_strdup(names_find(view.users, state->uid));
	state->group = g_strdup(names_find(view.groups, state->gid));
}
