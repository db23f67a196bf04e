/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole rules: what their detection says of a change, and what is refused, with a caret. */
#include "policy/rule.h"

#include <string.h>

#include "rig.h"

#define HEAD         \
	"title: t\n" \
	"logsource: {product: linux, service: reeve}\n"
#define DETECTION HEAD "detection:\n"
/* The change all detections below are held against. */
#define PATH "/etc/ssh/sshd_config"
static const char *const lines[] = {"PermitRootLogin yes", "Port 2222", NULL};

static bool holds(const char *text, const Change *change)
{
	g_autoptr(YamlDocument) document = rig_document(text);
	g_autoptr(GError) error = NULL;
	g_autoptr(Rule) rule = rule_parse(document, &error);
	g_auto(Facts) facts = {0};

	g_assert_no_error(error);
	facts_init(&facts, change);
	return rule_holds(rule, &facts);
}

static void test_detections(void)
{
	static const struct {
		const char *detection;
		bool holds;
	} rows[] = {
		/* fields */
		{"  s: {TargetFilename: " PATH "}\n  condition: s\n", true},
		{"  s: {TargetFilename: /ETC/SSH/SSHD_CONFIG}\n  condition: s\n", true},
		{"  s: {TargetFilename|cased: /ETC/SSH/SSHD_CONFIG}\n  condition: s\n", false},
		{"  s: {TargetFilename: /etc/*}\n  condition: s\n", true},
		{"  s: {TargetFilename|startswith: /etc/, Operation: updated}\n  condition: s\n",
		 true},
		{"  s: {TargetFilename|startswith: /etc/, Operation: created}\n  condition: s\n",
		 false},
		{"  s: {Operation: [created, updated]}\n  condition: s\n", true},
		{"  s: {Operation: [created, deleted]}\n  condition: s\n", false},
		/* many values: any, or all patterns each on any */
		{"  s: {DiffAdded: Port 2222}\n  condition: s\n", true},
		{"  s: {DiffAdded|contains|all: [Root, '2222']}\n  condition: s\n", true},
		{"  s: {DiffAdded|contains|all: [Root, '2223']}\n  condition: s\n", false},
		{"  s: {DiffAdded|re: '^Port\\s+\\d+$'}\n  condition: s\n", true},
		{"  s: {DiffAdded|re: '^port'}\n  condition: s\n", false},
		{"  s: {DiffAdded|re|i: '^port'}\n  condition: s\n", true},
		/* absence */
		{"  s: {MovedFrom: null}\n  condition: s\n", true},
		{"  s: {DiffAdded: null}\n  condition: s\n", false},
		{"  s: {MovedFrom|exists: false}\n  condition: s\n", true},
		{"  s: {DiffAdded|exists: true}\n  condition: s\n", true},
		{"  s: {DiffAdded|exists: false}\n  condition: s\n", false},
		{"  s: {MovedFrom: ''}\n  condition: s\n", false},
		/* the opposite */
		{"  s: {Operation|neq: created}\n  condition: s\n", true},
		{"  s: {Operation|neq: updated}\n  condition: s\n", false},
		{"  s: {Operation|neq: [created, updated]}\n  condition: s\n", false},
		{"  s: {MovedFrom|neq: /x}\n  condition: s\n", true},
		/* numbers */
		{"  s: {OwnerUid|lt: 1}\n  condition: s\n", true},
		{"  s: {OwnerUid|gt: 0}\n  condition: s\n", false},
		{"  s: {OwnerUid|gte: 0}\n  condition: s\n", true},
		{"  s: {OwnerUid|lte: -1}\n  condition: s\n", false},
		{"  s: {TargetFilename|gt: 0}\n  condition: s\n", false},
		/* another field */
		{"  s: {NewMode|fieldref: OldMode}\n  condition: s\n", true},
		{"  s: {TargetFilename|fieldref: Operation}\n  condition: s\n", false},
		{"  s: {TargetFilename|fieldref|startswith: TargetFilename}\n  condition: s\n",
		 true},
		/* lists of maps, keywords */
		{"  s:\n    - Operation: created\n    - TargetFilename|endswith: _config\n"
		 "  condition: s\n",
		 true},
		{"  s:\n    - Operation: created\n    - Operation: deleted\n  condition: s\n",
		 false},
		{"  s: [rootlogin]\n  condition: s\n", true},
		{"  s: [nowhere, '22*2']\n  condition: s\n", true},
		{"  s: [nowhere]\n  condition: s\n", false},
		{"  s: {'|all': [rootlogin, sshd]}\n  condition: s\n", true},
		{"  s: {'|all': [rootlogin, nowhere]}\n  condition: s\n", false},
		{"  s: [updated]\n  condition: s\n",
		 false}, /* a keyword is text, not a word of ours */
	};
	g_autoptr(Change) change = rig_change(PATH, OP_UPDATED, lines);

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text = g_strconcat(DETECTION, rows[i].detection, NULL);

		if (holds(text, change) != rows[i].holds) {
			g_error("%s", rows[i].detection);
		}
	}
}

