/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cases: the change they make up is the one that comparing two snapshots would give. */
#include "policy/case.h"

#include <string.h>

#include "rig.h"

#define HEAD "case: c\nrule: r\nfires: true\npath: /etc/x\n"

static Case *parse(const char *text)
{
	g_autoptr(YamlDocument) document = rig_document(text);
	g_autoptr(GError) error = NULL;
	Case *one = case_parse(document, yaml_root(document), &error);

	g_assert_no_error(error);
	return one;
}

static char *joined(const GPtrArray *lines)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (guint i = 0; i < lines->len; i++) {
		g_string_append_printf(text, "%s|", (const char *)g_ptr_array_index(lines, i));
	}
	return g_strdup(text->str);
}

static void test_changes(void)
{
	static const struct {
		const char *text;
		ChangeOp op;
		guint difference;
		const char *added, *removed;
	} rows[] = {
		{"before: {content: \"a\\nb\\nc\\n\"}\nafter: {content: \"a\\nB\\nc\\n\"}\n",
		 OP_UPDATED, STATE_CONTENT, "B|", "b|"},
		{"before: {content: \"a\\na\\n\"}\nafter: {content: \"a\\n\"}\n", OP_UPDATED,
		 STATE_CONTENT, "", "a|"},
		{"before: {content: a}\nafter: {content: \"a\\n\\nb\\n\"}\n", OP_UPDATED,
		 STATE_CONTENT, "|b|", ""},
		{"op: created\nafter: {content: \"a\\nb\\n\", mode: \"0600\"}\n", OP_CREATED,
		 STATE_TYPE, "a|b|", ""},
		{"op: deleted\nbefore: {content: \"a\\n\"}\n", OP_DELETED, STATE_TYPE, "", "a|"},
		{"added: [x, y]\nremoved: z\n", OP_UPDATED, STATE_CONTENT, "x|y|", "z|"},
		{"added: x\npadding: 2\n", OP_UPDATED, STATE_CONTENT, "  x|", ""},
		{"after: {mode: \"4755\"}\n", OP_ATTRIBUTES_MODIFIED, STATE_MODE, "", ""},
		{"after: {owner: bob, group: bob}\n", OP_ATTRIBUTES_MODIFIED,
		 STATE_OWNER | STATE_GROUP, "", ""},
		{"before: {link: /a}\nafter: {link: /b}\n", OP_UPDATED, STATE_LINK, "", ""},
		{"after: {xattrs: user.x}\n", OP_ATTRIBUTES_MODIFIED, STATE_XATTRS, "", ""},
		{"from: /etc/y\n", OP_MOVED, 0, "", ""},
		{"op: transient\n", OP_TRANSIENT, 0, "", ""},
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text = g_strconcat(HEAD, rows[i].text, NULL);
		g_autoptr(Case) one = parse(text);
		g_autofree char *added = joined(one->change->added);
		g_autofree char *removed = joined(one->change->removed);

		g_assert_cmpint(one->change->op, ==, rows[i].op);
		g_assert_cmpuint(one->change->difference, ==, rows[i].difference);
		g_assert_cmpstr(added, ==, rows[i].added);
		g_assert_cmpstr(removed, ==, rows[i].removed);
		g_assert_cmpint(one->change->diff_presence, ==,
				*added || *removed ? DIFF_PRESENT : DIFF_NONE);
	}
}

static void test_circumstances(void)
{
	g_autoptr(Case) one = parse(HEAD "severity: high\nverdict: restored\noffline: true\n"
					 "actor: {exe: /bin/sed, cmdline: sed, login_user: alice}\n"
					 "after: {capabilities: [cap_net_raw], known: secret}\n");
	const Actor *actor;

	g_assert_true(one->has_severity);
	g_assert_cmpint(one->severity, ==, SEVERITY_HIGH);
	g_assert_cmpint(one->change->verdict, ==, VERDICT_RESTORED);
	g_assert_true(one->change->is_offline);
	g_assert_cmpint(one->change->after.content, ==, CONTENT_SECRET);
	g_assert_cmpint(one->change->diff_presence, ==, DIFF_SECRET);
	g_assert_cmpuint(one->change->after.xattrs->len, ==, 1);
	g_assert_cmpuint(one->change->actors->len, ==, 1);
	actor = g_ptr_array_index(one->change->actors, 0);
	g_assert_cmpstr(actor->exe, ==, "/bin/sed");
	g_assert_cmpstr(actor->login_user, ==, "alice");
	g_assert_null(actor->user);
}

static void test_refused(void)
{
	static const struct {
		const char *text, *says;
	} rows[] = {
		{"case: c\n", "must have a `rule`"},
		{"case: c\nrule: r\npath: /x\n", "must say whether its rule fires"},
		{"case: c\nrule: r\nfires: true\n", "must have a `path`"},
		{"case: c\nrule: r\nfires: true\npath: etc/x\n", "not an absolute path"},
		{HEAD "op: changed\n", "unknown operation"},
		{HEAD "severity: worse\n", "unknown severity"},
		{HEAD "verdict: fine\n", "unknown verdict"},
		{HEAD "befor: {}\n", "did you mean `before`?"},
		{HEAD "after: {mode: 0644x}\n", "four octal digits"},
		{HEAD "after: {mode: '644'}\n", "four octal digits"},
		{HEAD "after: {modes: '0644'}\n", "did you mean `mode`?"},
		{HEAD "after: {type: pipe}\n", "unknown type"},
		{HEAD "after: {capabilities: cap_all}\n", "unknown capability"},
		{HEAD "after: {known: well}\n", "not what can be known"},
		{HEAD "padding: 1000000000\nadded: x\n", "out of range"},
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(YamlDocument) document = rig_document(rows[i].text);
		g_autoptr(GError) error = NULL;
		g_autoptr(Case) one = case_parse(document, yaml_root(document), &error);

		g_assert_null(one);
		g_assert_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX);
		if (strstr(error->message, rows[i].says) == NULL) {
			g_error("%s\ndoes not say: %s", error->message, rows[i].says);
		}
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/case/changes", test_changes);
	g_test_add_func("/case/circumstances", test_circumstances);
	g_test_add_func("/case/refused", test_refused);
	return g_test_run();
}
