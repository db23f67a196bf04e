/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * reeve-judge: judges every commit of snapshots.git and writes what it finds into the journal. See
 * doc/architecture.md. This file is the table of contents: open, wall, judge, wait, and again.
 */
#include "base/bell.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/io.h"
#include "base/log.h"
#include "change/names.h"
#include "change/store.h"
#include "judge/barrier-round.h"
#include "judge/ctl.h"
#include "judge/health.h"
#include "judge/judge.h"
#include "judge/lens-child.h"
#include "judge/options.h"
#include "judge/requests.h"
#include "judge/rules.h"
#include "judge/walls.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

/* A lost ring costs no more than this; and nobody rings when the register moves. */
#define LOOK_AGAIN_MS 800
#define FIRST_BACKOFF_MS 100

enum {
	POLL_SIGNALS,
	POLL_LIFELINE,
	POLL_BELL,
	POLL_CTL,
	POLL_MAX = POLL_CTL + CTL_MAX_CLIENTS + 1
};

typedef struct {
	JudgeOptions options;
	Rules rules;
	TrustSource trust;
	GBytes *passwd; /* of this machine; parsed behind the wall */
	Lens *lens;     /* NULL: there is none */
	int listener, signals;
	HealthLine health;
	BarrierRound barrier;
} Outside;

static int open_signals(GError **error)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0) {
		error_set_errno(error, "cannot wait for signals");
	}
	return fd;
}

/*
 * Trusted keys may be valid until a local time, and behind the wall there is no /etc/localtime. The
 * C library reads it again at every use unless TZ names it and stays the same.
 */
static void keep_local_time(void)
{
	g_setenv("TZ", ":/etc/localtime", FALSE);
	tzset();
}

/* All that needs the privileges we were started with. Nothing is parsed here. */
static bool open_outside(Outside *outside, GError **error)
{
	const StageOptions *stage = &outside->options.stage;

	store_prepare();
	json_object_seed(0);
	rules_read(&outside->rules, (const char *const *)outside->options.policy_folders);
	keep_local_time();
	trust_read(&outside->trust, outside->options.trust);
	outside->passwd = io_read_file(AT_FDCWD, "/etc/passwd", NAMES_MAX_BYTES, NULL);
	outside->lens = lens_child_start(stage);
	outside->signals = open_signals(error);
	outside->health.fd = stage_health_open(stage, "judge", error);
	if (outside->signals < 0 || outside->health.fd < 0) {
		return false;
	}
	outside->listener = ctl_listen(stage->runtime_dir, stage->reader_group, error);
	if (outside->listener < 0) {
		return false;
	}
	outside->barrier.bell = stage->barrier_bell;
	if (stage->barrier >= 0) {
		outside->barrier.page = barrier_map(stage->barrier, error);
	}
	return stage->barrier < 0 || outside->barrier.page != NULL;
}

static void close_outside(Outside *outside)
{
	rules_clear(&outside->rules);
	trust_clear(&outside->trust);
	g_clear_pointer(&outside->passwd, g_bytes_unref);
	g_clear_pointer(&outside->lens, lens_free);
	fd_close(&outside->listener);
	fd_close(&outside->signals);
	fd_close(&outside->health.fd);
	health_line_clear(&outside->health);
	judge_options_clear(&outside->options);
}

static void tell_health(Outside *outside, Judge *judge, JudgeStep step)
{
	Health health;

	judge_health(judge, step, &health);
	health_line_tell(&outside->health, &health);
}

static int next_timeout_ms(JudgeStep step, int *backoff_ms)
{
	switch (step) {
	case JUDGE_MORE:
		return 0;
	case JUDGE_STUCK:
		*backoff_ms = MIN(*backoff_ms * 2, LOOK_AGAIN_MS);
		return *backoff_ms;
	case JUDGE_IDLE:
		break;
	}
	*backoff_ms = FIRST_BACKOFF_MS;
	return LOOK_AGAIN_MS;
}

/* Waits, and answers who asks. False: it is time to end. */
static bool wait_and_serve(const Outside *outside, Ctl *ctl, int timeout_ms)
{
	const StageOptions *stage = &outside->options.stage;
	struct pollfd fds[POLL_MAX] = {
		[POLL_SIGNALS] = {.fd = outside->signals, .events = POLLIN},
		[POLL_LIFELINE] = {.fd = stage->lifeline, .events = POLLIN},
		[POLL_BELL] = {.fd = stage->bell, .events = POLLIN},
	};
	guint n = ctl_fill(ctl, fds + POLL_CTL);

	if (poll(fds, POLL_CTL + n, timeout_ms) < 0) {
		return errno == EINTR;
	}
	if (fds[POLL_SIGNALS].revents != 0 || fds[POLL_LIFELINE].revents != 0) {
		return false;
	}
	bell_answer(stage->bell);
	ctl_serve(ctl, fds + POLL_CTL, n);
	return true;
}

