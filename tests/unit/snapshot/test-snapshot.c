/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commits: what is put into the store and what stock git finds there. */
#include "snapshot/snapshot.h"

#include "snapshot/layout.h"
#include "fixture.h"

#include <signal.h>
#include <sys/resource.h>

static void test_baseline(Fixture *f, const void *data)
{
	g_autoptr(Notes) notes = notes_new(CHANGE_SET_BASELINE);

	g_assert_null(snapshot_head(f->snapshot));
	begin(f);
	put_some(f);
	notes->entries = 7;
	g_assert_cmpint(commit_notes(f, notes), ==, SNAPSHOT_COMMITTED);
	g_assert_cmpuint(count_packs(f), ==, 1);
	stock_git_fsck(f->repository);
	check_git(f, "ls-tree -r --format='%(objectmode) %(path)' HEAD",
		  "100644 change-set.json\n"
		  "120000 files/etc/localtime\n"
		  "100644 files/etc/passwd\n"
		  "100755 files/etc/rc.local\n"
		  "100644 files/etc/ssh/sshd_config\n"
		  "100644 meta/%dir\n"
		  "100644 meta/etc/%dir\n"
		  "100644 meta/etc/ssh/%dir\n");
	check_git(f, "cat-file blob HEAD:files/etc/localtime", "/usr/share/zoneinfo/UTC");
	check_git(f, "cat-file blob HEAD:meta/%dir", "etc type=dir mode=0755 uid=0 gid=0\n");
	check_git(f, "log --format='%an <%s> %at'", "Reeve <baseline: 7 entries> 1795316645\n");
	check_git(f, "symbolic-ref HEAD", "refs/heads/observed\n");
	check_git(f, "config reeve.schema", "1\n");
}

static void test_change(Fixture *f, const void *data)
{
	g_autofree char *before = NULL;
	g_autofree char *after = NULL;
	g_autofree char *parent = NULL;

	baseline(f);
	before = git(f, "rev-parse HEAD:files/etc/passwd HEAD:meta/etc/%dir");
	parent = g_strdup(snapshot_head(f->snapshot));
	begin(f);
	put_file(f, "/etc/ssh/sshd_config", "PermitRootLogin yes\n");
	put_directory(f, "/etc/new");
	put_file(f, "/etc/ssh/new", "");
	g_assert_cmpint(commit(f), ==, SNAPSHOT_COMMITTED);
	after = git(f, "rev-parse HEAD~1:files/etc/passwd HEAD~1:meta/etc/%dir");
	g_assert_cmpstr(before, ==, after);
	check_git(f, "diff --name-status HEAD~1 HEAD -- files",
		  "A\tfiles/etc/ssh/new\nM\tfiles/etc/ssh/sshd_config\n");
	check_git(f, "log -1 --format=%B",
		  "3 changed: /etc/new, /etc/ssh/new, /etc/ssh/sshd_config\n\n"
		  "+ /etc/new\n+ /etc/ssh/new\n~ /etc/ssh/sshd_config\n\n");
	g_assert_cmpstr(parent, !=, snapshot_head(f->snapshot));
	stock_git_fsck(f->repository);
}

static void test_unchanged(Fixture *f, const void *data)
{
	g_autofree char *head = NULL;

	baseline(f);
	head = g_strdup(snapshot_head(f->snapshot));
	begin(f);
	put_some(f);
	snapshot_remove(f->snapshot, "/etc/nothing/there");
	g_assert_cmpint(commit(f), ==, SNAPSHOT_UNCHANGED);
	g_assert_cmpstr(snapshot_head(f->snapshot), ==, head);
	g_assert_cmpuint(count_packs(f), ==, 1);
}

