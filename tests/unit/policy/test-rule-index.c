/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rules by the paths they name: src/policy/rule-index.c. The index may give a rule too many, never
 * one too few.
 */
#include "policy/rule-index.h"

#include "policy/rule.h"

#include <string.h>

#include "rig.h"

#define RULE(detection)                                                                       \
	"title: t\nlogsource: {product: linux, service: reeve}\ntaxonomy: reeve\ndetection: " \
	"{" detection "}\n"

static const struct {
	const char *detection, *path;
	bool is_asked, fires;
} rows[] = {
	{RULE("s: {TargetFilename: /etc/Hosts}, condition: s"), "/etc/hosts", true, true},
	{RULE("s: {TargetFilename: /etc/hosts}, condition: s"), "/etc/hostname", false, false},
	{RULE("s: {TargetFilename: /etc/nginx/*}, condition: s"), "/ETC/NGINX/a", true, true},
	{RULE("s: {TargetFilename: /etc/nginx/*}, condition: s"), "/etc/apache2/a", false, false},
	{RULE("s: {TargetFilename|startswith: /etc/cron}, condition: s"), "/etc/cron.d/x", true,
	 true},
	{RULE("s: {TargetFilename|startswith: /etc/cron}, condition: s"), "/etc/hosts", true,
	 false},
	{RULE("s: {TargetFilename|endswith: .conf}, condition: s"), "/srv/a.conf", true, true},
	{RULE("s: {TargetFilename|contains: x}, condition: s"), "/srv/y", true, false},
	{RULE("s: {TargetFilename|re: '^/etc/a/'}, condition: s"), "/etc/a/b", true, true},
	{RULE("s: {TargetFilename|re: '^/etc/a/'}, condition: s"), "/etc/b/b", false, false},
	/* behind a line feed in the name */
	{RULE("s: {TargetFilename|re|m: '^/etc/a/'}, condition: s"), "/srv/\n/etc/a/b", true, true},
	/* one of two; both; not */
	{RULE("a: {TargetFilename: /a/b}, b: {TargetFilename: /c/d}, condition: a or b"), "/c/d",
	 true, true},
	{RULE("a: {TargetFilename: /a/b}, b: {FileType: file}, condition: a or b"), "/x", true,
	 true},
	{RULE("a: {TargetFilename: /a/b}, b: {FileType: file}, condition: a and b"), "/x", false,
	 false},
	{RULE("a: {TargetFilename: /a/b}, condition: not a"), "/x", true, true},
	{RULE("a: {TargetFilename|neq: /a/b}, condition: a"), "/x", true, true},
	/* a list of maps; a list of values; all of them */
	{RULE("a: [{TargetFilename: /a/b}, {FileType: file}], condition: a"), "/x", true, true},
	{RULE("a: {TargetFilename: [/a/b, /c/*]}, condition: a"), "/c/x", true, true},
	{RULE("a: {TargetFilename|contains|all: [/etc/, x]}, condition: a"), "/etc/x", true, true},
	{RULE("a: ['etc'], condition: a"), "/etc/x", true, true},
	{RULE("a: {MovedFrom: /a/b}, condition: not a"), "/x", true, true},
	{RULE("a_1: {TargetFilename: /a/b}, a_2: {TargetFilename: /c/d}, condition: 1 of a_*"),
	 "/c/d", true, true},
	{RULE("a_1: {TargetFilename: /a/b}, a_2: {FileType: file}, condition: all of them"), "/c/d",
	 false, false},
};

static void test_rows(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(YamlDocument) document = rig_document(rows[i].detection);
		g_autoptr(GError) error = NULL;
		g_autoptr(GPtrArray) rules =
			g_ptr_array_new_with_free_func((GDestroyNotify)rule_free);
		g_autoptr(RuleIndex) index = NULL;
		g_autoptr(Change) change = rig_change(rows[i].path, OP_UPDATED, NULL);
		g_auto(Facts) facts = {0};
		const Rule *rule;

		g_ptr_array_add(rules, rule_parse(document, &error));
		g_assert_no_error(error);
		rule = rules->pdata[0];
		index = rule_index_new(rules);
		facts_init(&facts, change);
		facts_begin(&facts);
		g_assert_cmpint(rule_holds(rule, &facts), ==, rows[i].fires);
		g_assert_cmpint(rule_index_find(index, rows[i].path)->len == 1, ==,
				rows[i].is_asked);
	}
}

/* A path that is looked at in pieces is held against all. */
static void test_long_path(void)
{
	g_autoptr(YamlDocument) document =
		rig_document(RULE("s: {TargetFilename|re: '^/etc/a/'}, condition: s"));
	g_autoptr(GPtrArray) rules = g_ptr_array_new_with_free_func((GDestroyNotify)rule_free);
	g_autoptr(RuleIndex) index = NULL;
	g_autofree char *part = g_strnfill(5000, 'x');
	g_autofree char *path = g_strconcat("/", part, NULL);

	g_ptr_array_add(rules, rule_parse(document, NULL));
	index = rule_index_new(rules);
	g_assert_cmpuint(rule_index_find(index, "/x")->len, ==, 0);
	g_assert_cmpuint(rule_index_find(index, path)->len, ==, 1);
	g_assert_cmpuint(rule_index_unsorted(index), ==, 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/rule-index/rows", test_rows);
	g_test_add_func("/rule-index/long-path", test_long_path);
	return g_test_run();
}
