/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The life of a stage: see stage-process.h. */
#include "daemon/stage-process.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/stage.h"

#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXIT_USAGE 64

void stage_process_init(StageProcess *stage, const char *name, char *program, GStrv arguments)
{
	*stage = (StageProcess){
		.name = name,
		.program = program,
		.arguments = arguments,
		.is_wanted = true,
		.lifeline = -1,
		.backoff_usec = STAGE_BACKOFF_FIRST_USEC,
	};
	for (int slot = 0; slot < _SPAWN_N; slot++) {
		stage->descriptors[slot] = -1;
	}
}

void stage_process_clear(StageProcess *stage)
{
	fd_close(&stage->lifeline);
	g_clear_pointer(&stage->program, g_free);
	g_clear_pointer(&stage->arguments, g_strfreev);
	g_clear_pointer(&stage->problem, g_free);
}

/* It died, or could not be started: when to try again. */
static void back_off(StageProcess *stage, gint64 now_usec)
{
	stage->state = STAGE_DOWN;
	stage->due_usec = now_usec + stage->backoff_usec;
	stage->backoff_usec = MIN(stage->backoff_usec * 2, STAGE_BACKOFF_LAST_USEC);
	stage->restarts++;
}

static void start(StageProcess *stage, gint64 now_usec)
{
	g_autoptr(GError) error = NULL;
	auto_fd int ours = -1, theirs = -1;
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0) {
		log_error("cannot make a lifeline: %s", g_strerror(errno));
		back_off(stage, now_usec);
		return;
	}
	ours = ends[0];
	theirs = ends[1];
	stage->descriptors[SPAWN_LIFELINE] = theirs;
	if (!spawn_stage(stage->program, (const char *const *)stage->arguments, stage->descriptors,
			 &stage->pid, &error)) {
		log_error("%s", error->message);
		g_free(stage->problem);
		stage->problem = g_strdup(error->message);
		back_off(stage, now_usec);
		return;
	}
	stage->lifeline = fd_steal(&ours);
	stage->state = STAGE_STARTING;
	stage->started_usec = now_usec;
	stage->due_usec = now_usec + STAGE_STEADY_USEC;
}

void stage_process_end(StageProcess *stage, bool again, gint64 now_usec)
{
	stage->is_wanted = again;
	if (stage->pid == 0) {
		stage->due_usec = again ? now_usec : G_MAXINT64;
		return;
	}
	fd_close(&stage->lifeline);
	stage->state = STAGE_ENDING;
	stage->due_usec = now_usec + STAGE_END_USEC;
}

void stage_process_hear(StageProcess *stage)
{
	char word[16];
	ssize_t got = recv(stage->lifeline, word, sizeof(word), MSG_DONTWAIT);

	if (got == 0) {
		/* Not yet dead, but past hearing: SIGCHLD comes soon. */
		fd_close(&stage->lifeline);
	}
	stage->wants_fetch |= got > 0 && memchr(word, STAGE_WORD_FETCH, (size_t)got) != NULL;
	if (got > 0 && memchr(word, 'R', (gsize)got) != NULL && stage->state == STAGE_STARTING) {
		stage->state = STAGE_READY;
		stage->was_ever_ready = true;
		g_clear_pointer(&stage->problem, g_free);
	}
}

static char *describe_death(int status)
{
	if (WIFSIGNALED(status)) {
		return g_strdup_printf("was killed by signal %d (%s)%s", WTERMSIG(status),
				       strsignal(WTERMSIG(status)),
				       WCOREDUMP(status) ? ", core dumped" : "");
	}
	return g_strdup_printf("exited with code %d", WEXITSTATUS(status));
}

static void note_death(StageProcess *stage, int status, gint64 now_usec)
{
	g_autofree char *death = describe_death(status);

	g_free(stage->problem);
	stage->problem =
		g_strdup_printf("reeve-%s (pid %d) %s", stage->name, (int)stage->pid, death);
	stage->is_hopeless =
		!stage->was_ever_ready && WIFEXITED(status) && WEXITSTATUS(status) == EXIT_USAGE;
	if (now_usec - stage->started_usec >= STAGE_STEADY_USEC) {
		stage->backoff_usec = STAGE_BACKOFF_FIRST_USEC;
	}
	log_error("%s; starting it again in %d ms", stage->problem,
		  (int)(stage->backoff_usec / 1000));
	back_off(stage, now_usec);
}

void stage_process_reaped(StageProcess *stage, int status, gint64 now_usec)
{
	if (stage->state == STAGE_ENDING) {
		stage->state = STAGE_DOWN;
		stage->due_usec = stage->is_wanted ? now_usec : G_MAXINT64;
	} else {
		note_death(stage, status, now_usec);
	}
	fd_close(&stage->lifeline);
	stage->pid = 0;
}

void stage_process_tick(StageProcess *stage, gint64 now_usec)
{
	if (now_usec < stage->due_usec) {
		return;
	}
	stage->due_usec = G_MAXINT64;
	switch (stage->state) {
	case STAGE_DOWN:
		if (stage->is_wanted) {
			start(stage, now_usec);
		}
		break;
	case STAGE_STARTING:
	case STAGE_READY:
		stage->backoff_usec = STAGE_BACKOFF_FIRST_USEC;
		break;
	case STAGE_ENDING:
		log_warning("reeve-%s (pid %d) does not end: killing it", stage->name,
			    (int)stage->pid);
		kill(stage->pid, SIGKILL);
		break;
	}
}

const char *stage_process_word(const StageProcess *stage)
{
	switch (stage->state) {
	case STAGE_DOWN:
		return stage->is_wanted ? "restarting" : "stopped";
	case STAGE_STARTING:
		return "running";
	case STAGE_READY:
		return "ready";
	case STAGE_ENDING:
		return "ending";
	}
	g_assert_not_reached();
}
