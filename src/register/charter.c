/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The charter: see charter.h. */
#include "register/charter.h"

void charter_clear(Charter *charter)
{
	g_clear_pointer(&charter->approvers, approvers_free);
	g_clear_pointer(&charter->people, people_free);
	g_clear_pointer(&charter->revoked, revoked_free);
}

const Approvers *charter_approvers(const Charter *charter)
{
	return charter->approvers != NULL ? charter->approvers : approvers_default();
}

static void drop(Charter *charter, PolicyFile file)
{
	switch (file) {
	case POLICY_APPROVERS:
		g_clear_pointer(&charter->approvers, approvers_free);
		return;
	case POLICY_PEOPLE:
		g_clear_pointer(&charter->people, people_free);
		return;
	case POLICY_REVOKED:
		g_clear_pointer(&charter->revoked, revoked_free);
		return;
	case POLICY_FILES:
		break;
	}
	g_assert_not_reached();
}

/* Into an empty charter, of which only one part is filled. */
static bool parse(Charter *one, PolicyFile file, GBytes *bytes, GError **error)
{
	g_autofree char *name = g_strconcat("policy/", policy_file_name(file), NULL);
	gsize size;
	const void *data = g_bytes_get_data(bytes, &size);

	switch (file) {
	case POLICY_APPROVERS:
		one->approvers = approvers_parse(name, data, size, error);
		return one->approvers != NULL;
	case POLICY_PEOPLE:
		one->people = people_parse(name, data, size, error);
		return one->people != NULL;
	case POLICY_REVOKED:
		one->revoked = revoked_parse(name, data, size, error);
		return one->revoked != NULL;
	case POLICY_FILES:
		break;
	}
	g_assert_not_reached();
}

bool charter_set(Charter *charter, PolicyFile file, GBytes *bytes, GError **error)
{
	g_auto(Charter) made = {NULL};

	if (bytes != NULL && !parse(&made, file, bytes, error)) {
		return false;
	}
	drop(charter, file);
	if (made.approvers != NULL) {
		charter->approvers = g_steal_pointer(&made.approvers);
	}
	if (made.people != NULL) {
		charter->people = g_steal_pointer(&made.people);
	}
	if (made.revoked != NULL) {
		charter->revoked = g_steal_pointer(&made.revoked);
	}
	return true;
}
