/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a commit changed, as the snapshots tell it. */
#include "change/store.h"

#include "storing.h"

static const Change *find_change(const ChangeSet *set, const char *path)
{
	for (guint i = 0; i < set->changes->len; i++) {
		Change *change = set->changes->pdata[i];

		if (strcmp(change->path, path) == 0) {
			return change;
		}
	}
	g_error("no change of %s", path);
}

static const char *line(const GPtrArray *lines, guint i)
{
	g_assert_cmpuint(i, <, lines->len);
	return lines->pdata[i];
}

static void test_nothing_yet(void)
{
	g_auto(Past) past = past_begin();
	g_autoptr(Store) store = open_store(&past);
	g_autoptr(GPtrArray) commits = NULL;
	g_autoptr(GError) error = NULL;
	g_autofree char *head = store_head(store, &error);

	g_assert_no_error(error);
	g_assert_null(head);
	commits = store_commits(store, NULL, 10, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(commits->len, ==, 0);
}

static void test_baseline(void)
{
	g_auto(Past) past = past_begin();
	g_autoptr(Store) store = NULL;
	g_autoptr(ChangeSet) set = NULL;

	make_baseline(&past);
	store = open_store(&past);
	set = change_set(store, &past);
	g_assert_cmpint(set->kind, ==, CHANGE_SET_BASELINE);
	g_assert_cmpuint(set->changes->len, ==, 0);
	g_assert_cmpuint(set->file_count, ==, 7);
	g_assert_null(set->parent);
}

static void test_update(void)
{
	g_auto(Past) past = past_begin();
	g_autoptr(Store) store = NULL;
	g_autoptr(ChangeSet) set = NULL;
	g_autofree char *parent = NULL;
	const Change *change;

	make_baseline(&past);
	parent = g_strdup(past.head);
	past_file(&past, "/etc/ssh/sshd_config", "Port 22\nPermitRootLogin yes\n");
	past_commit_kind(&past, CHANGE_SET_CHANGE);
	store = open_store(&past);
	set = change_set(store, &past);
	g_assert_cmpstr(set->parent, ==, parent);
	g_assert_cmpstr(set->commit, ==, past.head);
	change = only_change(set, "/etc/ssh/sshd_config");
	g_assert_cmpint(change->op, ==, OP_UPDATED);
	g_assert_cmpuint(change->difference, ==, STATE_CONTENT);
	g_assert_cmpint(change->before.content, ==, CONTENT_STORED);
	g_assert_cmpint(change->diff_presence, ==, DIFF_PRESENT);
	g_assert_cmpstr(change->diff, ==,
			"@@ -1,2 +1,2 @@\n Port 22\n-PermitRootLogin no\n+PermitRootLogin yes\n");
	g_assert_cmpstr(line(change->added, 0), ==, "PermitRootLogin yes");
	g_assert_cmpstr(line(change->removed, 0), ==, "PermitRootLogin no");
	g_assert_cmpint(change->time_usec, ==, PAST_TIME);
	g_assert_cmpstr(change->after.owner, ==, "root");
}

/* Each op once, in one commit; what did not change is not there. */
static void test_ops(void)
{
	static const struct {
		const char *path;
		ChangeOp op;
		guint difference;
	} wanted[] = {
		{"/etc/cron.d", OP_CREATED, STATE_TYPE},
		{"/etc/cron.d/job", OP_CREATED, STATE_TYPE},
		{"/etc/hosts", OP_ATTRIBUTES_MODIFIED, STATE_MODE | STATE_OWNER | STATE_GROUP},
		{"/etc/localtime", OP_UPDATED, STATE_LINK},
		{"/etc/ssh", OP_DELETED, STATE_TYPE},
		{"/etc/ssh/sshd_config", OP_DELETED, STATE_TYPE},
	};
	g_auto(Past) past = past_begin();
	g_autoptr(Store) store = NULL;
	g_autoptr(ChangeSet) set = NULL;
	FileState *hosts;

	make_baseline(&past);
	past_remove(&past, "/etc/ssh");
	past_put(&past, "/etc/cron.d", FILE_DIRECTORY, 0755);
	past_file(&past, "/etc/cron.d/job", "* * * * * root true\n");
	past_link(&past, "/etc/localtime", "/tmp/evil");
	hosts = &((PastEntry *)g_hash_table_lookup(past.entries, "/etc/hosts"))->state;
	hosts->mode = 0666;
	hosts->uid = 1000;
	hosts->gid = 50;
	past_commit_kind(&past, CHANGE_SET_CHANGE);
	store = open_store(&past);
	set = change_set(store, &past);
	g_assert_cmpuint(set->changes->len, ==, G_N_ELEMENTS(wanted));
	for (guint i = 0; i < G_N_ELEMENTS(wanted); i++) {
		const Change *change = set->changes->pdata[i];

		g_assert_cmpstr(change->path, ==, wanted[i].path);
		g_assert_cmpint(change->op, ==, wanted[i].op);
		g_assert_cmpuint(change->difference, ==, wanted[i].difference);
	}
	g_assert_cmpstr(find_change(set, "/etc/hosts")->after.owner, ==, "alice");
	g_assert_cmpstr(find_change(set, "/etc/hosts")->after.group, ==, "staff");
	g_assert_cmpstr(line(find_change(set, "/etc/cron.d/job")->added, 0), ==,
			"* * * * * root true");
	g_assert_cmpuint(find_change(set, "/etc/ssh/sshd_config")->removed->len, ==, 2);
}

static void test_owner_unknown(void)
{
	g_auto(Past) past = past_begin();
	g_autoptr(Store) store = NULL;
	g_autoptr(ChangeSet) set = NULL;

	make_baseline(&past);
	past_file(&past, "/etc/new", "x\n")->uid = 4711;
	past_commit_kind(&past, CHANGE_SET_CHANGE);
	store = open_store(&past);
	set = change_set(store, &past);
	g_assert_null(only_change(set, "/etc/new")->after.owner);
	g_assert_cmpstr(only_change(set, "/etc/new")->after.group, ==, "root");
}

/* Names git dislikes, names nobody likes. */
static void test_hostile_names(void)
{
	static const char *const names[] = {"/etc/.git",      "/etc/%dir",    "/etc/new\nline",
					    "/etc/\xff\xfe",  "/etc/ a b",    "/etc/.gitmodules/x",
					    "/etc/%dir.00/x", "/etc/\\*?[#=]"};
	g_auto(Past) past = past_begin();
	g_autoptr(Store) store = NULL;
	g_autoptr(ChangeSet) set = NULL;
	g_autoptr(ChangeSet) gone = NULL;

	make_baseline(&past);
	for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
		past_file(&past, names[i], "hostile\n");
	}
	past_commit_kind(&past, CHANGE_SET_CHANGE);
	store = open_store(&past);
	set = change_set(store, &past);
	g_assert_cmpuint(set->changes->len, ==, G_N_ELEMENTS(names));
	for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
		const Change *change = find_change(set, names[i]);
		g_auto(FileState) state = {0};

		g_assert_cmpint(change->after.content, ==, CONTENT_STORED);
		g_assert_cmpstr(line(change->added, 0), ==, "hostile");
		g_assert_true(store_state(store, past.head, names[i], &state, NULL));
		g_assert_cmpuint(file_state_compare(&state, &change->after), ==, 0);
		past_remove(&past, names[i]);
	}
	past_commit_kind(&past, CHANGE_SET_CHANGE);
	gone = change_set(store, &past);
	g_assert_cmpuint(gone->changes->len, ==, G_N_ELEMENTS(names));
}

