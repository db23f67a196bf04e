/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stages are shells; the clock is ours; deaths are waited for, never slept for. */
#include "daemon/stage-process.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOW (1000 * G_USEC_PER_SEC)

static void init(StageProcess *stage, const char *script)
{
	const char *const arguments[] = {"-c", script, NULL};

	stage_process_init(stage, "test", g_strdup("/bin/sh"), g_strdupv((char **)arguments));
}

static void reap(StageProcess *stage, gint64 now)
{
	int status;

	g_assert_cmpint(waitpid(stage->pid, &status, 0), ==, stage->pid);
	stage_process_reaped(stage, status, now);
}

static void hear(StageProcess *stage)
{
	struct pollfd polled = {stage->lifeline, POLLIN, 0};

	g_assert_cmpint(poll(&polled, 1, -1), ==, 1);
	stage_process_hear(stage);
}

/* A stage that says ready and ends when its lifeline does. */
#define GOOD "printf R >&3; exec cat <&3 >/dev/null"

static void test_life(void)
{
	StageProcess stage;

	init(&stage, GOOD);
	g_assert_cmpstr(stage_process_word(&stage), ==, "restarting");
	stage_process_tick(&stage, NOW);
	g_assert_cmpstr(stage_process_word(&stage), ==, "running");
	g_assert_cmpint(stage.pid, >, 0);
	hear(&stage);
	g_assert_cmpstr(stage_process_word(&stage), ==, "ready");
	stage_process_end(&stage, false, NOW);
	g_assert_cmpstr(stage_process_word(&stage), ==, "ending");
	reap(&stage, NOW);
	g_assert_cmpstr(stage_process_word(&stage), ==, "stopped");
	g_assert_cmpint(stage.due_usec, ==, G_MAXINT64);
	g_assert_cmpint(stage.restarts, ==, 0);
	stage_process_tick(&stage, G_MAXINT64 - 1);
	g_assert_cmpint(stage.pid, ==, 0);
	stage_process_clear(&stage);
}

/* Asked to end "again", it is back at once, without being counted as a death. */
static void test_again(void)
{
	StageProcess stage;

	init(&stage, GOOD);
	stage_process_tick(&stage, NOW);
	hear(&stage);
	stage_process_end(&stage, true, NOW);
	reap(&stage, NOW);
	stage_process_tick(&stage, NOW);
	g_assert_cmpint(stage.pid, >, 0);
	g_assert_cmpint(stage.restarts, ==, 0);
	g_assert_null(stage.problem);
	stage_process_end(&stage, false, NOW);
	reap(&stage, NOW);
	stage_process_clear(&stage);
}

static void test_backoff(void)
{
	StageProcess stage;
	gint64 now = NOW;
	gint64 waits[10];

	init(&stage, "exit 3");
	for (gsize i = 0; i < G_N_ELEMENTS(waits); i++) {
		stage_process_tick(&stage, now);
		reap(&stage, now);
		waits[i] = stage.due_usec - now;
		stage_process_tick(&stage, stage.due_usec - 1);
		g_assert_cmpint(stage.pid, ==, 0);
		now = stage.due_usec;
	}
	g_assert_cmpint(waits[0], ==, STAGE_BACKOFF_FIRST_USEC);
	g_assert_cmpint(waits[1], ==, 2 * STAGE_BACKOFF_FIRST_USEC);
	g_assert_cmpint(waits[2], ==, 4 * STAGE_BACKOFF_FIRST_USEC);
	g_assert_cmpint(waits[9], ==, STAGE_BACKOFF_LAST_USEC);
	g_assert_cmpint(stage.restarts, ==, 10);
	g_assert_nonnull(strstr(stage.problem, "exited with code 3"));
	/* it stays up for a while: the next death is a first one again */
	stage_process_tick(&stage, now);
	stage_process_tick(&stage, now + STAGE_STEADY_USEC);
	reap(&stage, now + STAGE_STEADY_USEC);
	g_assert_cmpint(stage.due_usec - now - STAGE_STEADY_USEC, ==, STAGE_BACKOFF_FIRST_USEC);
	stage_process_clear(&stage);
}

/* Ready again, a death is history: the log has it, and the number of restarts. */
static void test_recovered(void)
{
	StageProcess stage;

	init(&stage, GOOD);
	stage_process_tick(&stage, NOW);
	hear(&stage);
	g_assert_no_errno(kill(stage.pid, SIGKILL));
	reap(&stage, NOW);
	g_assert_nonnull(stage.problem);
	stage_process_tick(&stage, stage.due_usec);
	g_assert_nonnull(stage.problem);
	hear(&stage);
	g_assert_null(stage.problem);
	g_assert_cmpint(stage.restarts, ==, 1);
	stage_process_end(&stage, false, NOW);
	reap(&stage, NOW);
	stage_process_clear(&stage);
}

static void test_killed(void)
{
	StageProcess stage;

	init(&stage, "kill -9 $$");
	stage_process_tick(&stage, NOW);
	reap(&stage, NOW);
	g_assert_nonnull(strstr(stage.problem, "was killed by signal 9 (Killed)"));
	stage_process_clear(&stage);
}

/* Deaf to its lifeline: killed when its time is over, not before. */
static void test_deaf(void)
{
	StageProcess stage;
	int status;

	init(&stage, "printf R >&3; exec sleep 1000");
	stage_process_tick(&stage, NOW);
	hear(&stage);
	stage_process_end(&stage, false, NOW);
	stage_process_tick(&stage, NOW + STAGE_END_USEC - 1);
	g_assert_cmpint(waitpid(stage.pid, &status, WNOHANG), ==, 0);
	stage_process_tick(&stage, NOW + STAGE_END_USEC);
	reap(&stage, NOW + STAGE_END_USEC);
	g_assert_cmpstr(stage_process_word(&stage), ==, "stopped");
	stage_process_clear(&stage);
}

/* It refuses its command line: no start will ever do. */
static void test_hopeless(void)
{
	StageProcess stage;

	init(&stage, "exit 64");
	stage_process_tick(&stage, NOW);
	reap(&stage, NOW);
	g_assert_true(stage.is_hopeless);
	stage_process_clear(&stage);
}

static void test_not_there(void)
{
	StageProcess stage;

	init(&stage, "");
	g_free(stage.program);
	stage.program = g_strdup("/nowhere/reeve-test");
	stage_process_tick(&stage, NOW);
	g_assert_cmpint(stage.pid, ==, 0);
	g_assert_cmpint(stage.due_usec, ==, NOW + STAGE_BACKOFF_FIRST_USEC);
	g_assert_nonnull(strstr(stage.problem, "/nowhere/reeve-test"));
	stage_process_clear(&stage);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/stage-process/life", test_life);
	g_test_add_func("/stage-process/again", test_again);
	g_test_add_func("/stage-process/backoff", test_backoff);
	g_test_add_func("/stage-process/recovered", test_recovered);
	g_test_add_func("/stage-process/killed", test_killed);
	g_test_add_func("/stage-process/deaf", test_deaf);
	g_test_add_func("/stage-process/hopeless", test_hopeless);
	g_test_add_func("/stage-process/not-there", test_not_there);
	return g_test_run();
}
