/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rules themselves: the shipped ones with their cases, and those the world writes (SigmaHQ's,
 * where the corpus is at hand), which must load unmodified.
 */
#include "policy/policy.h"
#include "policy/rule.h"

#include <string.h>

static char *source_path(const char *name)
{
	const char *root = g_getenv("REEVE_SOURCE");

	g_assert_nonnull(root);
	return g_build_filename(root, name, NULL);
}

static Policy *load(const char *folder, bool missing_ok)
{
	const char *const folders[] = {folder, NULL};
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) sources = policy_read(folders, missing_ok, &error);
	g_autoptr(GPtrArray) problems = NULL;
	Policy *policy;

	g_assert_no_error(error);
	policy = policy_compile(sources, &problems);
	for (guint i = 0; i < problems->len; i++) {
		g_test_message("%s", (const char *)g_ptr_array_index(problems, i));
	}
	g_assert_cmpuint(problems->len, ==, 0);
	return policy;
}

static void test_shipped_cases(void)
{
	g_autofree char *folder = source_path("policies");
	const char *const folders[] = {folder, NULL};
	g_autoptr(GString) report = g_string_new(NULL);
	g_autoptr(GError) error = NULL;
	guint cases, failed;
	bool is_good = policy_test(folders, report, &cases, &failed, &error);

	g_assert_no_error(error);
	g_test_message("%s", report->str);
	g_assert_cmpstr(report->str, ==, "");
	g_assert_true(is_good);
	g_assert_cmpuint(cases, >, 0);
}

static void test_shipped_rules(void)
{
	g_autofree char *folder = source_path("policies");
	g_autoptr(Policy) policy = load(folder, false);
	const GPtrArray *rules = policy_rules(policy);

	g_assert_cmpuint(policy_count(policy), >=, 24);
	g_assert_cmpuint(policy_count_inactive(policy), ==, 0);
	for (guint i = 0; i < rules->len; i++) {
		const Rule *rule = g_ptr_array_index(rules, i);

		g_assert_nonnull(rule->id);
		g_assert_nonnull(rule->advice);
		g_assert_cmpint(rule->source, ==, SOURCE_REEVE);
	}
}

/* An ordinary change of a file no rule is about. */
static void test_shipped_silence(void)
{
	g_autofree char *folder = source_path("policies");
	g_autoptr(Policy) policy = load(folder, false);
	g_autoptr(Change) change = change_new("/etc/example.conf", OP_UPDATED);

	change->before.type = change->after.type = FILE_REGULAR;
	change->before.mode = change->after.mode = 0644;
	change->difference = STATE_CONTENT;
	g_ptr_array_add(change->added, g_strdup("colour = blue"));
	policy_judge(policy, change);
	g_assert_cmpuint(change->rules->len, ==, 0);
	g_assert_cmpint(change->severity, ==, SEVERITY_LOW);
}

static char *corpus_path(void)
{
	const char *given = g_getenv("REEVE_SIGMA_CORPUS");

	return given ? g_strdup(given) : source_path("../shared/corpus/sigma");
}

static void test_sigma_corpus(void)
{
	g_autofree char *folder = corpus_path();
	g_autoptr(Policy) policy = NULL;
	const GPtrArray *rules;
	guint file_events = 0;

	if (!g_file_test(folder, G_FILE_TEST_IS_DIR)) {
		g_test_skip("no SigmaHQ corpus: set REEVE_SIGMA_CORPUS to a checkout of its rules");
		return;
	}
	policy = load(folder, false);
	rules = policy_rules(policy);
	g_assert_cmpuint(rules->len, >, 100);
	for (guint i = 0; i < rules->len; i++) {
		const Rule *rule = g_ptr_array_index(rules, i);
		bool is_ours = strstr(rule->file, "/file_event/") || strstr(rule->file, "/path/");

		file_events += is_ours;
		g_assert_true(!is_ours || rule->inactive == NULL);
	}
	g_assert_cmpuint(file_events, >=, 10);
	g_assert_cmpuint(policy_count(policy), <, rules->len);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/corpus/shipped/cases", test_shipped_cases);
	g_test_add_func("/corpus/shipped/rules", test_shipped_rules);
	g_test_add_func("/corpus/shipped/silence", test_shipped_silence);
	g_test_add_func("/corpus/sigma", test_sigma_corpus);
	return g_test_run();
}
