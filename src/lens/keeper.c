/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keeper of reeve-lens: see keeper.h. */
#include "lens/keeper.h"

#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "change/lens-frame.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct {
	const KeeperPlan *plan;
	int judge;
	pid_t worker; /* 0: none */
	int socket;   /* of the worker; -1: none */
} Keeper;

/*
 * The worker's life
 */

/* Returns how it died. */
static int end_worker(Keeper *keeper)
{
	int status = 0;

	if (keeper->worker != 0) {
		kill(keeper->worker, SIGKILL);
		while (waitpid(keeper->worker, &status, 0) < 0 && errno == EINTR) {
		}
	}
	fd_close(&keeper->socket);
	keeper->worker = 0;
	return status;
}

static bool has_died(const Keeper *keeper)
{
	siginfo_t info = {0};

	return keeper->worker != 0 &&
	       waitid(P_PID, (id_t)keeper->worker, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
	       info.si_pid == keeper->worker;
}

static bool start_worker(Keeper *keeper)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) < 0) {
		return false;
	}
	keeper->worker = fork();
	if (keeper->worker == 0) {
		fd_close(&keeper->judge);
		fd_close(&ends[0]);
		keeper->plan->work(keeper->plan->context, ends[1]);
		_exit(0);
	}
	fd_close(&ends[1]);
	keeper->socket = ends[0];
	if (keeper->worker < 0) {
		keeper->worker = 0;
		fd_close(&keeper->socket);
		return false;
	}
	return true;
}

/*
 * One question
 */

static GBytes *plain_answer(SettingsReading reading)
{
	LensAnswer answer = {.reading = reading};

	return lens_frame_answer(&answer);
}

/* The limit of the processor's time is a matter of slowness, everything else one of death. */
static GBytes *answer_for_the_dead(Keeper *keeper, LensWire wire)
{
	int status = end_worker(keeper);
	bool was_slow =
		wire == LENS_WIRE_LATE || (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU);

	log_warning("the worker was ended: %s",
		    was_slow ? "it took too long" : "it died or said what is no answer");
	return plain_answer(was_slow ? READING_SLOW : READING_DIED);
}

static GBytes *ask_worker(Keeper *keeper, GBytes *question)
{
	gint64 until_usec = clock_mono_usec() + keeper->plan->patience_usec;
	g_autoptr(GBytes) body = NULL;
	g_auto(LensAnswer) answer = {0};
	LensWire wire = lens_frame_send(keeper->socket, question, until_usec);

	if (wire == LENS_WIRE_OK) {
		wire = lens_frame_receive(keeper->socket, LENS_MAX_ANSWER, until_usec, &body);
	}
	if (wire != LENS_WIRE_OK || !lens_frame_parse_answer(body, &answer)) {
		return answer_for_the_dead(keeper, wire);
	}
	if (answer.is_worn) {
		end_worker(keeper);
	}
	return lens_frame_answer(&answer);
}

/* The frame is sent on as it came, its length with it. */
static GBytes *frame_of(GBytes *body)
{
	gsize size;
	const void *data = g_bytes_get_data(body, &size);
	guint32 length = GUINT32_TO_BE((guint32)size);
	GByteArray *frame = g_byte_array_sized_new((guint)size + 4u);

	g_byte_array_append(frame, (const guint8 *)&length, sizeof(length));
	g_byte_array_append(frame, data, (guint)size);
	return g_byte_array_free_to_bytes(frame);
}

static bool serve_one(Keeper *keeper)
{
	g_autoptr(GBytes) body = NULL;
	g_autoptr(GBytes) question = NULL;
	g_autoptr(GBytes) answer = NULL;

	if (lens_frame_receive(keeper->judge, LENS_MAX_QUESTION, G_MAXINT64, &body) !=
	    LENS_WIRE_OK) {
		return false;
	}
	if (has_died(keeper)) {
		end_worker(keeper);
	}
	question = frame_of(body);
	answer = keeper->worker != 0 || start_worker(keeper) ? ask_worker(keeper, question)
							     : plain_answer(READING_AWAY);
	return lens_frame_send(keeper->judge, answer, G_MAXINT64) == LENS_WIRE_OK;
}

void keeper_run(const KeeperPlan *plan, int judge)
{
	Keeper keeper = {.plan = plan, .judge = judge, .socket = -1};

	signal(SIGPIPE, SIG_IGN);
	fcntl(judge, F_SETFL, fcntl(judge, F_GETFL) | O_NONBLOCK);
	while (serve_one(&keeper)) {
	}
	end_worker(&keeper);
}