/* What was recorded for a round before the step that found nothing more is in the journal now. */
static void answer_barriers(Ctl *ctl, const Judge *judge, guint64 done)
{
	json_t *reply;

	if (ctl_has_waiting(ctl, done)) {
		reply = requests_barrier_reply(judge);
		ctl_answer(ctl, done, reply);
		json_decref(reply);
	}
}

/*
 * A store that was exchanged is out of reach: the wall holds on to the old folder, and so does the
 * journal. reeved starts us again, with everything opened anew; the journal tells what was lost.
 */
static bool stores_are_ours(const JudgeWall *wall, const Anchor *journal, const Judge *judge,
			    GError **error)
{
	const char *lost = judge_wall_lost(wall);

	if (lost == NULL && (!anchor_holds(journal) || !judge_journal_is_whole(judge))) {
		lost = journal->path;
	}
	if (lost != NULL) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT,
			    "%s was removed, exchanged or cut while it was in use: starting again",
			    lost);
	}
	return lost == NULL;
}

static bool run(Outside *outside, const JudgeWall *wall, Judge *judge, Ctl *ctl, GError **error)
{
	g_autofree char *path = g_build_filename(wall->journal_dir, JOURNAL_FILE, NULL);
	g_auto(Anchor) journal = {0};
	int backoff_ms = FIRST_BACKOFF_MS;
	bool is_ready = false;
	JudgeStep step;

	anchor_drop(&journal, path, -1);
	do {
		guint64 done = barrier_round_done(&outside->barrier);

		step = judge_step(judge);
		tell_health(outside, judge, step);
		if (step == JUDGE_IDLE && ctl_has_waiting(ctl, done) && judge_hurry(judge)) {
			step = JUDGE_MORE;
		}
		if (step == JUDGE_IDLE) {
			answer_barriers(ctl, judge, done);
		}
		if (step == JUDGE_IDLE && !is_ready) {
			stage_ready(&outside->options.stage);
			is_ready = true;
		}
		if (!stores_are_ours(wall, &journal, judge, error)) {
			return false;
		}
	} while (wait_and_serve(outside, ctl, next_timeout_ms(step, &backoff_ms)));
	return true;
}

static bool work(Outside *outside, const JudgeWall *wall, GError **error)
{
	const JudgeOptions *options = &outside->options;
	EventHost host = {options->host, options->machine_id, options->boot_id};
	g_autoptr(Names) people = names_parse(outside->passwd);
	JudgePlaces places = {wall->state_dir,          wall->journal_dir,
			      wall->journal_fd,         wall->witness_fd,
			      options->stage.next_bell, people,
			      options->canary,          outside->lens};
	g_autoptr(Approvals) approvals =
		approvals_new(&outside->trust, wall->register_dir, options->register_branch);
	g_autoptr(Judge) judge = NULL;
	g_autoptr(Ctl) ctl = NULL;
	Requests requests;

	approvals_set_host(approvals, options->host, options->one_person);
	rules_compile(&outside->rules);
	judge = judge_new(&places, &host, &outside->rules, approvals, error);
	if (judge == NULL) {
		return false;
	}
	requests = (Requests){.judge = judge,
			      .approvals = approvals,
			      .barrier = &outside->barrier,
			      .journal_fd = wall->journal_fd,
			      .lifeline = options->stage.lifeline,
			      .people = people};
	requests_begin(&requests);
	ctl = ctl_new(outside->listener, requests_ask, &requests);
	return run(outside, wall, judge, ctl, error);
}

int main(int argc, char **argv)
{
	Outside outside = {.listener = -1, .signals = -1, .health = {.fd = -1}};
	g_auto(JudgeWall) wall = {.journal_fd = -1, .witness_fd = -1};
	g_autoptr(GError) error = NULL;
	bool ok;

	log_init("reeve-judge");
	ok = judge_options_parse(&outside.options, &argc, &argv, &error) &&
	     open_outside(&outside, &error) && judge_wall(&outside.options, &wall, &error) &&
	     work(&outside, &wall, &error);
	if (!ok) {
		log_error("%s", error->message);
	}
	close_outside(&outside);
	return ok ? 0 : 1;
}
