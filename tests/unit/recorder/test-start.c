/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Starts: baseline, rescan, change of scope, a catalog left behind; on real stores, with a watch
 * that is none. What the commits say is read with stock git.
 */
#include "recorder/batch.h"
#include "recorder/start.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

typedef struct {
	char *dir, *tree, *state;
	StageOptions options;
	Alive alive;
	Status status;
	Scope *scope;
	Recorder recorder;
	guint commits;
} Fixture;

static void must(bool ok, GError *error)
{
	g_assert_no_error(error);
	g_assert_true(ok);
}

/* Runs a command line of sh, in which $D is the fixture's directory. */
static void run_shell(const Fixture *f, const char *text)
{
	const char *const argv[] = {"sh", "-c", text, NULL};
	g_auto(GStrv) env = g_environ_setenv(g_get_environ(), "D", f->dir, TRUE);
	int status;

	must(g_spawn_sync(NULL, (char **)argv, env, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL,
			  &status, NULL) &&
		     status == 0,
	     NULL);
}

static void open_recorder(Fixture *f, const char *roots, const char *ignores)
{
	g_auto(GStrv) r = g_strsplit(roots, " ", -1);
	g_auto(GStrv) i = g_strsplit(ignores, " ", -1);
	LookWorld *world = &f->recorder.world;
	g_autoptr(GError) error = NULL;
	bool rebuilt;

	f->recorder = (Recorder){.options = &f->options, .alive = &f->alive, .status = &f->status};
	recorder_init(&f->recorder);
	must(alive_open(&f->alive, f->state, &error), error);
	f->scope = scope_new((const char *const *)r, (const char *const *)i, &error);
	world->scope = f->scope;
	world->root_fd = open(f->tree, O_PATH | O_DIRECTORY | O_CLOEXEC);
	world->watch = watch_open("null", &error);
	world->catalog = catalog_open(f->state, &rebuilt, &error);
	world->snapshot = snapshot_open(f->state, &error);
	world->secrets = secrets_open(f->state, NULL, &error);
	g_assert_no_error(error);
}

static void close_recorder(Fixture *f)
{
	LookWorld *world = &f->recorder.world;

	secrets_free((Secrets *)world->secrets);
	snapshot_close(world->snapshot);
	catalog_close(world->catalog);
	watch_close(world->watch);
	close(world->root_fd);
	scope_free(f->scope);
	alive_close(&f->alive);
	recorder_clear(&f->recorder);
}

static void setup(Fixture *f, const void *data)
{
	f->dir = g_dir_make_tmp("reeve-start-XXXXXX", NULL);
	f->tree = g_build_filename(f->dir, "tree", NULL);
	f->state = g_build_filename(f->dir, "state", NULL);
	f->options = (StageOptions){.lifeline = -1, .next_bell = -1};
	f->status.fd = -1;
	run_shell(f, "mkdir -p $D/tree $D/state");
}

static void teardown(Fixture *f, const void *data)
{
	run_shell(f, "rm -rf $D");
	g_free(f->dir);
	g_free(f->tree);
	g_free(f->state);
}

static void write_file(Fixture *f, const char *name, const char *text)
{
	g_autofree char *path = g_build_filename(f->tree, name, NULL);
	g_autofree char *parent = g_path_get_dirname(path);

	g_assert_cmpint(g_mkdir_with_parents(parent, 0755), ==, 0);
	must(g_file_set_contents(path, text, -1, NULL), NULL);
}

/* Starts, catches up, stops. */
static void start(Fixture *f, const char *roots, const char *ignores)
{
	g_autoptr(GError) error = NULL;

	open_recorder(f, roots, ignores);
	must(start_catch_up(&f->recorder, &error), error);
	g_assert_cmpuint(f->recorder.gaps->len, ==, 0);
	g_assert_false(f->recorder.must_rebuild);
	g_assert_cmpstr(catalog_commit(f->recorder.world.catalog), ==,
			snapshot_head(f->recorder.world.snapshot));
	close_recorder(f);
}

/* What git says; caller frees. */
static char *git(Fixture *f, const char *arguments)
{
	g_autofree char *command = g_strdup_printf("git -c safe.directory=* -C %s/snapshots.git %s",
						   f->state, arguments);
	char *out = NULL;
	int status;

	must(g_spawn_command_line_sync(command, &out, NULL, &status, NULL) && status == 0, NULL);
	return out;
}

/* How many commits have come since the last call. */
static guint new_commits(Fixture *f)
{
	g_autofree char *out = git(f, "rev-list --count observed");
	guint now = (guint)g_ascii_strtoull(out, NULL, 10);
	guint fresh = now - f->commits;

	f->commits = now;
	return fresh;
}

static void assert_says(Fixture *f, const char *commit, const char *what, bool says)
{
	g_autofree char *arguments = g_strdup_printf("show %s:change-set.json", commit);
	g_autofree char *out = git(f, arguments);

	g_test_message("%s: %s", commit, what);
	g_assert_cmpint(strstr(out, what) != NULL, ==, says);
}

static void assert_file(Fixture *f, const char *path, bool is_there)
{
	g_autofree char *arguments = g_strdup_printf("ls-tree -r --name-only observed -- %s", path);
	g_autofree char *out = git(f, arguments);

	g_test_message("%s", path);
	g_assert_cmpint(out[0] != '\0', ==, is_there);
}

