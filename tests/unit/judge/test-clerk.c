/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The clerk, late approvals and accepting: a judge with a register, both written by hand. What
 * somebody approved is journaled before anything is judged by it, once; what drifts is held against
 * the register again when that moves; and what is accepted is held against everything.
 */
#include "../register/register-rig.h"
#include "court.h"
#include "judge/accept.h"

#define HOSTS "/etc/hosts"
#define CHANGES "changes:\n  - path: /etc/hosts\n    content: any\n"
#define EVIL "127.0.0.1 evil\n"

typedef struct {
	Rig *rig;
	Court *court;
} Case;

static void start(Case *c)
{
	g_autofree char *allowed = read_text("allowed");
	TrustSource trust = {.file = g_strdup("allowed"),
			     .bytes = g_bytes_new(allowed, strlen(allowed))};

	c->court->approvals = approvals_new(&trust, c->rig->bare, "main");
	trust_clear(&trust);
	seat(c->court);
	judge_all(c->court);
	judge_all(c->court); /* the first look came before the snapshots were open */
}

static void stop(Case *c)
{
	unseat(c->court);
	g_clear_pointer(&c->court->approvals, approvals_free);
}

static Case case_open(void)
{
	Case c = {rig_open(), court_open()};

	unseat(c.court);
	past_put(&c.court->past, "/etc", FILE_DIRECTORY, 0755);
	past_file(&c.court->past, HOSTS, "127.0.0.1 localhost\n");
	past_commit_kind(&c.court->past, CHANGE_SET_BASELINE);
	start(&c);
	return c;
}

static void case_close(Case *c)
{
	court_close(c->court);
	rig_close(c->rig);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Case, case_close)

static void push(Case *c)
{
	rig_push(c->rig);
	judge_all(c->court);
}

/* Changes it now: the past has its own clock, so it is told when. */
static void change_hosts(Case *c, const char *text)
{
	g_autoptr(Notes) notes = past_notes(CHANGE_SET_CHANGE);

	past_file(&c->court->past, HOSTS, text);
	notes->first_usec = notes->last_usec = notes->recorded_usec = clock_wall_usec();
	past_commit(&c->court->past, notes);
	judge_all(c->court);
}

static const char *last_verdict(Case *c)
{
	return text_of(last_event(c->court), "verdict");
}

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

static char *accept_it(Case *c, const char *request, const char *path, const char *login)
{
	const Acceptance acceptance = {path, request, "root", login, "a note"};
	char id[EVENT_ID_HEX + 1];
	g_autoptr(GError) error = NULL;

	return accept_tell(c->court->judge, c->court->approvals, &acceptance, id, &error)
		       ? NULL
		       : g_strdup(error->message);
}

/* Drift never becomes green without an effective request that covers it now, by this person. */
static void test_accepting(void)
{
	static const struct {
		const char *more;
		bool is_approved;
		const char *path, *login, *refusal;
	} cases[] = {
		{CHANGES "implementers: [carol]\n", true, HOSTS, "carol", NULL},
		{CHANGES "implementers: [carol]\n", false, HOSTS, "carol",
		 "nobody has approved it yet"},
		{CHANGES "implementers: [carol]\n", true, HOSTS, "erin",
		 "requested carol, found erin"},
		{CHANGES "implementers: [carol]\n", true, HOSTS, NULL, "found somebody unknown"},
		{CHANGES "implementers: [carol]\n", true, "/etc", "carol", "is as approved"},
		{CHANGES "implementers: [carol]\nhosts: [db-1]\n", true, HOSTS, "carol", "host: "},
		{CHANGES "implementers: [carol]\nwindow: {end: 2020-01-01T00:00:00Z}\n", true,
		 HOSTS, "carol", "window: closed at"},
		{CHANGES "implementers: [carol]\ntype: emergency\n", true, HOSTS, "carol",
		 "is reviewed, not accepted"},
		{"changes:\n  - path: /etc/x\n    content: any\n", true, HOSTS, "carol",
		 "does not name"},
		{CHANGES "implementers: [alice]\n", true, HOSTS, "alice",
		 "cannot approve it as well"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_auto(Case) c = case_open();
		g_autofree char *refusal = NULL;

		rig_ask(c.rig, "CHG-1", cases[i].more);
		if (cases[i].is_approved) {
			rig_approve(c.rig, "CHG-1");
		}
		push(&c);
		change_hosts(&c, EVIL);
		g_assert_cmpuint(drift(c.court), ==, 1);
		refusal = accept_it(&c, "CHG-1", cases[i].path, cases[i].login);
		g_assert_true((refusal == NULL) == (cases[i].refusal == NULL));
		if (refusal != NULL && strstr(refusal, cases[i].refusal) == NULL) {
			g_error("%s: %s", cases[i].refusal, refusal);
		}
		g_assert_cmpuint(drift(c.court), ==, refusal == NULL ? 0 : 1);
	}
}

int main(int argc, char **argv)
{
	int result;

	g_test_init(&argc, &argv, NULL);
	rig_prepare();
	g_test_add_func("/clerk/once", test_an_approval_is_told_once);
	g_test_add_func("/clerk/damage", test_damage_is_told_once);
	g_test_add_func("/late/resolved", test_late);
	g_test_add_func("/late/twin", test_nothing_is_resolved_by_another_request);
	g_test_add_func("/late/restart", test_late_after_a_restart);
	g_test_add_func("/accept/cases", test_accepting);
	result = g_test_run();
	rig_finish();
	return result;
}
