/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One line for a person: src/judge/summary.c. */
#include "judge/summary.h"

#include <string.h>

static Change *edit(const char *path, const char *removed, const char *added)
{
	Change *change = change_new(path, OP_UPDATED);

	change->before.type = change->after.type = FILE_REGULAR;
	change->before.content = change->after.content = CONTENT_STORED;
	change->difference = STATE_CONTENT;
	change->diff_presence = DIFF_PRESENT;
	if (removed != NULL) {
		g_ptr_array_add(change->removed, g_strdup(removed));
	}
	if (added != NULL) {
		g_ptr_array_add(change->added, g_strdup(added));
	}
	return change;
}

static void assert_summary(Change *change, const char *wanted)
{
	g_autofree char *summary = summary_of_change(change);

	g_assert_cmpstr(summary, ==, wanted);
	change_free(change);
}

static const struct {
	const char *removed, *added, *wanted;
} edits[] = {
	{"PermitRootLogin no", "PermitRootLogin yes", "PermitRootLogin no -> yes"},
	{"  PermitRootLogin  no ", "PermitRootLogin yes", "PermitRootLogin no -> yes"},
	{"port=22", "port = 2222", "port 22 -> 2222"},
	{"port: 22", "port: 2222", "port 22 -> 2222"},
	/* not one setting */
	{"#Port 22", "Port 22", "content changed (+1 -1)"},
	{"Port 22", "Listen 22", "content changed (+1 -1)"},
	{"Port 22", "Port  22", "content changed (+1 -1)"},
	{"Port", "Port 22", "content changed (+1 -1)"},
	{NULL, "Port 22", "content changed (+1 -0)"},
	{"- a", "- b", "content changed (+1 -1)"},
	/* what sounds like a secret is not told in a line that may go far */
	{"password = hunter2", "password = hunter3", "content changed (+1 -1)"},
	{"API_TOKEN=abc", "API_TOKEN=def", "content changed (+1 -1)"},
	/* nothing reaches a terminal unescaped */
	{"a b", "a \x1b[31m", "a b -> \\x1b[31m"},
};

static void test_edits(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(edits); i++) {
		g_autofree char *wanted =
			g_strdup_printf("/etc/x: %s, by unknown", edits[i].wanted);

		assert_summary(edit("/etc/x", edits[i].removed, edits[i].added), wanted);
	}
}

static void test_long_value(void)
{
	g_autofree char *line = g_strnfill(100, 'x');
	g_autofree char *long_line = g_strconcat("Port ", line, NULL);

	assert_summary(edit("/etc/x", "Port 22", long_line),
		       "/etc/x: content changed (+1 -1), by unknown");
}

/* The lines of a secret or redacted file are not looked at. */
static void test_secret(void)
{
	Change *secret = edit("/etc/key", "a b", "a c");
	Change *redacted = edit("/etc/shadow", "root:a b", "root:a c");

	secret->before.content = secret->after.content = CONTENT_SECRET;
	secret->diff_presence = DIFF_SECRET;
	assert_summary(secret, "/etc/key: secret content changed, by unknown");
	redacted->before.content = redacted->after.content = CONTENT_REDACTED;
	assert_summary(redacted, "/etc/shadow: content changed (+1 -1), by unknown");
}

static void test_attributes(void)
{
	Change *change = change_new("/etc/x", OP_ATTRIBUTES_MODIFIED);

	change->difference = STATE_MODE | STATE_OWNER | STATE_GROUP | STATE_XATTRS | STATE_FLAGS;
	change->before.mode = 0644;
	change->after.mode = 04755;
	change->before.owner = g_strdup("root");
	change->after.uid = 4711;
	change->after.group = g_strdup("staff");
	assert_summary(change, "/etc/x: mode 0644 -> 4755, owner root -> 4711, group 0 -> staff, "
			       "extended attributes changed, inode flags changed, by unknown");
}

static void test_ops(void)
{
	Change *link = change_new("/etc/l", OP_UPDATED);
	Change *became = change_new("/etc/b", OP_UPDATED);
	Change *folder = change_new("/etc/d", OP_CREATED);
	Change *moved = change_new("/etc/new\n", OP_MOVED);

	link->difference = STATE_LINK;
	link->before.link = g_strdup("/a");
	link->after.link = g_strdup("/b\n");
	assert_summary(link, "/etc/l: target /a -> /b\\n, by unknown");
	became->difference = STATE_TYPE;
	became->before.type = FILE_REGULAR;
	became->after.type = FILE_SYMLINK;
	assert_summary(became, "/etc/b: a file became a link, by unknown");
	folder->after.type = FILE_DIRECTORY;
	assert_summary(folder, "/etc/d: created (a directory), by unknown");
	moved->moved_from = g_strdup("/etc/old");
	assert_summary(moved, "/etc/new\\n: moved from /etc/old, by unknown");
	assert_summary(change_new("/etc/x", OP_DELETED), "/etc/x: deleted, by unknown");
	assert_summary(change_new("/etc/x", OP_TRANSIENT),
		       "/etc/x: came and went before it could be read, by unknown");
}

