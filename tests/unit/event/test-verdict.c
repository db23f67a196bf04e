/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Verdicts and severities: words, order, and what makes an alert. */
#include "event/verdict.h"

#include <glib.h>

static void test_words(void)
{
	for (guint i = VERDICT_APPROVED; i < _VERDICT_N; i++) {
		Verdict verdict;

		g_assert_true(verdict_from_word(verdict_word((Verdict)i), &verdict));
		g_assert_cmpuint(verdict, ==, i);
	}
	for (guint i = 0; i < _SEVERITY_N; i++) {
		Severity severity;

		g_assert_true(severity_from_word(severity_word((Severity)i), &severity));
		g_assert_cmpuint(severity, ==, i);
	}
}

static void test_unknown_words(void)
{
	static const char *const unknown[] = {"", "Approved", "approved ", "none", "fatal"};

	for (guint i = 0; i < G_N_ELEMENTS(unknown); i++) {
		Verdict verdict;
		Severity severity;

		g_assert_false(verdict_from_word(unknown[i], &verdict));
		g_assert_false(severity_from_word(unknown[i], &severity));
	}
}

static void test_alert(void)
{
	static const struct {
		Verdict verdict;
		Severity severity;
		bool is_alert;
	} cases[] = {
		{VERDICT_UNAPPROVED, SEVERITY_INFORMATIONAL, true},
		{VERDICT_MISMATCH, SEVERITY_LOW, true},
		{VERDICT_EMERGENCY, SEVERITY_LOW, true},
		{VERDICT_UNVERIFIABLE, SEVERITY_LOW, true},
		{VERDICT_APPROVED, SEVERITY_CRITICAL, true},
		{VERDICT_STANDARD, SEVERITY_HIGH, true},
		{VERDICT_NONE, SEVERITY_HIGH, true},
		{VERDICT_APPROVED, SEVERITY_MEDIUM, false},
		{VERDICT_STANDARD, SEVERITY_LOW, false},
		{VERDICT_RESTORED, SEVERITY_MEDIUM, false},
		{VERDICT_NONE, SEVERITY_MEDIUM, false},
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_assert_cmpint(verdict_is_alert(cases[i].verdict, cases[i].severity), ==,
				cases[i].is_alert);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/verdict/words", test_words);
	g_test_add_func("/verdict/unknown-words", test_unknown_words);
	g_test_add_func("/verdict/alert", test_alert);
	return g_test_run();
}
