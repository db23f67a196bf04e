/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * reeve policy: what one does with rules before a daemon is given them. `check` says what is wrong
 * with them, `test` runs the cases beside them, `list` names them, `replay` holds the recorded
 * history against them. Needs no daemon; files and folders may be named, else those of the
 * configuration are meant.
 */
#include "cli/moment.h"
#include "cli/paint.h"
#include "cli/policy-attack.h"
#include "cli/policy-replay.h"
#include "cli/verb.h"

#include "base/clock.h"
#include "base/escape.h"
#include "policy/policy.h"
#include "policy/rule.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
	const Context *context;
	GStrv places;   /* files and folders */
	bool are_named; /* on the command line: they must exist and hold rules */
	bool shows_all, by_technique;
	gint64 since_usec;
} Task;

static const Style level_styles[_SEVERITY_N] = {
	[SEVERITY_INFORMATIONAL] = STYLE_DIM, [SEVERITY_LOW] = STYLE_LOW,
	[SEVERITY_MEDIUM] = STYLE_MEDIUM,     [SEVERITY_HIGH] = STYLE_HIGH,
	[SEVERITY_CRITICAL] = STYLE_CRITICAL,
};

static void print_json(json_t *object)
{
	char *text = json_dumps(object, JSON_COMPACT);

	puts(text);
	free(text);
	json_decref(object);
}

static void set_text(json_t *object, const char *key, const char *text)
{
	json_object_set_new(object, key, text ? json_string(text) : json_null());
}

/* Compiles what the task names; NULL: said why. */
static Policy *compile(const Task *task, GPtrArray **ret_problems, int *ret_exit)
{
	g_autoptr(GPtrArray) sources = NULL;
	GError *error = NULL;

	sources = policy_read((const char *const *)task->places, !task->are_named, &error);
	if (sources == NULL) {
		*ret_exit = verb_fail(error);
		return NULL;
	}
	if (sources->len == 0) {
		*ret_exit = verb_trouble("no rules there: a file of rules is named NAME.yml");
		return NULL;
	}
	return policy_compile(sources, ret_problems);
}

static void print_problems(const Task *task, const GPtrArray *problems)
{
	for (guint i = 0; i < problems->len; i++) {
		const char *problem = g_ptr_array_index(problems, i);

		if (task->context->is_json) {
			print_json(json_pack("{s:s}", "problem", problem));
		} else {
			g_print("%s\n", problem);
		}
	}
}

static int policy_check(const Task *task)
{
	g_autoptr(GPtrArray) problems = NULL;
	g_autoptr(Policy) policy = NULL;
	int status;

	policy = compile(task, &problems, &status);
	if (policy == NULL) {
		return status;
	}
	print_problems(task, problems);
	if (task->context->is_json) {
		print_json(json_pack("{s:i, s:i, s:i, s:s}", "rules", (int)policy_count(policy),
				     "inactive", (int)policy_count_inactive(policy), "problems",
				     (int)problems->len, "policy", policy_digest(policy)));
	} else {
		g_print("%u rules, %u inactive, %u problems\n", policy_count(policy),
			policy_count_inactive(policy), problems->len);
	}
	return problems->len > 0 ? CLI_YES : CLI_OK;
}

/* The file named X.yml is meant with its X.cases.yaml, and the other way round. */
static void add_with_sibling(GStrvBuilder *builder, const char *place)
{
	static const char *const ends[][2] = {
		{".cases.yaml", ".yml"}, {".yml", ".cases.yaml"}, {".yaml", ".cases.yaml"}};

	g_strv_builder_add(builder, place);
	for (guint i = 0; i < G_N_ELEMENTS(ends); i++) {
		g_autofree char *stem = NULL;
		g_autofree char *sibling = NULL;

		if (!g_str_has_suffix(place, ends[i][0])) {
			continue;
		}
		stem = g_strndup(place, strlen(place) - strlen(ends[i][0]));
		sibling = g_strconcat(stem, ends[i][1], NULL);
		if (g_file_test(sibling, G_FILE_TEST_IS_REGULAR)) {
			g_strv_builder_add(builder, sibling);
		}
		return;
	}
}

/* Cases are looked for beside the files named; a folder of the configuration may be missing. */
static GStrv places_of_cases(const Task *task)
{
	g_autoptr(GStrvBuilder) builder = g_strv_builder_new();

	for (guint i = 0; task->places[i] != NULL; i++) {
		if (task->are_named || g_file_test(task->places[i], G_FILE_TEST_EXISTS)) {
			add_with_sibling(builder, task->places[i]);
		}
	}
	return g_strv_builder_end(builder);
}

static int policy_run_cases(const Task *task)
{
	g_auto(GStrv) places = places_of_cases(task);
	g_autoptr(GString) report = g_string_new(NULL);
	guint cases = 0, failed = 0;
	GError *error = NULL;
	bool is_good = policy_test((const char *const *)places, report, &cases, &failed, &error);

	if (error != NULL) {
		return verb_fail(error);
	}
	if (task->context->is_json) {
		print_json(json_pack("{s:i, s:i, s:s}", "cases", (int)cases, "failed", (int)failed,
				     "report", report->str));
	} else {
		g_print("%s%u cases, %u failed\n", report->str, cases, failed);
	}
	return is_good ? CLI_OK : CLI_YES;
}

