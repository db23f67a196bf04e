/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who may approve what, as values: see approvers.h. Reading is approvers-parse.c, counting
 * quorum.c. */
#include "register/approvers.h"

#define HOUR_USEC (G_GINT64_CONSTANT(3600) * G_USEC_PER_SEC)
#define DEFAULT_WITHIN_USEC (24 * HOUR_USEC)
#define DEFAULT_LIVES_USEC (8 * HOUR_USEC)

static void need_free(Need *need)
{
	g_free(need->role);
	g_free(need);
}

static void role_free(Role *role)
{
	g_free(role->role);
	g_strfreev(role->people);
	g_free(role);
}

static void deputy_free(Deputy *deputy)
{
	g_free(deputy->of);
	g_free(deputy->is);
	g_free(deputy);
}

GPtrArray *approvers_new_needs(void)
{
	return g_ptr_array_new_with_free_func((GDestroyNotify)need_free);
}

static void rule_free(Rule *rule)
{
	g_strfreev(rule->paths);
	g_strfreev(rule->hosts);
	g_ptr_array_unref(rule->needs);
	g_free(rule);
}

Approvers *approvers_new(void)
{
	Approvers *approvers = g_new0(Approvers, 1);

	approvers->roles = g_ptr_array_new_with_free_func((GDestroyNotify)role_free);
	approvers->deputies = g_ptr_array_new_with_free_func((GDestroyNotify)deputy_free);
	approvers->rules = g_ptr_array_new_with_free_func((GDestroyNotify)rule_free);
	approvers->need = approvers_new_needs();
	approvers->review = approvers_new_needs();
	approvers->within_usec = DEFAULT_WITHIN_USEC;
	approvers->lives_usec = DEFAULT_LIVES_USEC;
	return approvers;
}

void approvers_free(Approvers *approvers)
{
	g_ptr_array_unref(approvers->roles);
	g_ptr_array_unref(approvers->deputies);
	g_ptr_array_unref(approvers->rules);
	g_ptr_array_unref(approvers->need);
	g_ptr_array_unref(approvers->review);
	g_free(approvers);
}

const Approvers *approvers_default(void)
{
	static gsize made;

	if (g_once_init_enter(&made)) {
		g_once_init_leave(&made, (gsize)approvers_new());
	}
	return (const Approvers *)made;
}

const Role *approvers_role(const Approvers *approvers, const char *name)
{
	for (guint i = 0; i < approvers->roles->len; i++) {
		const Role *role = approvers->roles->pdata[i];

		if (g_str_equal(role->role, name)) {
			return role;
		}
	}
	return NULL;
}
