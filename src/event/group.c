/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Groups of changes: see group.h. */
#include "event/group.h"

EventGroup *event_group_new(const char *id, const char *since)
{
	EventGroup *group = g_new0(EventGroup, 1);

	group->id = g_strdup(id);
	group->since = g_strdup(since);
	group->packages = g_ptr_array_new_with_free_func(g_free);
	return group;
}

EventGroup *event_group_copy(const EventGroup *group)
{
	EventGroup *copy = event_group_new(group->id, group->since);

	copy->count = group->count;
	for (guint i = 0; i < group->packages->len; i++) {
		g_ptr_array_add(copy->packages, g_strdup(group->packages->pdata[i]));
	}
	return copy;
}

void event_group_free(EventGroup *group)
{
	if (group != NULL) {
		g_free(group->id);
		g_free(group->since);
		g_ptr_array_unref(group->packages);
		g_free(group);
	}
}
