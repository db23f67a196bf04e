/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The scrub on clocks of our own: when it works, how much, and what it keeps. */
#include "recorder/scrub.h"
#include "adopted-tree.h"

#define SECOND G_GINT64_CONSTANT(1000000)

/* Every look at the clock costs `cost_usec` of time and of the processor. */
static gint64 now_usec, cpu_usec, cost_usec;

static gint64 fake_mono(void)
{
	now_usec += cost_usec;
	cpu_usec += cost_usec;
	return now_usec;
}

static gint64 fake_cpu(void)
{
	return cpu_usec;
}

static const ScrubClock fake_clock = {fake_mono, fake_cpu};

static void setup(Tree *t, const void *data)
{
	now_usec = 1000 * SECOND;
	cpu_usec = 0;
	cost_usec = 100;
	tree_setup(t, data);
}

static void collect(Tree *t, const GPtrArray *paths, const char *mark)
{
	for (guint i = 0; i < paths->len; i++) {
		g_ptr_array_add(t->found, g_strconcat((const char *)paths->pdata[i], mark, NULL));
	}
}

/* Lets time go by; what is found, with a star behind what differs inside. */
static const char *run(Tree *t, Scrub *scrub, gint64 usec)
{
	gint64 end = now_usec + usec;
	g_autoptr(GError) error = NULL;

	while (scrub_next_usec(scrub) < end) {
		now_usec = MAX(now_usec, scrub_next_usec(scrub));
		must(scrub_turn(scrub, &error));
		collect(t, scrub_doubts(scrub)->differ, "");
		collect(t, scrub_doubts(scrub)->differ_inside, "*");
	}
	now_usec = MAX(now_usec, end);
	return tree_found(t);
}

static void test_silent(Tree *t, const void *data)
{
	g_autoptr(Scrub) scrub = scrub_new(&t->world, &fake_clock);
	const ScrubFacts *facts = scrub_facts(scrub);

	tree_write(t, "etc/a", "1");
	tree_adopt(t);
	g_assert_cmpstr(run(t, scrub, 61 * SECOND), ==, "");
	g_assert_cmpuint(facts->sweeps, >=, 10);
	g_assert_cmpuint(facts->sweeps, <=, 12);
	g_assert_cmpuint(facts->rotations, >=, 4);
	g_assert_cmpuint(facts->doubts, ==, 0);
	g_assert_cmpint(facts->swept_usec, >, 0);
	g_assert_cmpint(facts->rotated_usec, >, 0);
}

static void test_differs(Tree *t, const void *data)
{
	g_autoptr(Scrub) scrub = scrub_new(&t->world, &fake_clock);

	tree_write(t, "etc/a", "1");
	tree_write(t, "etc/b", "1");
	tree_adopt(t);
	tree_write_unseen(t, "etc/b", "2");
	tree_write(t, "etc/a", "2");
	g_assert_cmpstr(run(t, scrub, 9 * SECOND), ==, "/etc/a");
	g_assert_cmpstr(run(t, scrub, 2 * SECOND), ==, "/etc/a /etc/b*");
}

/* A wide tree: never more than one part in two hundred of the processor, in short slices. */
static void test_budget(Tree *t, const void *data)
{
	g_autoptr(Scrub) scrub = scrub_new(&t->world, &fake_clock);
	g_autoptr(GError) error = NULL;
	gint64 before, begin;

	for (guint i = 0; i < 2000; i++) {
		g_autofree char *name = g_strdup_printf("etc/%04u", i);

		tree_write(t, name, "");
	}
	tree_adopt(t);
	cost_usec = 100; /* as if each step took that */
	begin = now_usec;
	while (scrub_facts(scrub)->sweeps < 20) {
		now_usec = MAX(now_usec, scrub_next_usec(scrub));
		before = now_usec;
		must(scrub_turn(scrub, &error));
		g_assert_cmpint(now_usec - before, <=, 30 * cost_usec);
	}
	g_assert_cmpint(cpu_usec * 200, <=, now_usec - begin);
}

/* The next recorder goes on where this one was; its first round is no whole one. */
static void test_kept(Tree *t, const void *data)
{
	Scrub *scrub = scrub_new(&t->world, &fake_clock);
	g_autofree char *place = NULL;

	for (guint i = 0; i < 500; i++) {
		g_autofree char *name = g_strdup_printf("etc/%03u", i);

		tree_write(t, name, "");
	}
	tree_adopt(t);
	tree_write_unseen(t, "etc/499", "late");
	cost_usec = 1000;
	run(t, scrub, 11 * SECOND);
	g_assert_cmpuint(scrub_facts(scrub)->rotations, ==, 0);
	scrub_keep(scrub);
	scrub_free(scrub);
	place = catalog_get_note(t->world.catalog, "rotation");
	g_assert_true(g_str_has_prefix(place, "/etc/"));
	scrub = scrub_new(&t->world, &fake_clock);
	cost_usec = 0;
	g_assert_cmpstr(run(t, scrub, 11 * SECOND), ==, "/etc/499*");
	g_assert_cmpuint(scrub_facts(scrub)->reread, <, 500);
	g_assert_cmpuint(scrub_facts(scrub)->rotations, ==, 0);
	scrub_free(scrub);
}

/* A sweep that is asked for begins anew, comes before its time, and is owed until it has ended. */
static void test_hurry(Tree *t, const void *data)
{
	g_autoptr(Scrub) scrub = scrub_new(&t->world, &fake_clock);

	tree_write(t, "etc/a", "1");
	tree_adopt(t);
	run(t, scrub, 5 * SECOND + SECOND / 10);
	tree_write(t, "etc/a", "2");
	g_assert_cmpstr(run(t, scrub, SECOND), ==, "");
	scrub_hurry(scrub);
	g_assert_true(scrub_is_hurried(scrub));
	g_assert_cmpstr(run(t, scrub, SECOND), ==, "/etc/a");
	g_assert_false(scrub_is_hurried(scrub));
}

static void test_now(Tree *t, const void *data)
{
	g_autoptr(Scrub) scrub = scrub_new(&t->world, &fake_clock);

	tree_write(t, "etc/a", "1");
	tree_adopt(t);
	tree_write(t, "etc/a", "2");
	scrub_hurry(scrub);
	g_assert_false(scrub_sweep_now(scrub, 0));
	g_assert_true(scrub_is_hurried(scrub));
	g_assert_true(scrub_sweep_now(scrub, SECOND));
	g_assert_false(scrub_is_hurried(scrub));
	collect(t, scrub_doubts(scrub)->differ, "");
	g_assert_cmpstr(tree_found(t), ==, "/etc/a");
}

#define ADD(name, function) g_test_add(name, Tree, NULL, setup, function, tree_teardown)

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD("/scrub/silent", test_silent);
	ADD("/scrub/differs", test_differs);
	ADD("/scrub/budget", test_budget);
	ADD("/scrub/kept", test_kept);
	ADD("/scrub/hurry", test_hurry);
	ADD("/scrub/now", test_now);
	return g_test_run();
}