static void test_restored_and_offline(void)
{
	Change *change = edit("/etc/x", "Port 2222", "Port 22");

	change->verdict = VERDICT_RESTORED;
	change->is_offline = true;
	assert_summary(change,
		       "/etc/x: restored: Port 2222 -> 22, by unknown, while nobody watched");
}

static void test_actors(void)
{
	static const struct {
		const char *login_user, *user, *exe;
		gint64 login_uid, uid;
		const char *wanted;
	} actors[] = {
		{"alice", "root", "/usr/bin/sed", 1000, 0, "by alice as root (sed)"},
		{"alice", "alice", NULL, 1000, 1000, "by alice"},
		{NULL, "root", "/usr/bin/vi", -1, 0, "by root (vi)"},
		{NULL, NULL, NULL, 1000, 0, "by user 1000 as user 0"},
		{NULL, NULL, "/usr/bin/vi", -1, -1, "by unknown"},
	};

	for (guint i = 0; i < G_N_ELEMENTS(actors); i++) {
		Change *change = change_new("/etc/x", OP_DELETED);
		Actor *actor = actor_new();
		g_autofree char *wanted = g_strdup_printf("/etc/x: deleted, %s", actors[i].wanted);

		actor->login_user = g_strdup(actors[i].login_user);
		actor->user = g_strdup(actors[i].user);
		actor->exe = g_strdup(actors[i].exe);
		actor->login_uid = actors[i].login_uid;
		actor->uid = actors[i].uid;
		g_ptr_array_add(change->actors, actor);
		assert_summary(change, wanted);
	}
}

static void test_actor_through(void)
{
	Change *change = change_new("/etc/x", OP_DELETED);
	Actor *actor = actor_new();

	actor->login_user = g_strdup("alice");
	actor->user = g_strdup("root");
	actor->exe = g_strdup("/usr/bin/sed");
	actor->login_uid = 1000;
	actor->uid = 0;
	actor->container = g_strdup("web");
	actor_add_parent(actor, 3, "/bin/sh", NULL);
	actor_add_parent(actor, 2, "/usr/bin/sudo", NULL);
	g_ptr_array_add(change->actors, actor);
	g_ptr_array_add(change->actors, actor_new());
	assert_summary(change, "/etc/x: deleted, by alice through sudo (sed) in web and 1 more");
}

static void test_many(void)
{
	g_autoptr(GPtrArray) changes = g_ptr_array_new_with_free_func((GDestroyNotify)change_free);
	g_autofree char *none = summary_of_changes(changes);
	g_autofree char *two = NULL;
	g_autofree char *five = NULL;

	g_assert_cmpstr(none, ==, "nothing that counts differs");
	g_ptr_array_add(changes, change_new("/etc/a", OP_CREATED));
	g_ptr_array_add(changes, change_new("/etc/b", OP_CREATED));
	two = summary_of_changes(changes);
	g_assert_cmpstr(two, ==, "2 files created: /etc/a, /etc/b");
	for (guint i = 0; i < 3; i++) {
		g_autofree char *path = g_strdup_printf("/etc/c%u", i);

		g_ptr_array_add(changes, change_new(path, OP_DELETED));
	}
	((Change *)changes->pdata[4])->severity = SEVERITY_CRITICAL;
	five = summary_of_changes(changes);
	g_assert_cmpstr(five, ==, "5 files changed: /etc/c2, /etc/a, /etc/b and 2 more");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/summary/edits", test_edits);
	g_test_add_func("/summary/long-value", test_long_value);
	g_test_add_func("/summary/secret", test_secret);
	g_test_add_func("/summary/attributes", test_attributes);
	g_test_add_func("/summary/ops", test_ops);
	g_test_add_func("/summary/restored-and-offline", test_restored_and_offline);
	g_test_add_func("/summary/actors", test_actors);
	g_test_add_func("/summary/actor-through", test_actor_through);
	g_test_add_func("/summary/many", test_many);
	return g_test_run();
}
