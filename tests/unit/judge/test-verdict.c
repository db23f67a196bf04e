/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The verdict on one change: src/judge/verdict.c. */
#include "judge/verdict.h"

#include <string.h>

static const struct {
	ApprovedKind kind;
	ChangeOp op;
	Verdict verdict;
} cases[] = {
	{APPROVED_UNTIL_NOW, OP_UPDATED, VERDICT_UNAPPROVED},
	{APPROVED_UNTIL_NOW, OP_CREATED, VERDICT_UNAPPROVED},
	{APPROVED_AGAIN, OP_UPDATED, VERDICT_RESTORED},
	{APPROVED_AGAIN, OP_CREATED, VERDICT_RESTORED},
	{APPROVED_AGAIN, OP_DELETED, VERDICT_RESTORED},
	{APPROVED_NOT_YET, OP_UPDATED, VERDICT_UNAPPROVED},
	{APPROVED_NOT_YET, OP_DELETED, VERDICT_UNAPPROVED},
	/* what came and went proves nothing, even where nothing is what was approved */
	{APPROVED_AGAIN, OP_TRANSIENT, VERDICT_UNAPPROVED},
	{APPROVED_UNKNOWN, OP_UPDATED, VERDICT_UNAPPROVED},
};

static void test_cases(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Change) change = change_new("/etc/x", cases[i].op);
		Approved approved = {cases[i].kind, "nobody knows"};

		verdict_decide(change, &(VerdictGrounds){.approved = &approved});
		g_assert_cmpint(change->verdict, ==, cases[i].verdict);
		g_assert_cmpuint(change->reasons->len, >, 0);
	}
}

static void test_reasons(void)
{
	g_autoptr(Change) change = change_new("/etc/x", OP_UPDATED);
	Approved approved = {APPROVED_UNKNOWN, "nobody knows"};

	verdict_decide(change, &(VerdictGrounds){.approved = &approved});
	g_assert_cmpstr(change->reasons->pdata[0], ==, "no request names this path");
	g_assert_cmpstr(change->reasons->pdata[1], ==, "nobody knows");
}

static void test_weight(void)
{
	static const struct {
		Verdict verdict;
		bool has_rule;
		Severity severity;
	} weights[] = {
		{VERDICT_RESTORED, false, SEVERITY_INFORMATIONAL},
		{VERDICT_RESTORED, true, SEVERITY_HIGH},
		{VERDICT_UNAPPROVED, false, SEVERITY_HIGH},
	};

	for (guint i = 0; i < G_N_ELEMENTS(weights); i++) {
		g_autoptr(Change) change = change_new("/etc/x", OP_UPDATED);

		change->verdict = weights[i].verdict;
		change->severity = SEVERITY_HIGH;
		if (weights[i].has_rule) {
			g_ptr_array_add(change->rules, g_new0(RuleHit, 1));
		}
		verdict_weigh(change, NULL);
		g_assert_cmpint(change->severity, ==, weights[i].severity);
	}
}

/* Whatever else is said of it: somebody uses the login of a person who is gone. */
static void test_leavers(void)
{
	static const char text[] = "bob: {logins: [bob], valid-before: 2026-11-22T12:00:00Z}\n"
				   "carol: {logins: [carol]}\n";
	static const struct {
		const char *login;
		gint64 seconds;
		Severity severity;
	} acts[] = {
		{"bob", 0, SEVERITY_HIGH},
		{"bob", -1, SEVERITY_INFORMATIONAL}, /* he was still there */
		{"carol", 0, SEVERITY_INFORMATIONAL},
		{"mallory", 0, SEVERITY_INFORMATIONAL},
		{NULL, 0, SEVERITY_INFORMATIONAL},
	};
	g_autoptr(People) people = people_parse("people.yaml", text, strlen(text), NULL);

	for (guint i = 0; i < G_N_ELEMENTS(acts); i++) {
		g_autoptr(Change) change = change_new("/etc/x", OP_UPDATED);
		Actor *actor = actor_new();

		actor->login_user = g_strdup(acts[i].login);
		actor->login_uid = 1000;
		actor->confidence = CONFIDENCE_EXACT;
		g_ptr_array_add(change->actors, actor);
		change->verdict = VERDICT_APPROVED;
		change->time_usec =
			(G_GINT64_CONSTANT(1795348800) + acts[i].seconds) * G_USEC_PER_SEC;
		verdict_weigh(change, people);
		g_assert_cmpint(change->severity, ==, acts[i].severity);
		g_assert_cmpuint(change->reasons->len, ==,
				 acts[i].severity == SEVERITY_HIGH ? 1 : 0);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/verdict/cases", test_cases);
	g_test_add_func("/verdict/reasons", test_reasons);
	g_test_add_func("/verdict/weight", test_weight);
	g_test_add_func("/verdict/leavers", test_leavers);
	return g_test_run();
}
