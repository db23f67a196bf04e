/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The way through the history: in order, broken, foreign, repacked. */
#include "change/store.h"

#include "storing.h"

static void test_no_store(void)
{
	g_autoptr(GError) error = NULL;

	g_assert_null(store_open("/nonexistent", &error));
	g_assert_error(error, REEVE_ERROR, REEVE_ERROR_NOT_FOUND);
}

static void test_scope(void)
{
	g_auto(Past) past = past_begin();
	g_autoptr(Notes) notes = past_notes(CHANGE_SET_SCOPE);
	g_autoptr(Store) store = NULL;
	g_autoptr(ChangeSet) set = NULL;

	make_baseline(&past);
	past_put(&past, "/root", FILE_DIRECTORY, 0700);
	past_put(&past, "/root/.ssh", FILE_DIRECTORY, 0700);
	past_file(&past, "/root/.ssh/authorized_keys", "ssh-ed25519 AAAA\n");
	past_file(&past, "/etc/hosts", "changed meanwhile\n");
	notes->scope_added = g_strsplit("/root/.ssh", " ", -1);
	past_commit(&past, notes);
	store = open_store(&past);
	set = change_set(store, &past);
	g_assert_cmpint(set->kind, ==, CHANGE_SET_SCOPE);
	g_assert_cmpstr(set->scope_added[0], ==, "/root/.ssh");
	/* what came into view is no change; what changed beside it is */
	only_change(set, "/etc/hosts");
}

/* A later commit cannot hide its changes by calling itself a baseline. */
static void test_second_baseline(void)
{
	g_auto(Past) past = past_begin();
	g_autoptr(Store) store = NULL;
	g_autoptr(ChangeSet) set = NULL;

	make_baseline(&past);
	past_file(&past, "/etc/hosts", "evil\n");
	past_commit_kind(&past, CHANGE_SET_BASELINE);
	store = open_store(&past);
	set = change_set(store, &past);
	g_assert_cmpint(set->kind, ==, CHANGE_SET_CHANGE);
	only_change(set, "/etc/hosts");
}

static void make_five(Past *past, char *ids[5])
{
	make_baseline(past);
	ids[0] = g_strdup(past->head);
	for (guint i = 1; i < 5; i++) {
		g_autofree char *text = g_strdup_printf("%u\n", i);

		past_file(past, "/etc/hosts", text);
		ids[i] = g_strdup(past_commit_kind(past, CHANGE_SET_CHANGE));
	}
}

static void free_five(char *ids[5])
{
	for (guint i = 0; i < 5; i++) {
		g_free(ids[i]);
	}
}

static void test_walk(void)
{
	static const struct {
		int since;
		guint max;
		guint first, n;
		guint64 behind;
	} cases[] = {
		{-1, 10, 0, 5, 5}, {0, 10, 1, 4, 4}, {3, 10, 4, 1, 1},
		{4, 10, 0, 0, 0},  {-1, 2, 0, 2, 5}, {1, 1, 2, 1, 3},
	};
	g_auto(Past) past = past_begin();
	g_autoptr(Store) store = NULL;
	char *ids[5];

	make_five(&past, ids);
	store = open_store(&past);
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GPtrArray) commits = NULL;
		g_autofree char *broken = NULL;
		guint64 behind;

		g_assert_cmpint(store_walk(store, cases[i].since < 0 ? NULL : ids[cases[i].since],
					   cases[i].max, &commits, &behind, &broken, NULL),
				==, STORE_WALK_COMPLETE);
		g_assert_cmpuint(behind, ==, cases[i].behind);
		g_assert_cmpuint(commits->len, ==, cases[i].n);
		for (guint j = 0; j < cases[i].n; j++) {
			g_assert_cmpstr(commits->pdata[j], ==, ids[cases[i].first + j]);
		}
	}
	free_five(ids);
}

static void test_foreign(void)
{
	static const char unknown[] = "0123456789012345678901234567890123456789";
	g_auto(Past) past = past_begin();
	g_autoptr(Store) store = NULL;
	g_autoptr(GError) error = NULL;

	make_baseline(&past);
	store = open_store(&past);
	g_assert_null(store_commits(store, unknown, 10, &error));
	g_assert_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT);
}

static void damage_object(const Past *past, const char *id)
{
	g_autofree char *path =
		g_strdup_printf("%s/snapshots.git/objects/%.2s/%s", past->dir, id, id + 2);

	g_assert_cmpint(g_chmod(path, 0600), ==, 0);
	g_assert_true(g_file_set_contents(path, "no object", -1, NULL));
}

