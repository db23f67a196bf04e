/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The keeper of reeve-lens: src/lens/keeper.c, in a child, with workers of this test that do what
 * their question says: answer, hang, crash, talk too much.
 */
#include "lens/keeper.h"

#include "base/fd.h"
#include "change/lens-frame.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define FOREVER_USEC (120 * G_USEC_PER_SEC)
#define MOMENT_USEC (50 * 1000)

static void tell(int socket, SettingsReading reading, bool is_worn)
{
	g_autoptr(GPtrArray) settings =
		g_ptr_array_new_with_free_func((GDestroyNotify)setting_free);
	Setting *setting = g_new0(Setting, 1);
	LensAnswer answer = {reading, false, is_worn, settings};
	g_autoptr(GBytes) frame = NULL;

	/* who it is */
	setting->name = g_strdup("pid");
	setting->after = g_strdup_printf("%d", (int)getpid());
	g_ptr_array_add(settings, setting);
	frame = lens_frame_answer(&answer);
	lens_frame_send(socket, frame, G_MAXINT64);
}

static void do_as_told(int socket, const char *what)
{
	static const char too_much[] = {0x7f, 0, 0, 0, 1, 2, 3};
	ssize_t put = 0;

	if (strcmp(what, "hang") == 0) {
		pause();
	} else if (strcmp(what, "crash") == 0) {
		_exit(1);
	} else if (strcmp(what, "overflow") == 0) {
		put = write(socket, too_much, sizeof(too_much));
		pause();
	} else if (strcmp(what, "half") == 0) {
		put = write(socket, "\0\0\0\x08\0", 5);
		_exit(0);
	} else if (strcmp(what, "burn") == 0) {
		raise(SIGXCPU);
	} else if (strcmp(what, "leave") == 0) {
		tell(socket, READING_DONE, false);
		_exit(0);
	}
	(void)put;
	tell(socket, READING_DONE, strcmp(what, "worn") == 0);
}

static void work(void *context, int socket)
{
	const struct rlimit none = {0};

	setrlimit(RLIMIT_CORE, &none);
	for (;;) {
		g_autoptr(GBytes) body = NULL;
		g_auto(LensQuestion) question = {0};

		if (lens_frame_receive(socket, LENS_MAX_QUESTION, G_MAXINT64, &body) !=
			    LENS_WIRE_OK ||
		    !lens_frame_parse_question(body, &question)) {
			_exit(0);
		}
		do_as_told(socket, question.lens);
	}
}

typedef struct {
	pid_t keeper;
	int socket;
} Talk;

static Talk begin(gint64 patience_usec)
{
	KeeperPlan plan = {.patience_usec = patience_usec, .work = work};
	Talk talk;
	int ends[2];

	g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends),
			==, 0);
	talk.keeper = fork();
	if (talk.keeper == 0) {
		fd_close(&ends[0]);
		keeper_run(&plan, ends[1]);
		_exit(0);
	}
	fd_close(&ends[1]);
	talk.socket = ends[0];
	return talk;
}

/* It ends when we are gone. */
static void end(Talk *talk)
{
	int status;

	fd_close(&talk->socket);
	g_assert_cmpint(waitpid(talk->keeper, &status, 0), ==, talk->keeper);
	g_assert_true(WIFEXITED(status));
}

/* Returns who has answered; 0: the keeper itself. */
static int ask(Talk *talk, const char *what, SettingsReading expected)
{
	g_autoptr(GBytes) version = g_bytes_new_static("x", 1);
	LensQuestion question = {(char *)what, version, version};
	g_autoptr(GBytes) frame = lens_frame_question(&question);
	g_autoptr(GBytes) body = NULL;
	g_auto(LensAnswer) answer = {0};

	g_assert_cmpint(lens_frame_send(talk->socket, frame, G_MAXINT64), ==, LENS_WIRE_OK);
	g_assert_cmpint(lens_frame_receive(talk->socket, LENS_MAX_ANSWER, G_MAXINT64, &body), ==,
			LENS_WIRE_OK);
	g_assert_true(lens_frame_parse_answer(body, &answer));
	g_assert_cmpint(answer.reading, ==, expected);
	return answer.settings->len == 0
		       ? 0
		       : atoi(((const Setting *)answer.settings->pdata[0])->after);
}

static void test_same_worker(void)
{
	Talk talk = begin(FOREVER_USEC);
	int worker = ask(&talk, "answer", READING_DONE);

	g_assert_cmpint(worker, !=, 0);
	g_assert_cmpint(worker, !=, (int)talk.keeper);
	g_assert_cmpint(ask(&talk, "answer", READING_DONE), ==, worker);
	end(&talk);
}

static void test_deaths(void)
{
	static const struct {
		const char *what;
		SettingsReading reading;
	} rows[] = {
		{"crash", READING_DIED},
		{"overflow", READING_DIED},
		{"half", READING_DIED},
		{"burn", READING_SLOW},
	};
	Talk talk = begin(FOREVER_USEC);

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		int worker = ask(&talk, "answer", READING_DONE);

		g_assert_cmpint(ask(&talk, rows[i].what, rows[i].reading), ==, 0);
		g_assert_cmpint(ask(&talk, "answer", READING_DONE), !=, worker);
	}
	end(&talk);
}

static void test_hang(void)
{
	Talk talk = begin(MOMENT_USEC);

	g_assert_cmpint(ask(&talk, "hang", READING_SLOW), ==, 0);
	g_assert_cmpint(ask(&talk, "hang", READING_SLOW), ==, 0);
	end(&talk);
}

/* One that goes while nobody asks costs nobody an answer. */
static void test_idle_death(void)
{
	Talk talk = begin(FOREVER_USEC);
	int worker = ask(&talk, "answer", READING_DONE);

	kill(worker, SIGKILL);
	/* (a zombie until the keeper looks; before that, a process) */
	while (kill(worker, 0) == 0) {
		g_autofree char *path = g_strdup_printf("/proc/%d/stat", worker);
		g_autofree char *stat = NULL;

		if (!g_file_get_contents(path, &stat, NULL, NULL) || strstr(stat, ") Z ")) {
			break;
		}
		g_usleep(1000);
	}
	g_assert_cmpint(ask(&talk, "answer", READING_DONE), !=, worker);
	end(&talk);
}

static void test_worn(void)
{
	Talk talk = begin(FOREVER_USEC);
	int worker = ask(&talk, "worn", READING_DONE);

	g_assert_cmpint(ask(&talk, "answer", READING_DONE), !=, worker);
	end(&talk);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	signal(SIGPIPE, SIG_IGN);
	g_test_add_func("/keeper/same-worker", test_same_worker);
	g_test_add_func("/keeper/deaths", test_deaths);
	g_test_add_func("/keeper/hang", test_hang);
	g_test_add_func("/keeper/idle-death", test_idle_death);
	g_test_add_func("/keeper/worn", test_worn);
	return g_test_run();
}