static void put_many(Past *past, guint n)
{
	for (guint i = 0; i < n; i++) {
		g_autofree char *path = g_strdup_printf("/etc/many/f%03u", i);

		past_file(past, path, "same\n");
	}
}

/* From one manifest to shards, inside shards, and back: only what differs is told. */
static void test_shards(void)
{
	g_auto(Past) past = past_begin();
	g_autoptr(Store) store = NULL;
	g_autoptr(ChangeSet) into = NULL;
	g_autoptr(ChangeSet) inside = NULL;
	g_autoptr(ChangeSet) back = NULL;
	g_auto(FileState) state = {0};

	make_baseline(&past);
	put_many(&past, LAYOUT_SHARD_ABOVE);
	past_commit_kind(&past, CHANGE_SET_CHANGE);
	store = open_store(&past);
	past_file(&past, "/etc/many/one-more", "one\n");
	past_commit_kind(&past, CHANGE_SET_CHANGE);
	into = change_set(store, &past);
	g_assert_cmpint(only_change(into, "/etc/many/one-more")->op, ==, OP_CREATED);
	past_file(&past, "/etc/many/f007", "other\n");
	past_commit_kind(&past, CHANGE_SET_CHANGE);
	inside = change_set(store, &past);
	g_assert_cmpint(only_change(inside, "/etc/many/f007")->op, ==, OP_UPDATED);
	g_assert_true(store_state(store, past.head, "/etc/many/f007", &state, NULL));
	g_assert_cmpuint(state.size, ==, 6);
	past_remove(&past, "/etc/many/f008");
	past_commit_kind(&past, CHANGE_SET_CHANGE);
	back = change_set(store, &past);
	g_assert_cmpint(only_change(back, "/etc/many/f008")->op, ==, OP_DELETED);
}