static void test_broken(void)
{
	g_auto(Past) past = past_begin();
	g_autoptr(Store) store = NULL;
	g_autoptr(GPtrArray) commits = NULL;
	g_autoptr(ChangeSet) set = NULL;
	g_autofree char *broken = NULL;
	g_autoptr(GError) error = NULL;
	guint64 behind;
	char *ids[5];

	make_five(&past, ids);
	damage_object(&past, ids[2]);
	store = open_store(&past);
	g_assert_cmpint(store_walk(store, ids[0], 10, &commits, &behind, &broken, &error), ==,
			STORE_WALK_BROKEN);
	g_assert_cmpstr(broken, ==, ids[2]);
	g_assert_nonnull(strstr(error->message, ids[2]));
	g_assert_cmpuint(commits->len, ==, 2);
	g_assert_cmpstr(commits->pdata[0], ==, ids[3]);
	/* `since` itself need not be readable */
	g_clear_pointer(&commits, g_ptr_array_unref);
	g_clear_pointer(&broken, g_free);
	g_clear_error(&error);
	g_assert_cmpint(store_walk(store, ids[2], 10, &commits, &behind, &broken, &error), ==,
			STORE_WALK_COMPLETE);
	g_assert_cmpuint(commits->len, ==, 2);
	/* and what the broken one changed comes with the next */
	set = store_change_set_since(store, ids[1], ids[3], &error);
	g_assert_no_error(error);
	only_change(set, "/etc/hosts");
	free_five(ids);
}

/* The recorder merges packs while we read; git gc packs the refs, too. */
static void test_repacked(void)
{
	g_auto(Past) past = past_begin();
	g_autoptr(Store) store = NULL;
	g_autoptr(ChangeSet) set = NULL;
	g_autofree char *command = NULL;
	g_autofree char *head = NULL;
	char *ids[5];

	make_five(&past, ids);
	store = open_store(&past);
	past_pack(&past);
	command = g_strdup_printf("git -C '%s/snapshots.git' pack-refs --all", past.dir);
	g_assert_true(g_spawn_command_line_sync(command, NULL, NULL, NULL, NULL));
	head = store_head(store, NULL);
	g_assert_cmpstr(head, ==, past.head);
	set = change_set(store, &past);
	only_change(set, "/etc/hosts");
	free_five(ids);
}

static void test_compare(void)
{
	g_auto(Past) past = past_begin();
	g_autoptr(Store) store = NULL;
	g_autoptr(Change) change = NULL;
	g_autoptr(Change) created = NULL;
	g_autoptr(GBytes) content = NULL;
	g_autoptr(GError) error = NULL;
	char *ids[5];

	make_five(&past, ids);
	store = open_store(&past);
	change = store_compare(store, ids[0], ids[4], "/etc/hosts", 65536, &error);
	g_assert_no_error(error);
	g_assert_cmpstr(change->diff, ==, "@@ -1,1 +1,1 @@\n-127.0.0.1 localhost\n+4\n");
	content = store_content(store, &change->after, 100, &error);
	g_assert_cmpmem(g_bytes_get_data(content, NULL), g_bytes_get_size(content), "4\n", 2);
	g_assert_null(store_compare(store, ids[0], ids[4], "/etc/passwd", 65536, &error));
	g_assert_no_error(error);
	g_assert_null(store_compare(store, ids[0], ids[4], "/nowhere/at/all", 65536, &error));
	g_assert_no_error(error);
	created = store_compare(store, NULL, ids[4], "/etc/hosts", 65536, &error);
	g_assert_cmpint(created->op, ==, OP_CREATED);
	free_five(ids);
}

static void test_damaged_ref(void)
{
	static const char *const texts[] = {"",
					    "x\n",
					    "0123\n",
					    "0123456789012345678901234567890123456789",
					    "0123456789ABCDEF678901234567890123456789\n",
					    "ref: refs/heads/other\n"};
	g_auto(Past) past = past_begin();
	g_autofree char *path = g_build_filename(past.dir, "snapshots.git", LAYOUT_REF, NULL);
	g_autoptr(Store) store = NULL;

	make_baseline(&past);
	store = open_store(&past);
	for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autoptr(GError) error = NULL;

		g_assert_true(g_file_set_contents(path, texts[i], -1, NULL));
		g_assert_null(store_head(store, &error));
		g_assert_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/store/no-store", test_no_store);
	g_test_add_func("/store/scope", test_scope);
	g_test_add_func("/store/second-baseline", test_second_baseline);
	g_test_add_func("/store/walk", test_walk);
	g_test_add_func("/store/foreign", test_foreign);
	g_test_add_func("/store/broken", test_broken);
	g_test_add_func("/store/repacked", test_repacked);
	g_test_add_func("/store/compare", test_compare);
	g_test_add_func("/store/damaged-ref", test_damaged_ref);
	return g_test_run();
}
