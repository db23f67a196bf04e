/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finding any flipped byte of the store: src/change/store-verify.c and what is behind it. */
#include "change/store.h"

#include "past.h"

static GPtrArray *verify(const Past *past)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Store) store = store_open(past->dir, &error);
	GPtrArray *problems;

	g_assert_no_error(error);
	problems = store_verify(store, NULL, NULL, &error);
	g_assert_no_error(error);
	return problems;
}

static void assert_sound(const Past *past)
{
	g_autoptr(GPtrArray) problems = verify(past);

	if (problems->len > 0) {
		g_error("%s", (char *)problems->pdata[0]);
	}
}

/* At least one problem names `where`. */
static void assert_problem(const Past *past, const char *where)
{
	g_autoptr(GPtrArray) problems = verify(past);

	for (guint i = 0; i < problems->len; i++) {
		if (strstr(problems->pdata[i], where) != NULL) {
			return;
		}
	}
	g_error("nothing says %s (%u problems)", where, problems->len);
}

static void make_history(Past *past)
{
	past_put(past, "/etc", FILE_DIRECTORY, 0755);
	past_file(past, "/etc/hosts", "127.0.0.1 localhost\n");
	past_link(past, "/etc/localtime", "/usr/share/zoneinfo/UTC");
	past_commit_kind(past, CHANGE_SET_BASELINE);
	past_file(past, "/etc/hosts", "127.0.0.1 localhost other\n");
	past_commit_kind(past, CHANGE_SET_CHANGE);
}

static void run(const Past *past, const char *arguments)
{
	g_autofree char *command =
		g_strdup_printf("git -C '%s/snapshots.git' %s", past->dir, arguments);
	int status = -1;

	g_assert_true(g_spawn_command_line_sync(command, NULL, NULL, &status, NULL));
	g_assert_cmpint(status, ==, 0);
}

static void test_sound(void)
{
	g_auto(Past) past = past_begin();

	assert_sound(&past);
	make_history(&past);
	assert_sound(&past);
	past_pack(&past);
	assert_sound(&past);
	run(&past, "pack-refs --all");
	assert_sound(&past);
	run(&past, "gc -q");
	assert_sound(&past);
}

/* The path of the one file of a folder that ends so. */
static char *find_file(const Past *past, const char *folder, const char *suffix)
{
	g_autofree char *path = g_build_filename(past->dir, "snapshots.git", folder, NULL);
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	const char *name;

	while ((name = g_dir_read_name(dir)) != NULL) {
		if (g_str_has_suffix(name, suffix)) {
			return g_build_filename(path, name, NULL);
		}
	}
	g_error("no %s in %s", suffix, path);
}

static void flip_each_byte(const Past *past, const char *path)
{
	g_autofree char *name = g_path_get_basename(path);
	g_autofree char *bytes = NULL;
	gsize size;

	g_assert_true(g_file_get_contents(path, &bytes, &size, NULL));
	g_assert_cmpint(g_chmod(path, 0600), ==, 0);
	for (gsize i = 0; i < size; i += MAX(1, size / 150)) {
		bytes[i] ^= (char)(1 << (i % 8));
		g_assert_true(g_file_set_contents(path, bytes, (gssize)size, NULL));
		assert_problem(past, name);
		bytes[i] ^= (char)(1 << (i % 8));
	}
	g_assert_true(g_file_set_contents(path, bytes, (gssize)size, NULL));
	assert_sound(past);
}

static void test_pack(void)
{
	g_auto(Past) past = past_begin();
	g_autofree char *pack = NULL;
	g_autofree char *idx = NULL;

	make_history(&past);
	past_pack(&past);
	pack = find_file(&past, "objects/pack", ".pack");
	idx = find_file(&past, "objects/pack", ".idx");
	flip_each_byte(&past, pack);
	flip_each_byte(&past, idx);
}