static void test_gap_alone(Fixture *f, const void *data)
{
	g_autoptr(Notes) notes = notes_new(CHANGE_SET_CHANGE);

	baseline(f);
	begin(f);
	g_ptr_array_add(notes->gaps, gap_new("stopped", "/", NOW - 5000000, NOW));
	g_assert_cmpint(commit_notes(f, notes), ==, SNAPSHOT_COMMITTED);
	check_git(f, "log -1 --format=%s",
		  "gap: stopped, /, 2026-11-22T03:04:00.000000Z to 2026-11-22T03:04:05.000000Z\n");
	check_git(f, "diff --name-only HEAD~1 HEAD", "change-set.json\n");
}

static void test_transient_alone(Fixture *f, const void *data)
{
	g_autoptr(Notes) notes = notes_new(CHANGE_SET_CHANGE);

	baseline(f);
	begin(f);
	notes_add_transient(notes, "/etc/\n", NOW);
	g_assert_cmpint(commit_notes(f, notes), ==, SNAPSHOT_COMMITTED);
	check_git(f, "log -1 --format=%s", "1 came and went: /etc/\\n\n");
}

static void test_removal(Fixture *f, const void *data)
{
	baseline(f);
	begin(f);
	snapshot_remove(f->snapshot, "/etc/ssh");
	snapshot_remove(f->snapshot, "/etc/passwd");
	g_assert_cmpint(commit(f), ==, SNAPSHOT_COMMITTED);
	check_git(f, "ls-tree -r --name-only HEAD files meta",
		  "files/etc/localtime\nfiles/etc/rc.local\nmeta/%dir\nmeta/etc/%dir\n");
	check_git(f, "log -1 --format=%b", "- /etc/passwd\n- /etc/ssh\n\n");
	begin(f);
	snapshot_remove(f->snapshot, "/etc");
	g_assert_cmpint(commit(f), ==, SNAPSHOT_COMMITTED);
	check_git(f, "ls-tree -r --name-only HEAD", "change-set.json\n");
	stock_git_fsck(f->repository);
}

/* A file where a directory was, and the other way round, with and without a removal before. */
static void test_types(Fixture *f, const void *data)
{
	baseline(f);
	begin(f);
	put_file(f, "/etc/ssh", "now a file\n");
	snapshot_remove(f->snapshot, "/etc/passwd");
	put_directory(f, "/etc/passwd");
	put_file(f, "/etc/passwd/x", "x");
	put_directory(f, "/etc/rc.local");
	g_assert_cmpint(commit(f), ==, SNAPSHOT_COMMITTED);
	check_git(f, "ls-tree -r --name-only HEAD files meta",
		  "files/etc/localtime\nfiles/etc/passwd/x\nfiles/etc/ssh\nmeta/%dir\n"
		  "meta/etc/%dir\nmeta/etc/passwd/%dir\n");
	begin(f);
	put_directory(f, "/etc/ssh");
	put_file(f, "/etc/ssh/y", "y");
	put_file(f, "/etc/ssh/y", "yy");
	put_file(f, "/etc/passwd/gone", "");
	put_file(f, "/etc/passwd", "root");
	g_assert_cmpint(commit(f), ==, SNAPSHOT_COMMITTED);
	check_git(f, "ls-tree -r --name-only HEAD files meta",
		  "files/etc/localtime\nfiles/etc/passwd\nfiles/etc/ssh/y\nmeta/%dir\n"
		  "meta/etc/%dir\nmeta/etc/ssh/%dir\n");
	check_git(f, "cat-file blob HEAD:files/etc/ssh/y", "yy");
	stock_git_fsck(f->repository);
}

/* Nothing can be removed from the inside of a file. */
static void test_removal_in_file(Fixture *f, const void *data)
{
	baseline(f);
	begin(f);
	snapshot_remove(f->snapshot, "/etc/passwd/x/y");
	g_assert_cmpint(commit(f), ==, SNAPSHOT_UNCHANGED);
}