static void test_conditions(void)
{
	static const struct {
		const char *condition;
		bool holds;
	} rows[] = {
		{"yes_a", true},
		{"no_a", false},
		{"yes_a and yes_b", true},
		{"yes_a and no_a", false},
		{"no_a or yes_b", true},
		{"not no_a", true},
		{"not not yes_a", true},
		{"yes_a and not no_a", true},
		{"no_a and no_b or yes_a", true}, /* and binds closer */
		{"no_a and (no_b or yes_a)", false},
		{"((yes_a))", true},
		{"1 of yes_*", true},
		{"1 of no_*", false},
		{"any of no_*", false},
		{"all of yes_*", true},
		{"all of *", false},
		{"1 of them", true},
		{"all of them", false},
		{"not 1 of no_* and all of yes_*", true},
		{"1 of _hidden", true},
		{"yes_a AND Not no_a", true},
	};
	g_autoptr(Change) change = rig_change(PATH, OP_UPDATED, lines);

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text = g_strconcat(DETECTION "  yes_a: {Operation: updated}\n"
							      "  yes_b: {FileType: file}\n"
							      "  no_a: {Operation: created}\n"
							      "  no_b: {FileType: link}\n"
							      "  _hidden: {Operation: updated}\n"
							      "  condition: ",
						    rows[i].condition, "\n", NULL);

		if (holds(text, change) != rows[i].holds) {
			g_error("%s", rows[i].condition);
		}
	}
}

/* `them` leaves out what begins with an underscore. */
static void test_them(void)
{
	g_autoptr(Change) change = rig_change(PATH, OP_UPDATED, lines);

	g_assert_true(holds(DETECTION "  a: {Operation: updated}\n  _b: {Operation: created}\n"
				      "  condition: all of them\n",
			    change));
	g_assert_false(holds(DETECTION "  a: {Operation: created}\n  _b: {Operation: updated}\n"
				       "  condition: 1 of them\n",
			     change));
}

static void assert_refused(const char *text, const char *says)
{
	g_autoptr(YamlDocument) document = rig_document(text);
	g_autoptr(GError) error = NULL;
	g_autoptr(Rule) rule = rule_parse(document, &error);

	g_assert_null(rule);
	g_assert_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX);
	if (strstr(error->message, says) == NULL) {
		g_error("%s\ndoes not say: %s", error->message, says);
	}
}

