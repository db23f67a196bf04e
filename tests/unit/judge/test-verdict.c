/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The verdict on one change: src/judge/verdict.c. */
#include "judge/verdict.h"

#include <string.h>

/* A regular file whose content is one letter; '\0': absent. */
static void set_state(FileState *state, char content)
{
	*state = (FileState){0};
	if (content != '\0') {
		state->type = FILE_REGULAR;
		state->content = CONTENT_STORED;
		state->mode = 0644;
		memset(state->sha256, content, DIGEST_BYTES);
	}
}

static const struct {
	ApprovedKind kind;
	char approved, before, after;
	ChangeOp op;
	Verdict verdict;
} cases[] = {
	{APPROVED_UNTIL_NOW, 0, 'a', 'b', OP_UPDATED, VERDICT_UNAPPROVED},
	{APPROVED_UNTIL_NOW, 0, 0, 'a', OP_CREATED, VERDICT_UNAPPROVED},
	{APPROVED_STATE, 'a', 'b', 'a', OP_UPDATED, VERDICT_RESTORED},
	{APPROVED_STATE, 'a', 0, 'a', OP_CREATED, VERDICT_RESTORED},
	{APPROVED_STATE, 0, 'b', 0, OP_DELETED, VERDICT_RESTORED},
	{APPROVED_STATE, 'a', 'b', 'c', OP_UPDATED, VERDICT_UNAPPROVED},
	{APPROVED_STATE, 'a', 'b', 0, OP_DELETED, VERDICT_UNAPPROVED},
	/* what came and went proves nothing, even where nothing is what was approved */
	{APPROVED_STATE, 0, 0, 0, OP_TRANSIENT, VERDICT_UNAPPROVED},
	{APPROVED_UNKNOWN, 0, 'b', 'a', OP_UPDATED, VERDICT_UNAPPROVED},
};

static void test_cases(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Change) change = change_new("/etc/x", cases[i].op);
		Approved approved = {.kind = cases[i].kind, .why = "nobody knows"};

		set_state(&change->before, cases[i].before);
		set_state(&change->after, cases[i].after);
		set_state(&approved.state, cases[i].approved);
		verdict_decide(change, &(VerdictGrounds){.approved = &approved});
		g_assert_cmpint(change->verdict, ==, cases[i].verdict);
		g_assert_cmpuint(change->reasons->len, >, 0);
	}
}

/* The content may be right; a wrong mode is not the approved state. */
static void test_mode_counts(void)
{
	g_autoptr(Change) change = change_new("/etc/x", OP_UPDATED);
	Approved approved = {.kind = APPROVED_STATE};

	set_state(&change->before, 'b');
	set_state(&change->after, 'a');
	set_state(&approved.state, 'a');
	change->after.mode = 0666;
	verdict_decide(change, &(VerdictGrounds){.approved = &approved});
	g_assert_cmpint(change->verdict, ==, VERDICT_UNAPPROVED);
}

static void test_reasons(void)
{
	g_autoptr(Change) change = change_new("/etc/x", OP_UPDATED);
	Approved approved = {.kind = APPROVED_UNKNOWN, .why = "nobody knows"};

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
		verdict_weigh(change);
		g_assert_cmpint(change->severity, ==, weights[i].severity);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/verdict/cases", test_cases);
	g_test_add_func("/verdict/mode-counts", test_mode_counts);
	g_test_add_func("/verdict/reasons", test_reasons);
	g_test_add_func("/verdict/weight", test_weight);
	return g_test_run();
}
