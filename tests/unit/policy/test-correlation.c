/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules over the firings of others: src/policy/correlation.c, through a whole policy. */
#include "policy/correlation.h"

#include "../thrift.h"
#include "policy/policy.h"

#include <string.h>

#include "rig.h"

#define BASE                                                                 \
	"title: base\nname: base\nlevel: low\n"                              \
	"logsource: {product: linux, service: reeve}\ntaxonomy: reeve\n"     \
	"detection: {s: {TargetFilename|startswith: /etc/}, condition: s}\n" \
	"---\n"
#define COUNT(text) BASE "title: many\nlevel: high\ncorrelation: {rules: [base], " text "}\n"

static Policy *compile(const char *text, guint problems)
{
	g_autoptr(GPtrArray) sources =
		g_ptr_array_new_with_free_func((GDestroyNotify)policy_source_free);
	g_autoptr(GPtrArray) found = NULL;
	PolicySource *source = g_new0(PolicySource, 1);
	Policy *policy;

	source->name = g_strdup("r.yml");
	source->bytes = g_bytes_new(text, strlen(text));
	g_ptr_array_add(sources, source);
	policy = policy_compile(sources, &found);
	for (guint i = 0; found->len != problems && i < found->len; i++) {
		g_printerr("%s\n", (const char *)found->pdata[i]);
	}
	g_assert_cmpuint(found->len, ==, problems);
	return policy;
}

/* "base many": what fires on a change of that path by that user, at that second. */
static char *judge(Policy *policy, const char *path, const char *user, guint second)
{
	g_autoptr(Change) change = rig_change(path, OP_UPDATED, NULL);
	GString *text = g_string_new(NULL);

	change->time_usec = (gint64)second * G_USEC_PER_SEC;
	if (user != NULL) {
		Actor *actor = actor_new();

		actor->user = g_strdup(user);
		g_ptr_array_add(change->actors, actor);
	}
	policy_judge(policy, change);
	for (guint i = 0; i < change->rules->len; i++) {
		g_string_append_printf(text, "%s%s", i == 0 ? "" : " ",
				       ((const RuleHit *)change->rules->pdata[i])->title);
	}
	return g_string_free(text, FALSE);
}

typedef struct {
	const char *path, *user;
	guint second;
	const char *expected;
} Step;

static void follow(const char *rules, const Step *steps)
{
	g_autoptr(Policy) policy = compile(rules, 0);

	for (; steps->path != NULL; steps++) {
		g_autofree char *fired = judge(policy, steps->path, steps->user, steps->second);

		g_assert_cmpstr(fired, ==, steps->expected);
	}
}

static void test_event_count(void)
{
	static const Step steps[] = {
		{"/etc/a", "bob", 1, ""},
		{"/etc/a", "bob", 2, ""},
		/* another group, nobody's, and what the base does not find */
		{"/etc/a", "eve", 3, ""},
		{"/etc/a", NULL, 3, ""},
		{"/srv/a", "bob", 3, ""},
		{"/etc/a", "bob", 60, "many"},
		/* once for its length of time */
		{"/etc/a", "bob", 61, ""},
		{"/etc/a", "bob", 119, ""},
		{"/etc/a", "bob", 120, "many"},
		{NULL},
	};

	follow(COUNT("type: event_count, group-by: [User], timespan: 1m, condition: {gte: 3}"),
	       steps);
}

static void test_timespan(void)
{
	static const Step steps[] = {
		{"/etc/a", "bob", 1, ""},
		{"/etc/a", "bob", 2, ""},
		/* both have left it */
		{"/etc/a", "bob", 70, ""},
		{"/etc/a", "bob", 71, ""},
		{"/etc/a", "bob", 130, "many"},
		/* without a time: as of the latest moment */
		{"/etc/a", "bob", 0, ""},
		{NULL},
	};

	follow(COUNT("type: event_count, group-by: [User], timespan: 1m, condition: {gt: 2}"),
	       steps);
}

static void test_value_count(void)
{
	static const Step steps[] = {
		{"/etc/a", "bob", 1, "base"},      {"/etc/a", "bob", 2, "base"},
		{"/etc/a", "bob", 3, "base"},      {"/etc/b", "bob", 4, "base"},
		{"/etc/c", "bob", 5, "many base"}, {NULL},
	};

	follow(COUNT("type: value_count, group-by: [User], timespan: 1m, generate: true, "
		     "condition: {gte: 3, field: TargetFilename}"),
	       steps);
}

static void test_two_groups(void)
{
	static const Step steps[] = {
		{"/etc/a", "bob", 1, ""},
		{"/etc/b", "bob", 2, ""},
		{"/etc/a", "bob", 3, "many"},
		{"/etc/b", "bob", 4, "many"},
		{NULL},
	};

	follow(COUNT("type: event_count, group-by: [User, TargetFilename], timespan: 1m, "
		     "condition: {eq: 2}"),
	       steps);
}

static void test_forget(void)
{
	g_autoptr(Policy) policy = compile(COUNT("type: event_count, group-by: [User], "
						 "timespan: 1m, condition: {gte: 2}"),
					   0);
	g_autofree char *first = judge(policy, "/etc/a", "bob", 1), *second = NULL;

	g_assert_cmpstr(first, ==, "");
	policy_forget(policy);
	second = judge(policy, "/etc/a", "bob", 2);
	g_assert_cmpstr(second, ==, "");
}

/* A flood of names neither takes memory without end nor hides who goes on. */
static void test_flood(void)
{
	g_autoptr(Policy) policy = compile(COUNT("type: event_count, group-by: [User], "
						 "timespan: 1d, condition: {gte: 3}"),
					   0);
	g_autofree char *fired = NULL;
	guint names = CORRELATION_MAX_GROUPS + thrift(1000, 10);

	for (guint i = 0; i < names; i += thrift(1, 100)) {
		g_autofree char *user = g_strdup_printf("u%u", i);
		g_autofree char *none = judge(policy, "/etc/a", user, 1 + i);

		g_assert_cmpstr(none, ==, "");
	}
	for (guint i = 0; i < 3; i++) {
		g_free(fired);
		fired = judge(policy, "/etc/a", "bob", names + i);
	}
	g_assert_cmpstr(fired, ==, "many");
}

/* One that counts what is not there would be silent for ever. */
static void test_unknown_base(void)
{
	g_autoptr(Policy) policy =
		compile("title: many\ncorrelation: {rules: [none], type: event_count, "
			"group-by: [User], timespan: 1m, condition: {gte: 2}}\n",
			1);

	g_assert_cmpuint(policy_count(policy), ==, 0);
	g_assert_cmpuint(policy_count_inactive(policy), ==, 1);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/correlation/event-count", test_event_count);
	g_test_add_func("/correlation/timespan", test_timespan);
	g_test_add_func("/correlation/value-count", test_value_count);
	g_test_add_func("/correlation/two-groups", test_two_groups);
	g_test_add_func("/correlation/forget", test_forget);
	g_test_add_func("/correlation/flood", test_flood);
	g_test_add_func("/correlation/unknown-base", test_unknown_base);
	return g_test_run();
}