static void test_refused_detections(void)
{
	static const struct {
		const char *detection, *says;
	} rows[] = {
		{"  s: {TargetFileName: x}\n  condition: s\n", "did you mean `TargetFilename`?"},
		{"  s: {EventID: 4624}\n  condition: s\n", "unknown field `EventID`"},
		{"  s: {Operation|contain: x}\n  condition: s\n", "r.yml:4:7: unknown modifier"},
		{"  s: {Operation|expand: '%x%'}\n  condition: s\n", "`expand` is not supported"},
		{"  s: {Operation|re: '('}\n  condition: s\n", "not a regular expression"},
		{"  s: {OwnerUid|gt: many}\n  condition: s\n", "not a whole number"},
		{"  s: {Operation|cidr: x}\n  condition: s\n", "not a network"},
		{"  s: {Operation|exists: maybe}\n  condition: s\n", "`true` or `false`"},
		{"  s: {NewMode|fieldref: NoField}\n  condition: s\n", "does not know"},
		{"  s: {NewMode|fieldref: DiffAdded}\n  condition: s\n", "too many values"},
		{"  s: {Operation|contains: ''}\n  condition: s\n", "contained in everything"},
		{"  s: {Operation: []}\n  condition: s\n", "matches nothing"},
		{"  s: {Operation: [[x]]}\n  condition: s\n", "cannot hold other values"},
		{"  s: {}\n  condition: s\n", "matches everything"},
		{"  s: []\n  condition: s\n", "matches nothing"},
		{"  s: text\n  condition: s\n", "must be a map or a list"},
		{"  s: {Operation: x}\n", "must have a `condition`"},
		{"  s: {Operation: x}\n  condition: [s]\n", "must have a `condition`"},
		{"  s: {Operation: x}\n  condition: t\n", "r.yml:5:14: there is no selection `t`"},
		{"  s: {Operation: x}\n  condition: s and\n", "the condition ends"},
		{"  s: {Operation: x}\n  condition: s s\n", "`and` or `or` should stand here"},
		{"  s: {Operation: x}\n  condition: (s\n", "`)` is missing"},
		{"  s: {Operation: x}\n  condition: s)\n", "`and` or `or` should stand here"},
		{"  s: {Operation: x}\n  condition: and s\n", "a selection should stand here"},
		{"  s: {Operation: x}\n  condition: 2 of s\n", "only `1 of` and `all of`"},
		{"  s: {Operation: x}\n  condition: 1 of t_*\n", "means no selection"},
		{"  s: {Operation: x}\n  condition: 1 of\n", "`of` must be followed"},
		{"  s: {Operation: x}\n  condition: s | count() > 5\n", "aggregations"},
		{"  s$: {Operation: x}\n  condition: 1 of them\n", "cannot be the name"},
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text = g_strconcat(DETECTION, rows[i].detection, NULL);

		assert_refused(text, rows[i].says);
	}
}

static void test_refused_depth(void)
{
	g_autoptr(GString) text = g_string_new(DETECTION "  s: {Operation: x}\n  condition: ");

	for (guint i = 0; i < CONDITION_MAX_DEPTH + 1; i++) {
		g_string_append(text, i % 2 ? "not " : "(");
	}
	g_string_append(text, "s\n");
	assert_refused(text->str, "nested too deeply");
}

static void test_refused_meta(void)
{
#define REST "detection: {s: {Operation: x}, condition: s}\n"
	static const struct {
		const char *text, *says;
	} rows[] = {
		{"just text", "not a Sigma rule"},
		{"logsource: {}\n" REST, "must have a `title`"},
		{"title: t\n" REST, "must have a `logsource`"},
		{HEAD, "must have a `detection`"},
		{HEAD "level: hihg\n" REST, "one of informational, low, medium, high, critical"},
		{HEAD "lvel: high\n" REST, "did you mean `level`?"},
		{HEAD "advise: x\n" REST, "did you mean `advice`?"},
		{HEAD "id: 12\n" REST, "must be a UUID"},
		{HEAD "date: 2026/11/22\n" REST, "must be a date"},
		{HEAD "status: final\n" REST, "unknown status"},
		{HEAD "tags: [Attack.T1]\n" REST, "not a tag"},
		{HEAD "tags: attack.t1\n" REST, "expected a list"},
		{"title: t\nlogsource: linux\n" REST, "`logsource` must be a map"},
		{"title: t\ncorrelation: {type: event_count}\n", "a correlation must have `rules`"},
		{"title: t\ncorrelation: {type: temporal, rules: [a], group-by: [User], "
		 "timespan: 1m}\n",
		 "a kind of correlation Reeve does not support"},
		{"title: t\ncorrelation: {type: value_count, rules: [a], group-by: [User], "
		 "timespan: 1m, condition: {gte: 2}}\n",
		 "value_count must say of what"},
		{"title: t\ncorrelation: {type: event_count, rules: [a], group-by: [Who], "
		 "timespan: 1m, condition: {gte: 2}}\n",
		 "not a field of Reeve"},
		{"title: t\ncorrelation: {type: event_count, rules: [a], group-by: [User], "
		 "timespan: 1m, condition: {over: 2}}\n",
		 "no condition of a correlation"},
		{"title: t\ncorrelation: {type: event_count, rules: [a], group-by: [User], "
		 "timespan: 1m, aliases: {}, condition: {gte: 2}}\n",
		 "unknown key `aliases`"},
		{"title: t\nlogsource: {}\nfilter: {}\n", "`filter` is a kind of Sigma"},
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		assert_refused(rows[i].text, rows[i].says);
	}
}

