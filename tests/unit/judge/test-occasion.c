/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When and by whom a change was made, as far as is known: src/judge/occasion.c. */
#include "judge/occasion.h"

#define T G_GINT64_CONSTANT(1795316645000000)

static ChangeSet *set_with(const Gap *gaps, guint n)
{
	ChangeSet *set = change_set_new();

	set->recorded_usec = T + 100;
	for (guint i = 0; i < n; i++) {
		Gap *gap =
			gap_new(gaps[i].cause, gaps[i].scope, gaps[i].start_usec, gaps[i].end_usec);

		gap->closed_usec = gaps[i].closed_usec;
		g_ptr_array_add(set->gaps, gap);
	}
	return set;
}

static void test_times(void)
{
	static const Gap gaps[] = {
		{T + 10, T + 20, (char *)"stopped", (char *)"/etc", T + 30},
		{T + 5, T + 15, (char *)"overflow", (char *)"/etc/ssh", T + 40},
		{T + 1, T + 99, (char *)"overflow", (char *)"/usr", T + 99},
	};
	static const struct {
		const char *path;
		gint64 time_usec;
		bool is_offline;
		gint64 earliest, latest;
	} cases[] = {
		{"/etc/motd", T, false, T, T},
		{"/etc/motd", T, true, T + 10, T + 30}, /* its own time is not to be believed */
		{"/etc/motd", 0, false, T + 10, T + 30},
		{"/etc/ssh/x", 0, true, T + 5, T + 40}, /* both gaps together */
		{"/etc/sshd", 0, true, T + 10, T + 30},
		{"/usr/x", 0, true, T + 1, T + 99},
		{"/var/x", 0, true, 0, T + 100}, /* no gap says anything: all of time */
	};
	g_autoptr(ChangeSet) set = set_with(gaps, G_N_ELEMENTS(gaps));

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Change) change = change_new(cases[i].path, OP_UPDATED);
		MatchContext context;

		change->time_usec = cases[i].time_usec;
		change->is_offline = cases[i].is_offline;
		occasion_of(set, change, "web-1", &context);
		g_assert_cmpint(context.earliest_usec, ==, cases[i].earliest);
		g_assert_cmpint(context.latest_usec, ==, cases[i].latest);
		g_assert_cmpstr(context.host, ==, "web-1");
		g_assert_null(context.login);
	}
}

/* All who did it are asked; only an actor of whom something is known is somebody. */
static void test_login(void)
{
	static const struct {
		Confidence confidence;
		const char *login, *found;
	} cases[] = {
		{CONFIDENCE_EXACT, "alice", "alice"},
		{CONFIDENCE_INFERRED, "alice", "alice"},
		{CONFIDENCE_UNKNOWN, "alice", NULL},
		{CONFIDENCE_EXACT, NULL, NULL},
	};
	g_autoptr(ChangeSet) set = set_with(NULL, 0);

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Change) change = change_new("/etc/x", OP_UPDATED);
		Actor *actor = actor_new();
		MatchContext context;

		actor->confidence = cases[i].confidence;
		actor->login_user = g_strdup(cases[i].login);
		g_ptr_array_add(change->actors, actor);
		occasion_of(set, change, NULL, &context);
		g_assert_null(context.login); /* of accepting alone */
		g_assert_cmpuint(context.actors->len, ==, 1);
		g_assert_cmpstr(actor_login(context.actors->pdata[0]), ==, cases[i].found);
		g_assert_cmpstr(context.host, ==, "");
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/occasion/times", test_times);
	g_test_add_func("/occasion/login", test_login);
	return g_test_run();
}