static void test_refs(void)
{
	g_auto(Past) past = past_begin();
	g_autofree char *ref = g_build_filename(past.dir, "snapshots.git", LAYOUT_REF, NULL);
	g_autofree char *head = g_build_filename(past.dir, "snapshots.git", "HEAD", NULL);
	g_autofree char *packed = g_build_filename(past.dir, "snapshots.git", "packed-refs", NULL);

	make_history(&past);
	flip_each_byte(&past, ref);
	flip_each_byte(&past, head);
	run(&past, "pack-refs --all");
	flip_each_byte(&past, packed);
}

/* A loose object: every byte but the unused bits at the end of the compressed stream. */
static void test_loose(void)
{
	g_auto(Past) past = past_begin();
	g_autofree char *path = NULL;
	g_autofree char *name = NULL;
	g_autofree char *bytes = NULL;
	gsize size;

	make_history(&past);
	path = g_strdup_printf("%s/snapshots.git/objects/%.2s/%s", past.dir, past.head,
			       past.head + 2);
	name = g_path_get_basename(path);
	g_assert_true(g_file_get_contents(path, &bytes, &size, NULL));
	g_assert_cmpint(g_chmod(path, 0600), ==, 0);
	for (gsize i = 0; i < size; i++) {
		bytes[i] ^= (char)0xff;
		g_assert_true(g_file_set_contents(path, bytes, (gssize)size, NULL));
		assert_problem(&past, name);
		bytes[i] ^= (char)0xff;
	}
}

static void test_missing(void)
{
	g_auto(Past) past = past_begin();
	g_autofree char *pack = NULL;
	g_autofree char *idx = NULL;

	make_history(&past);
	past_pack(&past);
	idx = find_file(&past, "objects/pack", ".idx");
	pack = find_file(&past, "objects/pack", ".pack");
	g_assert_cmpint(g_unlink(idx), ==, 0);
	assert_problem(&past, "has no index");
	g_assert_cmpint(g_unlink(pack), ==, 0);
	assert_problem(&past, past.head);
}

/* Whole objects, sound by their ids, that are not of our form. */
static void test_form(void)
{
	static const struct {
		const char *tree; /* for git mktree; %s is a blob of nonsense */
		const char *problem;
	} cases[] = {
		{"100644 blob %s\tchange-set.json\n", "not of our form"},
		{"", "not of our form"},
	};
	g_auto(Past) past = past_begin();

	make_history(&past);
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *script = g_strdup_printf(
			"sh -c 'cd \"%s/snapshots.git\" && b=$(echo x | git hash-object -w "
			"--stdin) "
			"&& t=$(printf \"%s\" $b | git mktree) && c=$(git -c user.name=x -c "
			"user.email=x commit-tree -p observed -m x $t) && git update-ref "
			"refs/heads/observed $c'",
			past.dir, cases[i].tree);
		int status = -1;

		g_assert_true(g_spawn_command_line_sync(script, NULL, NULL, &status, NULL));
		g_assert_cmpint(status, ==, 0);
		assert_problem(&past, cases[i].problem);
	}
}

static void count(void *context, guint64 done, guint64 of)
{
	g_assert_cmpuint(done, <=, of);
	*(guint64 *)context = done;
}

static void test_progress(void)
{
	g_auto(Past) past = past_begin();
	g_autoptr(Store) store = NULL;
	g_autoptr(GPtrArray) problems = NULL;
	guint64 done = 0;

	make_history(&past);
	store = store_open(past.dir, NULL);
	problems = store_verify(store, count, &done, NULL);
	g_assert_cmpuint(done, >, 8);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/store-verify/sound", test_sound);
	g_test_add_func("/store-verify/pack", test_pack);
	g_test_add_func("/store-verify/refs", test_refs);
	g_test_add_func("/store-verify/loose", test_loose);
	g_test_add_func("/store-verify/missing", test_missing);
	g_test_add_func("/store-verify/form", test_form);
	g_test_add_func("/store-verify/progress", test_progress);
	return g_test_run();
}
