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

/* A program of one's own may be called sudo. */
static void test_through(void)
{
	static const struct {
		const char *exe, *through;
	} cases[] = {
		{"/usr/bin/sudo", "sudo"},
		{"/bin/su", "su"},
		{"/tmp/sudo", NULL},
		{"/tmp/usr/bin/sudo", NULL},
		{"/usr/bin/deeper/sudo", NULL},
		{"/usr/bin/pseudo", NULL},
		{"/memfd:/usr/bin/sudo", NULL},
		{NULL, NULL},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Actor) actor = writer(1, "/bin/sh", CONFIDENCE_EXACT);

		actor_add_parent(actor, 2, cases[i].exe, NULL);
		g_assert_cmpstr(actor_through(actor), ==, cases[i].through);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/actor/each-once", test_each_once);
	g_test_add_func("/actor/through", test_through);
	return g_test_run();
}
