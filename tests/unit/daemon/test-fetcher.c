/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * When a register is fetched, and what is told of it; and one real fetch from a folder that is no
 * repository. The clock is an argument.
 */
#include "base/fd.h"
#include "daemon/fetcher.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECOND G_USEC_PER_SEC

typedef struct {
	char *folder;
	int state;
	Fetcher fetcher;
} Case;

static FetchPlan plan_of(const char *folder, const char *remote)
{
	return (FetchPlan){.remote = g_strdup(remote),
			   .branch = g_strdup("main"),
			   .place = g_build_filename(folder, "register.git", NULL),
			   .is_in_state = true,
			   .uid = -1,
			   .gid = -1,
			   .readers_gid = -1,
			   .every_usec = 60 * SECOND};
}

static Case case_open(const char *remote)
{
	Case c = {.folder = g_dir_make_tmp("reeve-fetcher-XXXXXX", NULL)};
	FetchPlan plan = plan_of(c.folder, remote);

	c.state = open(c.folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fetcher_init(&c.fetcher, &plan, c.state);
	return c;
}

static void case_clear(Case *c)
{
	const char *argv[] = {"rm", "-rf", c->folder, NULL};

	fetcher_clear(&c->fetcher);
	fd_close(&c->state);
	g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
		     NULL);
	g_free(c->folder);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Case, case_clear)

static int reap(Case *c, gint64 now_usec)
{
	int status = 0;
	pid_t pid = c->fetcher.pid;

	g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
	fetcher_reaped(&c->fetcher, pid, status, now_usec, 1000 * SECOND);
	return status;
}

static void test_no_remote_is_nothing(void)
{
	g_auto(Case) c = case_open(NULL);
	g_autofree char *mirror = g_build_filename(c.folder, "register.git", NULL);

	fetcher_tick(&c.fetcher, 1000 * SECOND);
	g_assert_cmpint(fetcher_due(&c.fetcher), ==, G_MAXINT64);
	g_assert_cmpint(c.fetcher.pid, ==, 0);
	g_assert_null(fetcher_problem(&c.fetcher));
	g_assert_false(g_file_test(mirror, G_FILE_TEST_EXISTS));
}

/* At once, then on schedule; an asking in between waits only for the pause; two at once are one. */
static void test_when(void)
{
	g_auto(Case) c = case_open("file:///nonexistent/register.git");

	g_assert_cmpint(fetcher_due(&c.fetcher), ==, 0);
	fetcher_tick(&c.fetcher, 100 * SECOND);
	g_assert_cmpint(c.fetcher.pid, !=, 0);
	g_assert_cmpint(fetcher_due(&c.fetcher), ==, 100 * SECOND + FETCH_LIMIT_USEC);
	reap(&c, 101 * SECOND);
	g_assert_cmpint(fetcher_due(&c.fetcher), ==, 160 * SECOND);
	fetcher_ask(&c.fetcher, 100 * SECOND + 1);
	g_assert_cmpint(fetcher_due(&c.fetcher), ==, 100 * SECOND + FETCH_PAUSE_USEC);
	fetcher_tick(&c.fetcher, 110 * SECOND);
	fetcher_ask(&c.fetcher, 110 * SECOND);
	fetcher_ask(&c.fetcher, 110 * SECOND);
	reap(&c, 120 * SECOND);
	g_assert_cmpint(fetcher_due(&c.fetcher), ==, 120 * SECOND);
}