static void test_type_change(void)
{
	g_auto(Past) past = past_begin();
	g_autoptr(Store) store = NULL;
	g_autoptr(ChangeSet) set = NULL;
	const Change *change;

	make_baseline(&past);
	past_link(&past, "/etc/hosts", "/tmp/hosts");
	past_remove(&past, "/etc/ssh");
	past_file(&past, "/etc/ssh", "no folder any more\n");
	past_commit_kind(&past, CHANGE_SET_CHANGE);
	store = open_store(&past);
	set = change_set(store, &past);
	g_assert_cmpuint(set->changes->len, ==, 3);
	change = find_change(set, "/etc/hosts");
	g_assert_cmpint(change->op, ==, OP_UPDATED);
	g_assert_cmpstr(line(change->removed, 0), ==, "127.0.0.1 localhost");
	g_assert_cmpint(find_change(set, "/etc/ssh")->op, ==, OP_UPDATED);
	g_assert_cmpint(find_change(set, "/etc/ssh/sshd_config")->op, ==, OP_DELETED);
}

static void test_secret(void)
{
	g_auto(Past) past = past_begin();
	g_autoptr(Store) store = NULL;
	g_autoptr(ChangeSet) came = NULL;
	g_autoptr(ChangeSet) changed = NULL;
	g_autoptr(ChangeSet) became = NULL;

	make_baseline(&past);
	past_secret(&past, "/etc/ssh/key", 'a');
	past_commit_kind(&past, CHANGE_SET_CHANGE);
	store = open_store(&past);
	came = change_set(store, &past);
	g_assert_cmpint(only_change(came, "/etc/ssh/key")->diff_presence, ==, DIFF_SECRET);
	past_secret(&past, "/etc/ssh/key", 'b');
	past_commit_kind(&past, CHANGE_SET_CHANGE);
	changed = change_set(store, &past);
	g_assert_cmpuint(only_change(changed, "/etc/ssh/key")->difference, ==, STATE_CONTENT);
	g_assert_null(only_change(changed, "/etc/ssh/key")->diff);
	/* an ordinary file that turns secret is not shown, either */
	past_secret(&past, "/etc/hosts", 'c');
	past_commit_kind(&past, CHANGE_SET_CHANGE);
	became = change_set(store, &past);
	g_assert_cmpint(only_change(became, "/etc/hosts")->diff_presence, ==, DIFF_SECRET);
	g_assert_null(only_change(became, "/etc/hosts")->diff);
}

