/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The clerk: what somebody approved is journaled before anything is judged by it, once; that
 * something cannot be read is told once, and once that it is over.
 */
#include "trial.h"

static void test_an_approval_is_told_once(void)
{
	g_auto(Case) c = case_open();

	rig_ask(c.rig, "CHG-1", CHANGES);
	rig_approve(c.rig, "CHG-1");
	push(&c);
	assert_kinds(c.court, "baseline request");
	judge_all(c.court);
	assert_kinds(c.court, "baseline request");
	stop(&c);
	start(&c);
	assert_kinds(c.court, "baseline request");
	change_hosts(&c, EVIL);
	g_assert_cmpstr(last_verdict(&c), ==, "approved");
	g_assert_cmpuint(drift(c.court), ==, 0);
}

static void spoil(Case *c, const char *path, bool mend)
{
	g_autofree char *object = rig_object(c->rig, path);
	g_autofree char *command =
		mend ? g_strdup_printf("cp -p kept %s", object)
		     : g_strdup_printf("cp -p %s kept && chmod u+w %s && truncate -s 9 %s", object,
				       object, object);

	must_run(command);
	judge_all(c->court);
}

/* That something cannot be read is told once, and once that it is over. */
static void test_damage_is_told_once(void)
{
	static const char *const paths[] = {"requests/CHG-1/request.yaml", "requests"};

	for (gsize i = 0; i < G_N_ELEMENTS(paths); i++) {
		g_auto(Case) c = case_open();
		Health health;

		rig_ask(c.rig, "CHG-1", CHANGES);
		rig_approve(c.rig, "CHG-1");
		rig_push(c.rig);
		spoil(&c, paths[i], false);
		judge_all(c.court);
		assert_kinds(c.court, "baseline health");
		g_assert_cmpstr(text_of(last_event(c.court), "severity"), ==, "high");
		judge_health(c.court->judge, JUDGE_IDLE, &health);
		g_assert_cmpint(health.state, ==, HEALTH_DEGRADED);
		change_hosts(&c, EVIL);
		g_assert_cmpstr(last_verdict(&c), ==, "unverifiable");
		spoil(&c, paths[i], true);
		assert_kinds(c.court, "baseline health change request health resolved");
		judge_health(c.court->judge, JUDGE_IDLE, &health);
		g_assert_cmpint(health.state, ==, HEALTH_READY);
	}
}

int main(int argc, char **argv)
{
	int result;

	g_test_init(&argc, &argv, NULL);
	rig_prepare();
	g_test_add_func("/clerk/once", test_an_approval_is_told_once);
	g_test_add_func("/clerk/damage", test_damage_is_told_once);
	result = g_test_run();
	rig_finish();
	return result;
}
