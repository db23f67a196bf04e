/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who did it stays with what is settled. */
#include "recorder/settle.h"

#include "settling.h"

static Actor *somebody(gint64 pid)
{
	Actor *actor = actor_new();

	actor->pid = pid;
	return actor;
}

static void attribute(Fixture *f, const char *path, gint64 pid)
{
	g_autoptr(Actor) actor = somebody(pid);

	settle_attribute(f->settle, path, actor);
}

/* Everybody who was seen at a path until it is due; then they begin anew. */
static void test_actors(Fixture *f, const void *data)
{
	const Order *order;

	attribute(f, "/etc/a", 1); /* nothing is pending: no trace */
	push(f, HINT_CREATED, "/etc/a", 0);
	g_assert_null(settle_actors(f->settle, "/etc/a"));
	attribute(f, "/etc/a", 2);
	push(f, HINT_WRITTEN, "/etc/a", 10);
	attribute(f, "/etc/a", 3);
	attribute(f, "/etc/a", 2);
	g_assert_cmpuint(settle_actors(f->settle, "/etc/a")->len, ==, 2);
	g_assert_cmpstr(take(f, 1000), ==, "/etc/a");
	order = f->orders->pdata[0];
	g_assert_cmpint(((Actor *)order->actors->pdata[0])->pid, ==, 2);
	g_assert_cmpint(((Actor *)order->actors->pdata[1])->pid, ==, 3);
	g_assert_null(settle_actors(f->settle, "/etc/a"));
	push(f, HINT_WRITTEN, "/etc/a", 2000);
	g_assert_null(settle_actors(f->settle, "/etc/a"));
}

/* However many there are, the list is short, and says that it is. */
static void test_many_actors(Fixture *f, const void *data)
{
	const GPtrArray *actors;
	const Actor *last;

	push(f, HINT_CREATED, "/etc/a", 0);
	for (gint64 pid = 1; pid < 100; pid++) {
		attribute(f, "/etc/a", pid);
	}
	actors = settle_actors(f->settle, "/etc/a");
	g_assert_cmpuint(actors->len, ==, ACTORS_MAX);
	last = actors->pdata[ACTORS_MAX - 1];
	g_assert_cmpint(last->confidence, ==, CONFIDENCE_UNKNOWN);
	g_assert_nonnull(last->how);
}

static void push_by(Fixture *f, gint64 pid, HintKind kind, const char *path, gint64 at_ms)
{
	push(f, kind, path, at_ms);
	attribute(f, path, pid);
}

/* Everybody who has touched a path since its last look, also when that was put off. */
static void test_put_off_actors(Fixture *f, const void *data)
{
	const GPtrArray *actors;

	push_by(f, 7, HINT_WRITING, "/etc/a", 0);
	push_by(f, 8, HINT_WRITING, "/etc/a", 1);
	push_by(f, 7, HINT_WRITTEN, "/etc/a", 2);
	push_by(f, 9, HINT_WRITING, "/etc/b", 2);
	g_assert_cmpstr(take(f, 2), ==, "/etc/a");
	g_assert_cmpuint(taken(f, 0)->actors->len, ==, 2);
	push_by(f, 10, HINT_LOOK, "/etc/a", 3);
	settle_postpone(f->settle, steal_only(f), START + 10 * MS);
	g_assert_cmpstr(take(f, 3), ==, "/etc/a");
	actors = taken(f, 0)->actors;
	g_assert_cmpuint(actors->len, ==, 3);
	g_assert_cmpint(((Actor *)actors->pdata[0])->pid, ==, 7);
	g_assert_cmpint(((Actor *)actors->pdata[2])->pid, ==, 10);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD("/settle/actors", test_actors);
	ADD("/settle/many-actors", test_many_actors);
	ADD("/settle/put-off-actors", test_put_off_actors);
	return g_test_run();
}
