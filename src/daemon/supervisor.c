/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The supervisor: see supervisor.h. */
#include "daemon/supervisor.h"
#include "base/barrier.h"
#include "base/bell.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/stage.h"
#include "daemon/health.h"
#include "daemon/sheet-keeper.h"
#include "daemon/stage-process.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define HEALTH_EVERY_USEC (5 * G_USEC_PER_SEC)

struct Supervisor {
	SupervisorWorld world;
	StageProcess stages[_STAGE_N];
	int bell_judge, bell_relay, barrier, barrier_bell;
	SheetKeeper keeper;
	int signals;
	bool is_ending, is_hopeless;
	bool told_ready;
	char *told_text;      /* the last STATUS= */
	char *reload_problem; /* NULL: none */
	gint64 health_due_usec;
	gint64 watchdog_due_usec;
};

static bool open_bells(Supervisor *supervisor, GError **error)
{
	supervisor->bell_judge = bell_new(error);
	supervisor->bell_relay = supervisor->bell_judge < 0 ? -1 : bell_new(error);
	supervisor->barrier_bell = supervisor->bell_relay < 0 ? -1 : bell_new(error);
	supervisor->barrier = supervisor->barrier_bell < 0 ? -1 : barrier_new(error);
	return supervisor->barrier >= 0;
}

static bool open_signals(Supervisor *supervisor, GError **error)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	supervisor->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return supervisor->signals >= 0 || error_set_errno(error, "cannot wait for signals");
}

/* Who gets which bell: the process contract in one place. */
static void hand_out(Supervisor *supervisor)
{
	int *recorder = supervisor->stages[STAGE_RECORDER].descriptors;
	int *judge = supervisor->stages[STAGE_JUDGE].descriptors;
	int *relay = supervisor->stages[STAGE_RELAY].descriptors;

	recorder[SPAWN_NEXT_BELL] = judge[SPAWN_BELL] = supervisor->bell_judge;
	judge[SPAWN_NEXT_BELL] = relay[SPAWN_BELL] = supervisor->bell_relay;
	recorder[SPAWN_BARRIER] = judge[SPAWN_BARRIER] = supervisor->barrier;
	recorder[SPAWN_BARRIER_BELL] = judge[SPAWN_BARRIER_BELL] = supervisor->barrier_bell;
	relay[SPAWN_SHEET] = supervisor->keeper.reader;
	recorder[SPAWN_LOCK] = judge[SPAWN_LOCK] = relay[SPAWN_LOCK] = supervisor->world.lock;
}

Supervisor *supervisor_new(const SupervisorWorld *world, Plan *plan, GError **error)
{
	g_autoptr(Supervisor) supervisor = g_new0(Supervisor, 1);

	supervisor->world = *world;
	supervisor->bell_judge = supervisor->bell_relay = -1;
	supervisor->barrier = supervisor->barrier_bell = supervisor->signals = -1;
	supervisor->keeper.fd = supervisor->keeper.reader = -1;
	for (int i = 0; i < _STAGE_N; i++) {
		stage_process_init(&supervisor->stages[i], stage_name((StageKind)i),
				   spawn_program(stage_name((StageKind)i)),
				   g_steal_pointer(&plan->arguments[i]));
	}
	if (!open_bells(supervisor, error) || !open_signals(supervisor, error) ||
	    !sheet_keeper_init(&supervisor->keeper, error)) {
		return NULL;
	}
	sheet_keeper_set_keys(&supervisor->keeper, &plan->keys);
	hand_out(supervisor);
	return g_steal_pointer(&supervisor);
}

void supervisor_free(Supervisor *supervisor)
{
	if (supervisor == NULL) {
		return;
	}
	for (int i = 0; i < _STAGE_N; i++) {
		stage_process_clear(&supervisor->stages[i]);
	}
	fd_close(&supervisor->bell_judge);
	fd_close(&supervisor->bell_relay);
	fd_close(&supervisor->barrier);
	fd_close(&supervisor->barrier_bell);
	fd_close(&supervisor->signals);
	sheet_keeper_clear(&supervisor->keeper);
	g_free(supervisor->told_text);
	g_free(supervisor->reload_problem);
	g_free(supervisor);
}

static void end_all(Supervisor *supervisor)
{
	gint64 now = clock_mono_usec();

	notify_send(supervisor->world.notify, "STOPPING=1");
	for (int i = 0; i < _STAGE_N; i++) {
		stage_process_end(&supervisor->stages[i], false, now);
	}
	supervisor->is_ending = true;
}

