/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Accepting: what is accepted is held against everything, as if it were done now. */
#include "judge/accept.h"
#include "trial.h"

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
	g_test_add_func("/accept/cases", test_accepting);
	result = g_test_run();
	rig_finish();
	return result;
}
