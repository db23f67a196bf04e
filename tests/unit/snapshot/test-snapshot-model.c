/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random changes, held against a model that is a map of paths. */
#include "snapshot/snapshot.h"

#include "fixture.h"

#define MODEL_NAMES 4

static char *random_path(void)
{
	static const char *const names[MODEL_NAMES] = {"a", "a.b", "a0", ".git"};
	GString *path = g_string_new(NULL);
	int depth = g_test_rand_int_range(1, 5);

	while (depth-- > 0) {
		g_string_append_printf(path, "/%s", names[g_test_rand_int_range(0, MODEL_NAMES)]);
	}
	return g_string_free(path, FALSE);
}

static gboolean is_beneath(gpointer key, gpointer value, gpointer path)
{
	gsize size = strlen(path);

	return strncmp(key, path, size) == 0 &&
	       (((char *)key)[size] == '/' || ((char *)key)[size] == '\0');
}

/* Every ancestor is a directory, as in a real tree. */
static void make_parents(Fixture *f, GHashTable *model, const char *path)
{
	for (const char *slash = strchr(path + 1, '/'); slash != NULL;
	     slash = strchr(slash + 1, '/')) {
		g_autofree char *parent = g_strndup(path, (gsize)(slash - path));
		const char *state = g_hash_table_lookup(model, parent);

		if (g_strcmp0(state, "/") != 0) {
			put_directory(f, parent);
			g_hash_table_replace(model, g_steal_pointer(&parent), g_strdup("/"));
		}
	}
}

static void random_step(Fixture *f, GHashTable *model)
{
	g_autofree char *path = random_path();
	g_autofree char *content = g_strdup_printf("%d", g_test_rand_int_range(0, 9));

	switch (g_test_rand_int_range(0, 4)) {
	case 0:
		snapshot_remove(f->snapshot, path);
		g_hash_table_foreach_remove(model, is_beneath, path);
		break;
	case 1:
		make_parents(f, model, path);
		put_directory(f, path);
		g_hash_table_replace(model, g_steal_pointer(&path), g_strdup("/"));
		break;
	default:
		make_parents(f, model, path);
		put_file(f, path, content);
		g_hash_table_foreach_remove(model, is_beneath, path);
		g_hash_table_replace(model, g_steal_pointer(&path), g_steal_pointer(&content));
		break;
	}
}

static char *trees_of(Fixture *f)
{
	return git(f, "ls-tree HEAD files meta");
}

static char *trees_of_model(GHashTable *model)
{
	Fixture other = {0};
	GHashTableIter iter;
	gpointer path, content;
	char *trees;

	setup(&other, NULL);
	begin(&other);
	put_file(&other, "/z", "never empty");
	g_hash_table_iter_init(&iter, model);
	while (g_hash_table_iter_next(&iter, &path, &content)) {
		if (strcmp(content, "/") == 0) {
			put_directory(&other, path);
		} else {
			put_file(&other, path, content);
		}
	}
	commit(&other);
	trees = trees_of(&other);
	teardown(&other, NULL);
	return trees;
}

static void test_model(Fixture *f, const void *data)
{
	g_autoptr(GHashTable) model =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);

	begin(f);
	put_file(f, "/z", "never empty");
	commit(f);
	for (guint round = 0; round < 15; round++) {
		int steps = g_test_rand_int_range(1, 12);
		g_autofree char *ours = NULL;
		g_autofree char *expected = NULL;

		begin(f);
		while (steps-- > 0) {
			random_step(f, model);
		}
		commit(f);
		ours = trees_of(f);
		expected = trees_of_model(model);
		g_assert_cmpstr(ours, ==, expected);
	}
	stock_git_fsck(f->repository);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD("model", test_model);
	return g_test_run();
}
