/* SPDX-License-Identifier: LGPL-3.0-or-later */
/*
 * Values: a group: changes that one thing has brought, told together although they were recorded in
 * several commits (design 5.4). For now that is a run of the package manager.
 */
#pragma once

#include <glib.h>

typedef struct {
	char *id;            /* the same in all events of the group */
	char *since;         /* the first commit with a change of it */
	guint count;         /* changes in it, also those of other parts */
	GPtrArray *packages; /* of char *: what was done: "nginx 1.22-1 -> 1.24-1" */
} EventGroup;

/* `count` 0, no packages. */
EventGroup *event_group_new(const char *id, const char *since);
EventGroup *event_group_copy(const EventGroup *group);
void event_group_free(EventGroup *group);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EventGroup, event_group_free)