static void test_notes(void)
{
	g_auto(Past) past = past_begin();
	g_autoptr(Notes) notes = past_notes(CHANGE_SET_CHANGE);
	g_autoptr(Store) store = NULL;
	g_autoptr(ChangeSet) set = NULL;
	PathNote *moved, *offline;
	Actor *actor = actor_new();

	make_baseline(&past);
	past_remove(&past, "/etc/hosts");
	past_file(&past, "/etc/hosts.old", "127.0.0.1 localhost\n");
	past_file(&past, "/etc/ssh/new", "x\n");
	moved = notes_path(notes, "/etc/hosts.old");
	moved->time_usec = PAST_TIME + 5;
	moved->moved_from = g_strdup("/etc/hosts");
	moved->actors = g_ptr_array_new_with_free_func((GDestroyNotify)actor_free);
	actor->pid = 42;
	g_ptr_array_add(moved->actors, actor);
	offline = notes_path(notes, "/etc/ssh");
	offline->is_offline = true;
	notes_add_transient(notes, "/etc/blink", PAST_TIME + 7);
	notes_add_transient(notes, "/etc/hosts", PAST_TIME + 8);
	g_ptr_array_add(notes->gaps, gap_new("overflow", "/etc", PAST_TIME, PAST_TIME + 1));
	past_commit(&past, notes);
	store = open_store(&past);
	set = change_set(store, &past);
	g_assert_cmpuint(set->changes->len, ==, 4);
	g_assert_cmpuint(set->gaps->len, ==, 1);
	g_assert_cmpint(find_change(set, "/etc/hosts.old")->op, ==, OP_MOVED);
	g_assert_cmpstr(find_change(set, "/etc/hosts.old")->moved_from, ==, "/etc/hosts");
	g_assert_cmpint(find_change(set, "/etc/hosts.old")->time_usec, ==, PAST_TIME + 5);
	g_assert_cmpuint(find_change(set, "/etc/hosts.old")->actors->len, ==, 1);
	g_assert_cmpint(find_change(set, "/etc/hosts")->op, ==, OP_DELETED);
	g_assert_cmpint(find_change(set, "/etc/blink")->op, ==, OP_TRANSIENT);
	/* the note of the directory above counts */
	g_assert_true(find_change(set, "/etc/ssh/new")->is_offline);
}

/* A move whose other end the trees do not show is a creation. */
static void test_move_not_believed(void)
{
	g_auto(Past) past = past_begin();
	g_autoptr(Notes) notes = past_notes(CHANGE_SET_CHANGE);
	g_autoptr(Store) store = NULL;
	g_autoptr(ChangeSet) set = NULL;

	make_baseline(&past);
	past_file(&past, "/etc/copy", "127.0.0.1 localhost\n");
	notes_path(notes, "/etc/copy")->moved_from = g_strdup("/etc/hosts");
	past_commit(&past, notes);
	store = open_store(&past);
	set = change_set(store, &past);
	g_assert_cmpint(only_change(set, "/etc/copy")->op, ==, OP_CREATED);
	g_assert_null(only_change(set, "/etc/copy")->moved_from);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/store/nothing-yet", test_nothing_yet);
	g_test_add_func("/store/baseline", test_baseline);
	g_test_add_func("/store/update", test_update);
	g_test_add_func("/store/ops", test_ops);
	g_test_add_func("/store/owner-unknown", test_owner_unknown);
	g_test_add_func("/store/hostile-names", test_hostile_names);
	g_test_add_func("/store/shards", test_shards);
	g_test_add_func("/store/type-change", test_type_change);
	g_test_add_func("/store/secret", test_secret);
	g_test_add_func("/store/notes", test_notes);
	g_test_add_func("/store/move-not-believed", test_move_not_believed);
	return g_test_run();
}