/* The second time somebody asks, nobody is waited for: the stages are made to survive it. */
static void kill_all(Supervisor *supervisor)
{
	for (int i = 0; i < _STAGE_N; i++) {
		if (supervisor->stages[i].pid != 0) {
			kill(supervisor->stages[i].pid, SIGKILL);
		}
	}
}

static void reap(Supervisor *supervisor)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		canary_reaped(supervisor->world.canary, pid);
		if (fetcher_reaped(supervisor->world.fetcher, pid, status, clock_mono_usec(),
				   clock_wall_usec())) {
			bell_ring(supervisor->bell_judge);
		}
		for (int i = 0; i < _STAGE_N; i++) {
			StageProcess *stage = &supervisor->stages[i];

			if (stage->pid == pid) {
				stage_process_reaped(stage, status, clock_mono_usec());
				supervisor->is_hopeless |= stage->is_hopeless;
			}
		}
	}
	if (supervisor->is_hopeless && !supervisor->is_ending) {
		end_all(supervisor);
	}
}

/* The judge always: the rules themselves may have changed, which no command line shows. */
static void adopt_plan(Supervisor *supervisor, Plan *plan)
{
	for (int i = 0; i < _STAGE_N; i++) {
		StageProcess *stage = &supervisor->stages[i];

		if (i == STAGE_JUDGE || !g_strv_equal((const char *const *)stage->arguments,
						      (const char *const *)plan->arguments[i])) {
			g_strfreev(stage->arguments);
			stage->arguments = g_steal_pointer(&plan->arguments[i]);
			stage_process_end(stage, true, clock_mono_usec());
		}
	}
}

/* The relay knows them before the bell has stopped ringing. */
static void take_keys(Supervisor *supervisor, BusSheet *keys)
{
	if (sheet_keeper_set_keys(&supervisor->keeper, keys)) {
		bell_ring(supervisor->bell_relay);
	}
}

static void rekey(Supervisor *supervisor)
{
	g_autoptr(GError) error = NULL;
	g_auto(BusSheet) keys = {0};

	g_clear_pointer(&supervisor->reload_problem, g_free);
	if (supervisor->world.rekey(supervisor->world.context, &keys, &error)) {
		log_info("keys of the bus read again");
		take_keys(supervisor, &keys);
	} else {
		supervisor->reload_problem =
			g_strdup_printf("the keys were not changed: %s", error->message);
		log_error("%s", supervisor->reload_problem);
	}
	supervisor->health_due_usec = 0;
}

static void reload(Supervisor *supervisor)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Plan) plan = NULL;

	notify_send(supervisor->world.notify, "RELOADING=1\nMONOTONIC_USEC=%" G_GINT64_FORMAT,
		    clock_mono_usec());
	g_clear_pointer(&supervisor->reload_problem, g_free);
	plan = supervisor->world.replan(supervisor->world.context, &error);
	if (plan != NULL) {
		log_info("configuration read again");
		take_keys(supervisor, &plan->keys);
		fetcher_adopt(supervisor->world.fetcher, &plan->fetch, clock_mono_usec());
		adopt_plan(supervisor, plan);
	} else {
		supervisor->reload_problem =
			g_strdup_printf("the configuration was not changed: %s", error->message);
		log_error("%s", supervisor->reload_problem);
	}
	supervisor->told_ready = false;
	supervisor->health_due_usec = 0;
}

static void take_signals(Supervisor *supervisor)
{
	struct signalfd_siginfo info;

	while (read(supervisor->signals, &info, sizeof(info)) == sizeof(info)) {
		switch (info.ssi_signo) {
		case SIGCHLD:
			reap(supervisor);
			break;
		case SIGHUP:
			if (!supervisor->is_ending) {
				reload(supervisor);
			}
			break;
		case SIGUSR1:
			if (!supervisor->is_ending) {
				rekey(supervisor);
			}
			break;
		default:
			if (supervisor->is_ending) {
				kill_all(supervisor);
			} else {
				end_all(supervisor);
			}
		}
	}
}

/* READY=1 once everybody was ready, and after each reload; later deaths are STATUS= only. */
static void tell_service_manager(Supervisor *supervisor, const HealthFacts *facts)
{
	g_autofree char *text = health_text(facts);
	bool is_ready = !supervisor->is_ending;

	for (int i = 0; i < _STAGE_N; i++) {
		is_ready = is_ready && supervisor->stages[i].was_ever_ready;
	}
	if (is_ready && !supervisor->told_ready) {
		notify_send(supervisor->world.notify, "READY=1");
		supervisor->told_ready = true;
	}
	if (g_strcmp0(text, supervisor->told_text) != 0) {
		notify_send(supervisor->world.notify, "STATUS=%s", text);
		g_free(supervisor->told_text);
		supervisor->told_text = g_steal_pointer(&text);
		supervisor->health_due_usec = 0;
	}
}

