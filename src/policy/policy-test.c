/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Runs cases against rules: policy_test of policy.h. Every case is judged by all rules together, as
 * on a real machine, and must fire its own or leave it silent.
 */
#include "base/yaml.h"
#include "policy/case.h"
#include "policy/policy-read.h"
#include "policy/policy.h"
#include "policy/rule.h"

typedef struct {
	Policy *policy;
	GString *report;
	guint cases, failed;
	bool is_sound; /* all could be read */
} Run;

static void report_problem(Run *run, const char *problem)
{
	g_string_append_printf(run->report, "%s\n", problem);
	run->is_sound = false;
}

static bool is_about(const RuleHit *hit, const char *rule)
{
	return g_str_equal(hit->title, rule) || g_strcmp0(hit->id, rule) == 0;
}

static bool has_fired(const Change *change, const char *rule)
{
	for (guint i = 0; i < change->rules->len; i++) {
		if (is_about(g_ptr_array_index(change->rules, i), rule)) {
			return true;
		}
	}
	return false;
}

static bool is_known(const Run *run, const char *name)
{
	const GPtrArray *rules = policy_rules(run->policy);

	for (guint i = 0; i < rules->len; i++) {
		const Rule *rule = g_ptr_array_index(rules, i);

		if (g_str_equal(rule->title, name) || g_strcmp0(rule->id, name) == 0) {
			return true;
		}
	}
	return false;
}

/* The rules that fired, for a message; caller frees. */
static char *fired_text(const Change *change)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < change->rules->len; i++) {
		const RuleHit *hit = g_ptr_array_index(change->rules, i);

		g_string_append_printf(text, "%s`%s`", i > 0 ? ", " : "", hit->title);
	}
	return g_string_free(text->len > 0 ? text : g_string_append(text, "none"), FALSE);
}

static void fail(Run *run, const Case *one, const char *what)
{
	g_autofree char *fired = fired_text(one->change);

	g_string_append_printf(run->report, "%s:%u: %s: %s (rules that fired: %s)\n", one->file,
			       one->line, one->name, what, fired);
	run->failed++;
}

/* First what happened before. The clock of cases stands at an hour nobody minds. */
static void judge_case(Policy *policy, const Case *one)
{
	Change *change = one->change;
	char *path = change->path;

	policy_forget(policy);
	change->time_usec = G_USEC_PER_SEC * G_GINT64_CONSTANT(1000000);
	for (char **other = one->also; other != NULL && *other != NULL; other++) {
		change->path = *other;
		policy_judge(policy, change);
		change->time_usec += one->apart_usec;
	}
	change->path = path;
	policy_judge(policy, change);
}

static void run_case(Run *run, const Case *one)
{
	run->cases++;
	judge_case(run->policy, one);
	if (!is_known(run, one->rule)) {
		g_autofree char *what = g_strdup_printf("there is no rule `%s`", one->rule);

		fail(run, one, what);
	} else if (has_fired(one->change, one->rule) != one->fires) {
		g_autofree char *what =
			g_strdup_printf("`%s` %s", one->rule,
					one->fires ? "did not fire" : "fired and should be silent");

		fail(run, one, what);
	} else if (one->has_severity && one->change->severity != one->severity) {
		g_autofree char *what = g_strdup_printf("severity is %s, expected %s",
							severity_word(one->change->severity),
							severity_word(one->severity));

		fail(run, one, what);
	}
}

static bool run_list(Run *run, const YamlDocument *document, GError **error)
{
	const YamlNode *root = yaml_root(document);

	if (root->kind != YAML_SEQUENCE) {
		return yaml_complain(document, root, "begin each with `- case:`", error,
				     "a file of cases is a list");
	}
	for (guint i = 0; i < root->items->len; i++) {
		g_autoptr(GError) reason = NULL;
		g_autoptr(Case) one =
			case_parse(document, g_ptr_array_index(root->items, i), &reason);

		if (one != NULL) {
			run_case(run, one);
		} else {
			report_problem(run, reason->message);
		}
	}
	return true;
}

static void run_source(Run *run, const PolicySource *source)
{
	g_autoptr(GError) reason = NULL;
	g_autoptr(YamlDocument) document = NULL;
	const void *data;
	gsize size;

	if (source->bytes == NULL) {
		report_problem(run, source->problem);
		return;
	}
	data = g_bytes_get_data(source->bytes, &size);
	document = yaml_parse(source->name, data, size, &reason);
	if (document == NULL || !run_list(run, document, &reason)) {
		report_problem(run, reason->message);
	}
}

static void report_problems(Run *run, GPtrArray *problems)
{
	for (guint i = 0; problems != NULL && i < problems->len; i++) {
		report_problem(run, g_ptr_array_index(problems, i));
	}
}

bool policy_test(const char *const *folders, GString *report, guint *ret_cases, guint *ret_failed,
		 GError **error)
{
	g_autoptr(GPtrArray) rules = policy_read(folders, false, error);
	g_autoptr(GPtrArray) cases = NULL;
	g_autoptr(GPtrArray) problems = NULL;
	g_autoptr(GPtrArray) cuts = NULL;
	g_autoptr(Policy) policy = NULL;
	Run run = {.report = report, .is_sound = true};

	if (rules == NULL) {
		return false;
	}
	cases = policy_read_wanted(folders, false, policy_is_case_file, error);
	if (cases == NULL) {
		return false;
	}
	policy = policy_compile(rules, &problems);
	run.policy = policy;
	report_problems(&run, problems);
	for (guint i = 0; i < cases->len; i++) {
		run_source(&run, g_ptr_array_index(cases, i));
	}
	cuts = policy_take_problems(policy);
	report_problems(&run, cuts);
	*ret_cases = run.cases;
	*ret_failed = run.failed;
	return run.is_sound && run.failed == 0;
}