static void test_unreachable_is_told_with_its_age(void)
{
	g_auto(Case) c = case_open("file:///nonexistent/register.git");
	g_autofree char *never = NULL, *since = NULL;
	FetchPlan again = plan_of(c.folder, "file:///nonexistent/register.git");
	Fetcher after = {0};

	fetcher_tick(&c.fetcher, 100 * SECOND);
	g_assert_cmpint(reap(&c, 101 * SECOND), !=, 0);
	never = fetcher_problem(&c.fetcher);
	g_assert_nonnull(strstr(never, "was never fetched from file:///nonexistent/register.git"));
	g_assert_nonnull(strstr(never, "fatal:"));

	/* success forgets the trouble, and its time outlives the process */
	c.fetcher.pid = 12345;
	g_assert_false(
		fetcher_reaped(&c.fetcher, 999, 0, 102 * SECOND, (gint64)1795316645 * SECOND));
	g_assert_true(
		fetcher_reaped(&c.fetcher, 12345, 0, 102 * SECOND, (gint64)1795316645 * SECOND));
	g_assert_null(fetcher_problem(&c.fetcher));
	fetcher_init(&after, &again, c.state);
	g_assert_cmpint(after.fetched_usec, ==, (gint64)1795316645 * SECOND);
	fetcher_tick(&after, 100 * SECOND);
	{
		int status;
		pid_t pid = after.pid;

		waitpid(pid, &status, 0);
		fetcher_reaped(&after, pid, status, 101 * SECOND, 0);
	}
	since = fetcher_problem(&after);
	g_assert_nonnull(strstr(since, "judging with what was fetched at 2026-11-22T"));
	fetcher_clear(&after);
}

static void test_what_takes_too_long_is_ended(void)
{
	g_auto(Case) c = case_open("ssh://example.org/register.git");
	g_autofree char *problem = NULL;

	c.fetcher.plan.ssh = g_strdup("sleep 1000;");
	fetcher_tick(&c.fetcher, 100 * SECOND);
	fetcher_tick(&c.fetcher, 100 * SECOND + FETCH_LIMIT_USEC - 1);
	g_assert_false(c.fetcher.is_late);
	fetcher_tick(&c.fetcher, 100 * SECOND + FETCH_LIMIT_USEC);
	g_assert_true(WIFSIGNALED(reap(&c, 300 * SECOND)));
	problem = fetcher_problem(&c.fetcher);
	g_assert_nonnull(strstr(problem, "took more than two minutes"));
}

/* A fetch that was ended left half a pack behind; a whole one (the twin) stays. */
static void test_half_packs_go(void)
{
	g_auto(Case) c = case_open("file:///nonexistent/register.git");
	g_autofree char *packs = g_build_filename(c.folder, "register.git/objects/pack", NULL);
	g_autofree char *half = g_build_filename(packs, "tmp_pack_a1b2c3", NULL);
	g_autofree char *whole = g_build_filename(packs, "pack-1.pack", NULL);

	g_assert_true(g_file_set_contents(half, "x", 1, NULL));
	g_assert_true(g_file_set_contents(whole, "x", 1, NULL));
	fetcher_tick(&c.fetcher, 100 * SECOND);
	reap(&c, 101 * SECOND);
	g_assert_false(g_file_test(half, G_FILE_TEST_EXISTS));
	g_assert_true(g_file_test(whole, G_FILE_TEST_EXISTS));
}

static void test_what_is_shown(void)
{
	static const struct {
		const char *remote, *shown;
	} cases[] = {
		{"https://bob:secret@example.org/r.git", "https://example.org/r.git"},
		{"ssh://git@example.org/r.git", "ssh://example.org/r.git"},
		{"https://example.org/a@b", "https://example.org/a@b"},
		{"file:///srv/r\n.git", "file:///srv/r\\n.git"},
		{"fatal: unable to access 'https://x:y@example.org/'",
		 "fatal: unable to access 'https://example.org/'"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *shown = fetch_shown(cases[i].remote);

		g_assert_cmpstr(shown, ==, cases[i].shown);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/fetcher/none", test_no_remote_is_nothing);
	g_test_add_func("/fetcher/when", test_when);
	g_test_add_func("/fetcher/unreachable", test_unreachable_is_told_with_its_age);
	g_test_add_func("/fetcher/limit", test_what_takes_too_long_is_ended);
	g_test_add_func("/fetcher/half-packs", test_half_packs_go);
	g_test_add_func("/fetcher/shown", test_what_is_shown);
	return g_test_run();
}