/* What has no bytes in the store: special, big, secret, unreadable files. */
static void test_meta_only(Fixture *f, const void *data)
{
	FileState fifo = {.type = FILE_FIFO, .mode = 0600};
	FileState big = {.type = FILE_REGULAR, .content = CONTENT_DIGEST, .size = 1};
	FileState secret = {.type = FILE_REGULAR, .content = CONTENT_SECRET};

	begin(f);
	put_file(f, "/a/big", "was small");
	put_file(f, "/a/stays", "");
	commit(f);
	begin(f);
	snapshot_put(f->snapshot, "/a/fifo", &fifo);
	snapshot_put(f->snapshot, "/a/big", &big);
	snapshot_put(f->snapshot, "/a/secret", &secret);
	g_assert_cmpint(commit(f), ==, SNAPSHOT_COMMITTED);
	check_git(f, "ls-tree -r --name-only HEAD files meta", "files/a/stays\nmeta/a/%dir\n");
	check_git(f, "log -1 --format=%b", "~ /a/big\n+ /a/fifo\n+ /a/secret\n\n");
}

static void test_hostile_names(Fixture *f, const void *data)
{
	static const char *const names[] = {
		".git",
		".GIT",
		".gitmodules",
		".gitattributes",
		".gitignore",
		"git~1",
		"GIT~2",
		".mailmap",
		"gi7eba~1",
		"%dir",
		"%2Egit",
		"a\\.git",
		"\n",
		"\xff\xfe",
		".g\xe2\x80\x8cit",
		"a b",
		"*?[",
		"\x1b[31m",
		"-rf",
		"\"'",
		"..git",
		"...",
		"~",
		"CON",
	};
	g_autofree char *wide = g_strnfill(255, 'w');
	g_autoptr(GString) deep = g_string_new(NULL);
	g_autofree char *long_path = g_strconcat("/t/", wide, NULL);

	begin(f);
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *file = g_strconcat("/f/", names[i], NULL);
		g_autofree char *link = g_strconcat("/l/", names[i], NULL);
		g_autofree char *inner = g_strconcat("/d/", names[i], "/x", NULL);

		put_file(f, file, "x");
		put_link(f, link, "x");
		put_file(f, inner, "x");
	}
	put_file(f, long_path, "x");
	while (deep->len < 5000) {
		g_string_append(deep, "/directory");
	}
	put_file(f, deep->str, "x");
	g_assert_cmpint(commit(f), ==, SNAPSHOT_COMMITTED);
	stock_git_fsck(f->repository);
	begin(f);
	snapshot_remove(f->snapshot, "/f/.git");
	put_file(f, "/d/.git/x", "y");
	g_assert_cmpint(commit(f), ==, SNAPSHOT_COMMITTED);
	check_git(f, "diff --name-status HEAD~1 HEAD -- files",
		  "M\tfiles/d/%2Egit/x\nD\tfiles/f/%2Egit\n");
	stock_git_fsck(f->repository);
}

/* Deep beyond any stack. */
static void test_depth(Fixture *f, const void *data)
{
	g_autoptr(GString) deep = g_string_new(NULL);

	for (guint i = 0; i < 3000; i++) {
		g_string_append(deep, "/d");
	}
	begin(f);
	put_file(f, deep->str, "x");
	g_assert_cmpint(commit(f), ==, SNAPSHOT_COMMITTED);
	begin(f);
	put_file(f, deep->str, "y");
	g_assert_cmpint(commit(f), ==, SNAPSHOT_COMMITTED);
}