static void print_rule_json(const Rule *rule)
{
	json_t *object = json_object();
	json_t *tags = json_array();

	for (guint i = 0; rule->tags[i] != NULL; i++) {
		json_array_append_new(tags, json_string(rule->tags[i]));
	}
	set_text(object, "id", rule->id);
	set_text(object, "title", rule->title);
	set_text(object, "level", severity_word(rule->level));
	set_text(object, "file", rule->file);
	json_object_set_new(object, "line", json_integer(rule->line));
	json_object_set_new(object, "tags", tags);
	set_text(object, "advice", rule->advice);
	json_object_set_new(object, "active", json_boolean(rule->inactive == NULL));
	set_text(object, "inactive", rule->inactive);
	print_json(object);
}

static void print_rule(const Paint *paint, const Rule *rule)
{
	g_autoptr(GString) out = g_string_new(NULL);
	const char *slash = strrchr(rule->file, '/');
	const char *file = slash ? slash + 1 : rule->file;
	/* level, two gaps, title; the file may run over */
	guint columns = paint->width > 60 ? paint->width - 15 - 24 : 0;
	g_autofree char *title = paint_fit(paint, rule->title, MIN(columns, 64));

	paint_format(paint, out, level_styles[rule->level], "%-13s", severity_word(rule->level));
	g_string_append_c(out, ' ');
	paint_foreign(paint, out, rule->inactive ? STYLE_DIM : STYLE_PLAIN, title);
	paint_indent(out, MAX(1, 65 - MIN(64, paint_columns(title))));
	paint_format(paint, out, STYLE_DIM, "%s:%u%s%s", file, rule->line,
		     rule->inactive ? "  inactive: " : "", rule->inactive ? rule->inactive : "");
	g_print("%s\n", out->str);
}

static int policy_list(const Task *task)
{
	Paint paint = paint_of(task->context);
	g_autoptr(GPtrArray) problems = NULL;
	g_autoptr(Policy) policy = NULL;
	const GPtrArray *rules;
	int status;

	policy = compile(task, &problems, &status);
	if (policy == NULL) {
		return status;
	}
	rules = policy_rules(policy);
	if (task->by_technique) {
		policy_attack_print(task->context, rules);
		return CLI_OK;
	}
	for (guint i = 0; i < rules->len; i++) {
		const Rule *rule = g_ptr_array_index(rules, i);

		if (rule->inactive != NULL && !task->shows_all) {
			continue;
		}
		if (task->context->is_json) {
			print_rule_json(rule);
		} else {
			print_rule(&paint, rule);
		}
	}
	if (!task->context->is_json) {
		g_print("%u rules, %u inactive\n", policy_count(policy),
			policy_count_inactive(policy));
	}
	if (problems->len > 0) {
		return verb_trouble("%u rules could not be loaded; see `reeve policy check`",
				    problems->len);
	}
	return CLI_OK;
}

static int policy_run_replay(const Task *task)
{
	g_autoptr(GPtrArray) problems = NULL;
	g_autoptr(Policy) policy = NULL;
	int status;

	policy = compile(task, &problems, &status);
	if (policy == NULL) {
		return status;
	}
	if (problems->len > 0) {
		return verb_trouble("%u rules could not be loaded; see `reeve policy check`",
				    problems->len);
	}
	return policy_replay(task->context, policy, task->since_usec);
}

static const struct {
	const char *word;
	int (*run)(const Task *task);
} tasks[] = {
	{"check", policy_check},
	{"test", policy_run_cases},
	{"list", policy_list},
	{"replay", policy_run_replay},
};

int verb_policy(const Context *context, int argc, char **argv)
{
	gboolean shows_all = FALSE, by_technique = FALSE;
	g_autofree char *since = NULL;
	const GOptionEntry entries[] = {
		{"all", 'a', 0, G_OPTION_ARG_NONE, &shows_all,
		 "list: rules that cannot fire here too", NULL},
		{"attack", 0, 0, G_OPTION_ARG_NONE, &by_technique,
		 "list: by the techniques of ATT&CK they cover", NULL},
		{"since", 0, 0, G_OPTION_ARG_STRING, &since,
		 "replay: what was recorded from then on", "TIME"},
		G_OPTION_ENTRY_NULL,
	};
	g_auto(GStrv) places = NULL;
	GError *error = NULL;
	gint64 since_usec = 0;
	int status;

	if (verb_parse(entries, &argc, &argv, &status) == VERB_DONE) {
		return status;
	}
	if (argc < 2) {
		return verb_usage("policy", "say `check`, `test`, `list` or `replay`");
	}
	if (since != NULL && !moment_parse(since, clock_wall_usec(), &since_usec, &error)) {
		return verb_fail(error);
	}
	places = argc > 2 ? g_strdupv(argv + 2) : config_policy_folders(context->config);
	for (guint i = 0; i < G_N_ELEMENTS(tasks); i++) {
		if (strcmp(argv[1], tasks[i].word) == 0) {
			const Task task = {context,   places,       argc > 2,
					   shows_all, by_technique, since_usec};

			return tasks[i].run(&task);
		}
	}
	return verb_usage("policy",
			  "there is no `policy %s`: say `check`, `test`, `list` or "
			  "`replay`",
			  argv[1]);
}