static void tell(Supervisor *supervisor, gint64 now_usec)
{
	const char *problem = supervisor->reload_problem != NULL
				      ? supervisor->reload_problem
				      : notary_problem(supervisor->world.notary);
	HealthFacts facts = {supervisor->stages, _STAGE_N, problem, supervisor->is_ending,
			     supervisor->world.fetcher};
	gint64 watchdog_usec = notify_watchdog_usec(supervisor->world.notify);

	tell_service_manager(supervisor, &facts);
	if (now_usec >= supervisor->health_due_usec) {
		char *line = health_line(&facts);

		stage_health_write(supervisor->world.health, line);
		free(line);
		supervisor->health_due_usec = now_usec + HEALTH_EVERY_USEC;
	}
	if (watchdog_usec > 0 && now_usec >= supervisor->watchdog_due_usec) {
		notify_send(supervisor->world.notify, "WATCHDOG=1");
		supervisor->watchdog_due_usec = now_usec + watchdog_usec;
	}
}

static int wait_ms(const Supervisor *supervisor, gint64 now_usec)
{
	gint64 due = supervisor->health_due_usec;

	if (notify_watchdog_usec(supervisor->world.notify) > 0) {
		due = MIN(due, supervisor->watchdog_due_usec);
	}
	if (supervisor->world.canary->line != NULL && supervisor->world.canary->pid == 0) {
		due = MIN(due, supervisor->world.canary->due_usec);
	}
	due = MIN(due, notary_due(supervisor->world.notary));
	due = MIN(due, fetcher_due(supervisor->world.fetcher));
	for (int i = 0; i < _STAGE_N; i++) {
		due = MIN(due, supervisor->stages[i].due_usec);
	}
	return (int)CLAMP((due - now_usec + 999) / 1000, 0, G_MAXINT);
}

static void hear(Supervisor *supervisor, StageProcess *stage)
{
	stage_process_hear(stage);
	if (stage->wants_fetch) {
		stage->wants_fetch = false;
		fetcher_ask(supervisor->world.fetcher, clock_mono_usec());
	}
}

static void wait_for_something(Supervisor *supervisor)
{
	struct pollfd polled[_STAGE_N + 1] = {{supervisor->signals, POLLIN, 0}};

	for (int i = 0; i < _STAGE_N; i++) {
		polled[i + 1] = (struct pollfd){supervisor->stages[i].lifeline, POLLIN, 0};
	}
	if (poll(polled, G_N_ELEMENTS(polled), wait_ms(supervisor, clock_mono_usec())) <= 0) {
		return;
	}
	for (int i = 0; i < _STAGE_N; i++) {
		if (polled[i + 1].revents != 0) {
			hear(supervisor, &supervisor->stages[i]);
			supervisor->health_due_usec = 0;
		}
	}
	if (polled[0].revents != 0) {
		take_signals(supervisor);
		supervisor->health_due_usec = 0;
	}
}

/* What the relay publishes with its heartbeats. */
static void sign_head(Supervisor *supervisor, gint64 now_usec)
{
	const char *checkpoint = notary_tick(supervisor->world.notary, now_usec);

	if (checkpoint != NULL &&
	    sheet_keeper_set_checkpoint(&supervisor->keeper, g_strdup(checkpoint))) {
		bell_ring(supervisor->bell_relay);
	}
}

static bool all_down(const Supervisor *supervisor)
{
	for (int i = 0; i < _STAGE_N; i++) {
		if (supervisor->stages[i].pid != 0) {
			return false;
		}
	}
	return true;
}

int supervisor_run(Supervisor *supervisor)
{
	while (!supervisor->is_ending || !all_down(supervisor)) {
		gint64 now = clock_mono_usec();

		for (int i = 0; i < _STAGE_N; i++) {
			stage_process_tick(&supervisor->stages[i], now);
		}
		sign_head(supervisor, now);
		tell(supervisor, now);
		if (!supervisor->is_ending && supervisor->told_ready) {
			canary_tick(supervisor->world.canary, now);
		}
		if (!supervisor->is_ending) {
			fetcher_tick(supervisor->world.fetcher, now);
		}
		wait_for_something(supervisor);
	}
	return supervisor->is_hopeless ? 2 : 0;
}