static void test_shards(Fixture *f, const void *data)
{
	begin(f);
	for (guint i = 0; i < LAYOUT_SHARD_ABOVE; i++) {
		g_autofree char *path = g_strdup_printf("/w/%u", i);

		put_file(f, path, "");
	}
	commit(f);
	g_assert_cmpuint(count_lines(f, "ls-tree --name-only HEAD:meta/w"), ==, 1);
	begin(f);
	put_file(f, "/w/one-more", "");
	g_assert_cmpint(commit(f), ==, SNAPSHOT_COMMITTED);
	g_assert_cmpuint(count_lines(f, "ls-tree --name-only HEAD:meta/w"), >, 40);
	g_assert_cmpuint(count_lines(f, "grep -h type= HEAD -- meta/w"), ==,
			 LAYOUT_SHARD_ABOVE + 1);
	begin(f);
	put_file(f, "/w/7", "changed");
	snapshot_remove(f->snapshot, "/w/9");
	g_assert_cmpint(commit(f), ==, SNAPSHOT_COMMITTED);
	g_assert_cmpuint(count_lines(f, "diff --name-only HEAD~1 HEAD -- meta"), <=, 2);
	g_assert_cmpuint(count_lines(f, "grep -h type= HEAD -- meta/w"), ==, LAYOUT_SHARD_ABOVE);
	stock_git_fsck(f->repository);
	begin(f);
	for (guint i = 0; i < LAYOUT_SHARD_ABOVE; i++) {
		g_autofree char *path = g_strdup_printf("/w/%u", i);

		snapshot_remove(f->snapshot, path);
	}
	commit(f);
	g_assert_cmpuint(count_lines(f, "ls-tree --name-only HEAD:meta/w"), ==, 1);
	check_git(f, "ls-tree -r --name-only HEAD files", "files/w/one-more\n");
}

static void test_abandon(Fixture *f, const void *data)
{
	baseline(f);
	begin(f);
	put_file(f, "/etc/x", "something new");
	snapshot_abandon(f->snapshot);
	g_assert_cmpuint(count_packs(f), ==, 1);
	begin(f);
	g_assert_cmpint(commit(f), ==, SNAPSHOT_UNCHANGED);
	g_assert_cmpuint(count_packs(f), ==, 1);
}

/* No room on the disk: an error, nothing left behind, and the next commit goes as if nothing had
 * been. */
static void test_no_room(Fixture *f, const void *data)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Notes) notes = notes_new(CHANGE_SET_CHANGE);
	g_autofree char *head = NULL;
	g_autofree char *noise = g_malloc(40000);
	struct rlimit before, tight;

	baseline(f);
	head = g_strdup(snapshot_head(f->snapshot));
	for (gsize i = 0; i < 40000; i++) {
		noise[i] = (char)g_test_rand_int_range(1, 256);
	}
	noise[39999] = '\0';
	signal(SIGXFSZ, SIG_IGN);
	g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &before), ==, 0);
	tight = (struct rlimit){.rlim_cur = 8192, .rlim_max = before.rlim_max};
	begin(f);
	put_file(f, "/etc/noise", noise);
	g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &tight), ==, 0);
	g_assert_cmpint(snapshot_commit(f->snapshot, notes, &error), ==, SNAPSHOT_ERROR);
	g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &before), ==, 0);
	g_assert_error(error, REEVE_ERROR, REEVE_ERROR_IO);
	g_assert_cmpstr(snapshot_head(f->snapshot), ==, head);
	g_assert_cmpuint(count_packs(f), ==, 1);
	begin(f);
	put_file(f, "/etc/noise", noise);
	g_assert_cmpint(commit(f), ==, SNAPSHOT_COMMITTED);
	stock_git_fsck(f->repository);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD("baseline", test_baseline);
	ADD("change", test_change);
	ADD("unchanged", test_unchanged);
	ADD("gap-alone", test_gap_alone);
	ADD("transient-alone", test_transient_alone);
	ADD("removal", test_removal);
	ADD("types", test_types);
	ADD("removal-in-file", test_removal_in_file);
	ADD("meta-only", test_meta_only);
	ADD("hostile-names", test_hostile_names);
	ADD("depth", test_depth);
	ADD("shards", test_shards);
	ADD("abandon", test_abandon);
	ADD("no-room", test_no_room);
	return g_test_run();
}