static void test_meta(void)
{
	g_autoptr(YamlDocument) document = rig_document(
		"title: A title\nid: 58b2881a-7d61-4ddc-bb8d-9a2ebe057710\nlevel: high\n"
		"tags: [attack.t1548.003, cve.2021-4034]\nadvice: Look.\nmy_own_key: {a: 1}\n"
		"logsource: {product: linux, service: reeve}\n" REST);
	g_autoptr(GError) error = NULL;
	g_autoptr(Rule) rule = rule_parse(document, &error);
	RuleHit *hit;

	g_assert_no_error(error);
	g_assert_cmpstr(rule->file, ==, "r.yml");
	g_assert_null(rule->inactive);
	hit = rule_hit(rule);
	g_assert_cmpstr(hit->title, ==, "A title");
	g_assert_cmpstr(hit->id, ==, "58b2881a-7d61-4ddc-bb8d-9a2ebe057710");
	g_assert_cmpint(hit->level, ==, SEVERITY_HIGH);
	g_assert_cmpstr(hit->tags[1], ==, "cve.2021-4034");
	g_assert_cmpstr(hit->advice, ==, "Look.");
	rule_hit_free(hit);
}

static void test_sources(void)
{
	static const struct {
		const char *head, *field;
		bool is_active, holds_updated, holds_attributes;
	} rows[] = {
		{"{product: linux, service: reeve}", "TargetFilename", true, true, true},
		{"{product: linux, category: file_event}", "TargetFilename", true, true, false},
		{"{product: linux, category: file_event}", "CurrentDirectory", true, false, false},
		{"{product: linux, service: auditd}", "name", true, true, true},
		{"{product: linux, service: auditd}", "a0", false, false, false},
		{"{product: windows, category: file_event}", "TargetFilename", false, false, false},
		{"{product: linux, category: process_creation}", "Image", false, false, false},
		{"{product: linux}", "Image", false, false, false},
		{"{category: file_event}", "TargetFilename", false, false, false},
	};
	g_autoptr(Change) updated = rig_change(PATH, OP_UPDATED, NULL);
	g_autoptr(Change) attributes = rig_change(PATH, OP_ATTRIBUTES_MODIFIED, NULL);

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text = g_strdup_printf(
			"title: t\nlogsource: %s\ndetection: {s: {%s: " PATH "}, condition: s}\n",
			rows[i].head, rows[i].field);
		g_autoptr(YamlDocument) document = rig_document(text);
		g_autoptr(GError) error = NULL;
		g_autoptr(Rule) rule = rule_parse(document, &error);

		g_assert_no_error(error);
		g_assert_cmpint(rule->inactive == NULL, ==, rows[i].is_active);
		g_assert_cmpint(holds(text, updated), ==, rows[i].holds_updated);
		g_assert_cmpint(holds(text, attributes), ==, rows[i].holds_attributes);
	}
}

static void test_status(void)
{
	g_autoptr(YamlDocument) document = rig_document(HEAD "status: deprecated\n" REST);
	g_autoptr(GError) error = NULL;
	g_autoptr(Rule) rule = rule_parse(document, &error);

	g_assert_no_error(error);
	g_assert_cmpstr(rule->inactive, ==, "its status is deprecated");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/rule/detections", test_detections);
	g_test_add_func("/rule/conditions", test_conditions);
	g_test_add_func("/rule/them", test_them);
	g_test_add_func("/rule/refused/detections", test_refused_detections);
	g_test_add_func("/rule/refused/depth", test_refused_depth);
	g_test_add_func("/rule/refused/meta", test_refused_meta);
	g_test_add_func("/rule/meta", test_meta);
	g_test_add_func("/rule/sources", test_sources);
	g_test_add_func("/rule/status", test_status);
	return g_test_run();
}
