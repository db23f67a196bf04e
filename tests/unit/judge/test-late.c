/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Approved after the fact: when the register moves, what drifts is held against it again, and only
 * what is covered is resolved.
 */
#include "judge/late.h"

#include "trial.h"

static void test_late(void)
{
	g_auto(Case) c = case_open();
	const json_t *event;

	rig_ask(c.rig, "CHG-1", CHANGES);
	push(&c);
	change_hosts(&c, EVIL);
	g_assert_cmpstr(last_verdict(&c), ==, "mismatch");
	g_assert_cmpuint(drift(c.court), ==, 1);
	rig_approve(c.rig, "CHG-1");
	push(&c);
	assert_kinds(c.court, "baseline change request resolved");
	event = last_event(c.court);
	g_assert_true(json_is_true(json_object_get(event, "late")));
	g_assert_cmpuint(json_array_size(json_object_get(event, "refers")), ==, 1);
	g_assert_cmpuint(drift(c.court), ==, 0);
	push(&c);
	assert_kinds(c.court, "baseline change request resolved");
}

/* Not every push resolves: the twin. */
static void test_nothing_is_resolved_by_another_request(void)
{
	static const char *const others[] = {
		"changes:\n  - path: /etc/other\n    content: any\n",
		CHANGES "hosts: [db-1]\n",
		"changes:\n  - path: /etc/hosts\n    to: {absent: true}\n",
		CHANGES "window: {end: 2020-01-01T00:00:00Z}\n",
		CHANGES "type: emergency\n",
	};

	for (gsize i = 0; i < G_N_ELEMENTS(others); i++) {
		g_auto(Case) c = case_open();

		change_hosts(&c, EVIL);
		rig_ask(c.rig, "CHG-1", others[i]);
		rig_approve(c.rig, "CHG-1");
		push(&c);
		assert_kinds(c.court, "baseline change request");
		g_assert_cmpuint(drift(c.court), ==, 1);
	}
}

/* Killed between the approval and what follows from it: the first look acts again. */
static void test_late_after_a_restart(void)
{
	g_auto(Case) c = case_open();

	rig_ask(c.rig, "CHG-1", CHANGES);
	push(&c);
	change_hosts(&c, EVIL);
	stop(&c);
	rig_approve(c.rig, "CHG-1");
	rig_push(c.rig);
	start(&c);
	assert_kinds(c.court, "baseline change request resolved");
}

/* What waited for the end of a package run is told of the last commit, and came with another. */
static void test_told_later_than_it_came(void)
{
	g_auto(Past) past = past_begin();
	g_autofree char *before = NULL, *came = NULL;
	g_autoptr(Store) store = NULL;
	g_autoptr(ChangeSet) set = NULL;
	g_autoptr(Change) change = NULL;
	Drift drift = {.path = (char *)HOSTS};

	past_put(&past, "/etc", FILE_DIRECTORY, 0755);
	past_file(&past, HOSTS, "a");
	past_commit_kind(&past, CHANGE_SET_BASELINE);
	before = g_strdup(past.head);
	past_file(&past, HOSTS, EVIL);
	past_commit_kind(&past, CHANGE_SET_CHANGE);
	came = g_strdup(past.head);
	for (guint i = 0; i < 3; i++) {
		g_autofree char *text = g_strdup_printf("%u", i);

		past_file(&past, "/etc/other", text);
		past_commit_kind(&past, CHANGE_SET_CHANGE);
	}
	store = store_open(past.dir, NULL);
	drift.approved_commit = before;
	drift.current_commit = past.head;
	change = late_change(&drift, store, &set);
	g_assert_nonnull(change);
	g_assert_cmpstr(change->path, ==, HOSTS);
	g_assert_cmpstr(set->commit, ==, came);
	/* and nothing that came before the approved state */
	drift.approved_commit = came;
	g_assert_null(late_change(&drift, store, &(ChangeSet *){NULL}));
}

int main(int argc, char **argv)
{
	int result;

	g_test_init(&argc, &argv, NULL);
	rig_prepare();
	g_test_add_func("/late/resolved", test_late);
	g_test_add_func("/late/twin", test_nothing_is_resolved_by_another_request);
	g_test_add_func("/late/told-later-than-it-came", test_told_later_than_it_came);
	g_test_add_func("/late/restart", test_late_after_a_restart);
	result = g_test_run();
	rig_finish();
	return result;
}
