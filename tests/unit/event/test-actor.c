/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Actors of one file: each process once, by the best that is known of it. */
#include "event/actor.h"

static Actor *writer(gint64 pid, const char *exe, Confidence confidence)
{
	Actor *actor = actor_new();

	actor->pid = pid;
	actor->exe = g_strdup(exe);
	actor->confidence = confidence;
	return actor;
}

static GPtrArray *add(GPtrArray *actors, gint64 pid, const char *exe, Confidence confidence)
{
	g_autoptr(Actor) actor = writer(pid, exe, confidence);

	return actors_add(actors, actor);
}

static void test_each_once(void)
{
	g_autoptr(GPtrArray) actors = add(NULL, 1, "/bin/sh", CONFIDENCE_INFERRED);

	actors = add(actors, 1, "/bin/sh", CONFIDENCE_EXACT);
	actors = add(actors, 1, "/bin/sh", CONFIDENCE_INFERRED);
	g_assert_cmpuint(actors->len, ==, 1);
	g_assert_cmpint(((Actor *)actors->pdata[0])->confidence, ==, CONFIDENCE_EXACT);
	/* silent twin: another process, another program in the same */
	actors = add(actors, 2, "/bin/sh", CONFIDENCE_EXACT);
	actors = add(actors, 1, "/bin/cp", CONFIDENCE_INFERRED);
	g_assert_cmpuint(actors->len, ==, 3);
	g_assert_cmpint(((Actor *)actors->pdata[2])->confidence, ==, CONFIDENCE_INFERRED);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/actor/each-once", test_each_once);
	return g_test_run();
}