static void test_baseline(Fixture *f, const void *data)
{
	write_file(f, "etc/a", "1");
	start(f, "/etc", "");
	g_assert_cmpuint(new_commits(f), ==, 1);
	assert_says(f, "observed", "\"baseline\"", true);
	assert_says(f, "observed", "\"gaps\"", false);
	assert_file(f, "files/etc/a", true);
}

/* Stopped, changed, started: one commit with the change marked offline, and the gap. */
static void test_offline(Fixture *f, const void *data)
{
	write_file(f, "etc/a", "1");
	start(f, "/etc", "");
	new_commits(f);
	write_file(f, "etc/a", "2");
	start(f, "/etc", "");
	g_assert_cmpuint(new_commits(f), ==, 1);
	assert_says(f, "observed", "\"crash\"", true);
	assert_says(f, "observed", "\"/etc/a\"", true);
	assert_says(f, "observed", "\"offline\"", true);
	/* The twin: nothing changed, the gap alone makes a commit. */
	start(f, "/etc", "");
	g_assert_cmpuint(new_commits(f), ==, 1);
	assert_says(f, "observed", "\"crash\"", true);
	assert_says(f, "observed", "\"offline\"", false);
}

static void test_scope(Fixture *f, const void *data)
{
	write_file(f, "etc/a", "1");
	write_file(f, "etc/ssh/c", "1");
	write_file(f, "srv/s", "1");
	start(f, "/etc", "");
	new_commits(f);
	/* A path is added while another one changes: the change is not swallowed. */
	write_file(f, "etc/a", "2");
	start(f, "/etc /srv", "");
	g_assert_cmpuint(new_commits(f), ==, 2);
	assert_says(f, "observed~1", "\"scope\"", true);
	assert_says(f, "observed~1", "\"gaps\"", false);
	assert_says(f, "observed", "\"/etc/a\"", true);
	assert_says(f, "observed", "\"/srv/s\"", false);
	assert_file(f, "files/srv/s", true);
	/* Narrowed to a part of what was watched. */
	start(f, "/etc/ssh /srv", "");
	g_assert_cmpuint(new_commits(f), ==, 2);
	assert_says(f, "observed", "\"paths\"", false);
	assert_file(f, "files/etc/a", false);
	assert_file(f, "files/etc/ssh/c", true);
	assert_file(f, "meta/etc/ssh/%dir", true);
	assert_file(f, "files/srv/s", true);
	/* And the same again is no change of scope. */
	start(f, "/srv /etc/ssh", "");
	g_assert_cmpuint(new_commits(f), ==, 1);
}

static void test_ignored(Fixture *f, const void *data)
{
	write_file(f, "etc/a", "1");
	write_file(f, "etc/cache/x", "1");
	start(f, "/etc", "");
	new_commits(f);
	start(f, "/etc", "/etc/cache/**");
	g_assert_cmpuint(new_commits(f), ==, 2);
	assert_file(f, "files/etc/cache/x", false);
	assert_file(f, "files/etc/a", true);
	write_file(f, "etc/cache/x", "2");
	start(f, "/etc", "");
	g_assert_cmpuint(new_commits(f), ==, 2);
	assert_says(f, "observed", "\"paths\"", false);
	assert_file(f, "files/etc/cache/x", true);
}

/* Killed between ref and catalog, and the change has been undone since. */
static void test_catalog_behind(Fixture *f, const void *data)
{
	g_autoptr(GPtrArray) orders = g_ptr_array_new_with_free_func((GDestroyNotify)order_free);
	BatchPlan plan = {.kind = CHANGE_SET_CHANGE, .mode = LOOK_COMPARE, .orders = orders};
	g_autoptr(GError) error = NULL;
	g_autofree char *content = NULL;

	write_file(f, "etc/a", "1");
	start(f, "/etc", "");
	run_shell(f, "cp $D/state/catalog.sqlite $D/old");
	write_file(f, "etc/a", "2");
	write_file(f, "etc/b", "2");
	open_recorder(f, "/etc", "");
	g_ptr_array_add(orders, g_new0(Order, 1));
	((Order *)orders->pdata[0])->path = g_strdup("/etc");
	((Order *)orders->pdata[0])->is_subtree = true;
	must(batch_run(&f->recorder, &plan, &error), error);
	close_recorder(f);
	run_shell(f, "cp $D/old $D/state/catalog.sqlite");
	run_shell(f, "rm $D/tree/etc/b");
	write_file(f, "etc/a", "1");
	new_commits(f);
	start(f, "/etc", "");
	g_assert_cmpuint(new_commits(f), ==, 1);
	content = git(f, "show observed:files/etc/a");
	g_assert_cmpstr(content, ==, "1");
	assert_file(f, "files/etc/b", false);
}

#define ADD(name, function) g_test_add(name, Fixture, NULL, setup, function, teardown)

int main(int argc, char **argv)
{
	g_autofree char *git_program = g_find_program_in_path("git");

	g_test_init(&argc, &argv, NULL);
	if (git_program == NULL) {
		g_test_skip("no git to read the snapshots with");
		return g_test_run();
	}
	ADD("/start/baseline", test_baseline);
	ADD("/start/offline", test_offline);
	ADD("/start/scope", test_scope);
	ADD("/start/ignored", test_ignored);
	ADD("/start/catalog-behind", test_catalog_behind);
	return g_test_run();
}
