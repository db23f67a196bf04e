/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every field, read from one change of which everything is known. */
#include "policy/facts.h"
#include "policy/field.h"

#include <string.h>

#include "rig.h"

static Change *full_change(void)
{
	static const char *const added[] = {"new line", "second", "new line", NULL};
	Change *change = rig_change("/etc/a", OP_UPDATED, added);
	Actor *actor = actor_new();

	change->before.mode = 0600;
	change->before.owner = g_strdup("root");
	change->before.size = 10;
	change->after.mode = 04755;
	change->after.uid = 1000;
	change->after.gid = 50;
	change->after.group = g_strdup("staff");
	change->after.size = 20;
	change->difference |= STATE_MODE | STATE_OWNER;
	change->is_offline = true;
	change->verdict = VERDICT_UNAPPROVED;
	change->diff_presence = DIFF_PRESENT;
	g_ptr_array_add(change->removed, g_strdup("old line"));
	actor->exe = g_strdup("/usr/bin/sed");
	actor->cmdline = g_strdup("sed -i s/a/b/ /etc/a");
	actor->user = g_strdup("root");
	actor->login_user = g_strdup("alice");
	actor->pid = 42;
	actor_add_parent(actor, 41, "/usr/bin/sudo", "sudo sed");
	actor_add_parent(actor, 40, "/bin/bash", "bash");
	g_ptr_array_add(change->actors, actor);
	return change;
}

static char *values_of(Facts *facts, const char *name, guint sets)
{
	g_autoptr(GString) text = g_string_new(NULL);
	const GPtrArray *values;
	int field = field_find(name, sets);

	g_assert_cmpint(field, >=, 0);
	values = facts_get(facts, (guint)field);
	for (guint i = 0; i < values->len; i++) {
		g_string_append_printf(text, "%s%s", i > 0 ? "," : "",
				       (const char *)g_ptr_array_index(values, i));
	}
	return g_strdup(text->str);
}

static void test_values(void)
{
	static const struct {
		const char *field, *values;
	} rows[] = {
		{"TargetFilename", "/etc/a"},
		{"Image", "/usr/bin/sed"},
		{"CommandLine", "sed -i s/a/b/ /etc/a"},
		{"User", "alice"},
		{"ProcessId", "42"},
		{"ParentImage", "/usr/bin/sudo"},
		{"ParentCommandLine", "sudo sed"},
		{"Computer", ""},
		{"Operation", "updated"},
		{"MovedFrom", ""},
		{"Changed", "content,mode,owner"},
		{"FileType", "file"},
		{"OldFileType", "file"},
		{"NewMode", "4755"},
		{"OldMode", "0600"},
		{"ModeAdded", "setuid,executable,world-readable,group-readable"},
		{"ModeRemoved", ""},
		{"Owner", "1000"}, /* no name is known */
		{"OldOwner", "root"},
		{"OwnerUid", "1000"},
		{"OldOwnerUid", "0"},
		{"Group", "staff"},
		{"OldGroup", "0"},
		{"GroupGid", "50"},
		{"OldGroupGid", "0"},
		{"Size", "20"},
		{"OldSize", "10"},
		{"LinkTarget", ""},
		{"XattrAdded", ""},
		{"CapabilityAdded", ""},
		{"Content", "stored"},
		{"Offline", "true"},
		{"Verdict", "unapproved"},
		{"DiffAdded", "new line,second"},
		{"DiffRemoved", "old line"},
	};
	g_autoptr(Change) change = full_change();
	g_auto(Facts) facts = {0};

	facts_init(&facts, change);
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *values = values_of(&facts, rows[i].field, FIELD_REEVE);

		g_assert_cmpstr(values, ==, rows[i].values);
	}
}

/* Of what is gone only the earlier side speaks. */
static void test_deleted(void)
{
	g_autoptr(Change) change = full_change();
	g_auto(Facts) facts = {0};
	static const char *const absent[] = {"NewMode", "Owner",  "OwnerUid", "Group",
					     "Size",    "Hashes", "ModeAdded"};

	change->op = OP_DELETED;
	file_state_clear(&change->after);
	facts_init(&facts, change);
	for (guint i = 0; i < G_N_ELEMENTS(absent); i++) {
		g_autofree char *values = values_of(&facts, absent[i], FIELD_REEVE);

		g_assert_cmpstr(values, ==, "");
	}
	g_assert_cmpuint(facts_get(&facts, (guint)field_find("OldMode", FIELD_REEVE))->len, ==, 1);
	g_assert_cmpuint(facts_get(&facts, (guint)field_find("FileType", FIELD_REEVE))->len, ==, 1);
}

static void test_content(void)
{
	g_autoptr(Change) secret = rig_change("/etc/key", OP_UPDATED, NULL);
	g_autoptr(Change) longer = rig_change("/etc/x", OP_UPDATED, NULL);
	g_auto(Facts) of_secret = {0};
	g_auto(Facts) of_longer = {0};
	g_autofree char *first = NULL;
	g_autofree char *second = NULL;
	g_autofree char *hashes = NULL;

	secret->after.content = CONTENT_SECRET;
	facts_init(&of_secret, secret);
	first = values_of(&of_secret, "Content", FIELD_REEVE);
	hashes = values_of(&of_secret, "Hashes", FIELD_REEVE);
	g_assert_cmpstr(first, ==, "secret");
	g_assert_cmpstr(hashes, ==, "");
	g_ptr_array_add(longer->added, g_strnfill(FIELD_LINE_BYTES + 1, 'x'));
	longer->diff_presence = DIFF_BINARY;
	facts_init(&of_longer, longer);
	second = values_of(&of_longer, "Content", FIELD_REEVE);
	g_assert_cmpstr(second, ==, "stored,binary,long-line");
}

static void test_names(void)
{
	g_assert_cmpint(field_find("targetfilename", FIELD_REEVE), ==, -1);
	g_assert_cmpint(field_find("DiffAdded", FIELD_SIGMA), ==, -1);
	g_assert_cmpint(field_find("TargetFilename", FIELD_AUDIT), ==, -1);
	g_assert_cmpint(field_find("name", FIELD_AUDIT), >=, 0);
	g_assert_cmpstr(field_nearest("TargetFileName", FIELD_REEVE), ==, "TargetFilename");
	g_assert_cmpstr(field_nearest("DiffAdd", FIELD_REEVE), ==, "DiffAdded");
	g_assert_null(field_nearest("EventID", FIELD_REEVE));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/field/values", test_values);
	g_test_add_func("/field/deleted", test_deleted);
	g_test_add_func("/field/content", test_content);
	g_test_add_func("/field/names", test_names);
	return g_test_run();
}
