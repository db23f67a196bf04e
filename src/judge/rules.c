/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rules in force: see rules.h. */
#include "judge/rules.h"

static void add_problem(Rules *rules, char *problem)
{
	if (rules->problems->len < RULES_MAX_PROBLEMS) {
		g_ptr_array_add(rules->problems, problem);
	} else {
		g_free(problem);
	}
}

static void take_all(Rules *rules, GPtrArray *problems)
{
	for (guint i = 0; problems != NULL && i < problems->len; i++) {
		add_problem(rules, g_strdup(problems->pdata[i]));
	}
}

static void read_folder(Rules *rules, const char *folder)
{
	const char *const one[] = {folder, NULL};
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) sources = policy_read(one, true, &error);

	if (sources == NULL) {
		add_problem(rules, g_strdup(error->message));
		return;
	}
	g_ptr_array_set_free_func(sources, NULL);
	for (guint i = 0; i < sources->len; i++) {
		g_ptr_array_add(rules->sources, sources->pdata[i]);
	}
}

void rules_read(Rules *rules, const char *const *folders)
{
	*rules = (Rules){0};
	rules->sources = g_ptr_array_new_with_free_func((GDestroyNotify)policy_source_free);
	rules->problems = g_ptr_array_new_with_free_func(g_free);
	for (; folders != NULL && *folders != NULL; folders++) {
		read_folder(rules, *folders);
	}
}

void rules_compile(Rules *rules)
{
	g_autoptr(GPtrArray) problems = NULL;

	rules->policy = policy_compile(rules->sources, &problems);
	take_all(rules, problems);
	g_clear_pointer(&rules->sources, g_ptr_array_unref);
}

guint rules_take_problems(Rules *rules)
{
	g_autoptr(GPtrArray) problems = policy_take_problems(rules->policy);
	guint first = rules->problems->len;

	take_all(rules, problems);
	return first;
}

void rules_clear(Rules *rules)
{
	g_clear_pointer(&rules->sources, g_ptr_array_unref);
	g_clear_pointer(&rules->policy, policy_free);
	g_clear_pointer(&rules->problems, g_ptr_array_unref);
}
