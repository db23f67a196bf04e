/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When the register is fetched: see fetcher.h. */
#include "daemon/fetcher.h"

#include "base/clock.h"
#include "base/fd.h"
#include "base/io.h"
#include "base/log.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#define FETCHED_MAX_BYTES 64

static gint64 read_fetched(int state_fd)
{
	g_autoptr(GBytes) bytes = io_read_file(state_fd, FETCHED_FILE, FETCHED_MAX_BYTES, NULL);
	g_autofree char *text =
		bytes == NULL ? NULL
			      : g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));

	return text == NULL ? 0 : MAX(g_ascii_strtoll(text, NULL, 10), 0);
}

static void note_fetched(Fetcher *fetcher, gint64 wall_usec)
{
	g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT "\n", wall_usec);
	g_autoptr(GError) error = NULL;

	fetcher->fetched_usec = wall_usec;
	if (!io_replace_file(fetcher->state_fd, FETCHED_FILE, text, strlen(text), 0640, &error)) {
		log_warning("%s: %s", FETCHED_FILE, error->message);
	}
}

static void note_problem(Fetcher *fetcher, char *problem)
{
	if (problem != NULL && g_strcmp0(problem, fetcher->problem) != 0) {
		log_warning("the register: %s", problem);
	}
	if (problem == NULL && fetcher->problem != NULL) {
		log_info("the register is fetched again");
	}
	g_free(fetcher->problem);
	fetcher->problem = problem;
}

/* There from the start, so that the judge finds a folder it may read. */
static void prepare(Fetcher *fetcher)
{
	g_autoptr(GError) error = NULL;

	if (fetcher->plan.remote == NULL || fetcher->is_prepared) {
		return;
	}
	fetcher->is_prepared = fetch_prepare(&fetcher->plan, fetcher->state_fd, &error);
	if (!fetcher->is_prepared) {
		note_problem(fetcher, g_strdup(error->message));
	}
}

void fetcher_init(Fetcher *fetcher, FetchPlan *plan, int state_fd)
{
	*fetcher = (Fetcher){.plan = *plan, .state_fd = state_fd, .said = -1};
	*plan = (FetchPlan){NULL};
	fetcher->fetched_usec = read_fetched(state_fd);
	prepare(fetcher);
}

static void end_fetch(const Fetcher *fetcher)
{
	if (fetcher->pid != 0) {
		kill(-fetcher->pid, SIGKILL);
		kill(fetcher->pid, SIGKILL); /* before it has a group of its own */
	}
}

void fetcher_adopt(Fetcher *fetcher, FetchPlan *plan, gint64 now_usec)
{
	bool is_other = g_strcmp0(fetcher->plan.remote, plan->remote) != 0 ||
			g_strcmp0(fetcher->plan.branch, plan->branch) != 0 ||
			g_strcmp0(fetcher->plan.place, plan->place) != 0;

	if (is_other) {
		end_fetch(fetcher);
		fetcher->is_prepared = false;
		note_problem(fetcher, NULL);
	}
	fetch_plan_clear(&fetcher->plan);
	fetcher->plan = *plan;
	*plan = (FetchPlan){NULL};
	prepare(fetcher);
	fetcher_ask(fetcher, now_usec);
}

void fetcher_clear(Fetcher *fetcher)
{
	end_fetch(fetcher);
	fd_close(&fetcher->said);
	fetch_plan_clear(&fetcher->plan);
	g_clear_pointer(&fetcher->problem, g_free);
}

void fetcher_ask(Fetcher *fetcher, gint64 now_usec)
{
	if (fetcher->pid != 0) {
		fetcher->is_asked = true;
	} else if (fetcher->started_usec == 0) {
		fetcher->due_usec = now_usec;
	} else {
		fetcher->due_usec = MAX(now_usec, fetcher->started_usec + FETCH_PAUSE_USEC);
	}
}

gint64 fetcher_due(const Fetcher *fetcher)
{
	if (fetcher->plan.remote == NULL) {
		return G_MAXINT64;
	}
	if (fetcher->pid == 0) {
		return fetcher->due_usec;
	}
	return fetcher->is_late ? G_MAXINT64 : fetcher->started_usec + FETCH_LIMIT_USEC;
}

static void start(Fetcher *fetcher, gint64 now_usec)
{
	g_autoptr(GError) error = NULL;

	fetcher->started_usec = now_usec;
	fetcher->due_usec = now_usec + fetcher->plan.every_usec;
	fetcher->is_late = false;
	prepare(fetcher);
	if (fetcher->is_prepared &&
	    !fetch_start(&fetcher->plan, &fetcher->pid, &fetcher->said, &error)) {
		note_problem(fetcher, g_strdup(error->message));
	}
}

void fetcher_tick(Fetcher *fetcher, gint64 now_usec)
{
	if (now_usec < fetcher_due(fetcher)) {
		return;
	}
	if (fetcher->pid == 0) {
		start(fetcher, now_usec);
	} else {
		fetcher->is_late = true;
		end_fetch(fetcher);
	}
}

bool fetcher_reaped(Fetcher *fetcher, pid_t pid, int status, gint64 now_usec, gint64 wall_usec)
{
	bool is_done = WIFEXITED(status) && WEXITSTATUS(status) == 0;

	if (pid == 0 || pid != fetcher->pid) {
		return false;
	}
	fetcher->pid = 0;
	if (is_done) {
		note_problem(fetcher, NULL);
		note_fetched(fetcher, wall_usec);
	} else if (fetcher->is_late) {
		note_problem(fetcher, g_strdup("fetching took more than two minutes"));
	} else {
		note_problem(fetcher, fetch_said(fetcher->said));
	}
	fd_close(&fetcher->said);
	if (fetcher->is_asked) {
		fetcher->is_asked = false;
		fetcher_ask(fetcher, now_usec);
	}
	return is_done;
}

char *fetcher_problem(const Fetcher *fetcher)
{
	g_autofree char *shown = NULL, *when = NULL;

	if (fetcher->plan.remote == NULL || fetcher->problem == NULL) {
		return NULL;
	}
	shown = fetch_shown(fetcher->plan.remote);
	when = fetcher->fetched_usec == 0 ? NULL : clock_format(fetcher->fetched_usec);
	return when == NULL
		       ? g_strdup_printf("the register was never fetched from %s: %s", shown,
					 fetcher->problem)
		       : g_strdup_printf("the register cannot be fetched from %s: %s; judging with "
					 "what was fetched at %s",
					 shown, fetcher->problem, when);
}
