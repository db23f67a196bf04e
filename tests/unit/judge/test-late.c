/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Approved after the fact: when the register moves, what drifts is held against it again, and only
 * what is covered is resolved.
 */
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

int main(int argc, char **argv)
{
	int result;

	g_test_init(&argc, &argv, NULL);
	rig_prepare();
	g_test_add_func("/late/resolved", test_late);
	g_test_add_func("/late/twin", test_nothing_is_resolved_by_another_request);
	g_test_add_func("/late/restart", test_late_after_a_restart);
	result = g_test_run();
	rig_finish();
	return result;
}
