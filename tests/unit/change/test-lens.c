/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The judge's end of reeve-lens: src/change/lens.c. The other end is this test, which has said its
 * answer before it is asked.
 */
#include "change/lens.h"

#include "base/fd.h"
#include "change/lens-frame.h"
#include "change/lens-table.h"

#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct {
	Lens *lens;
	int other;
	GBytes *before, *after;
	GPtrArray *settings;
	bool is_same;
} Talk;

static void begin(Talk *talk)
{
	int ends[2];

	g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends),
			==, 0);
	*talk = (Talk){.lens = lens_new(ends[0]),
		       .other = ends[1],
		       .before = g_bytes_new_static("a\n", 2),
		       .after = g_bytes_new_static("b\n", 2),
		       .settings = g_ptr_array_new_with_free_func((GDestroyNotify)setting_free)};
}

static void end(Talk *talk)
{
	lens_free(talk->lens);
	fd_close(&talk->other);
	g_bytes_unref(talk->before);
	g_bytes_unref(talk->after);
	g_ptr_array_unref(talk->settings);
}

static void say(Talk *talk, SettingsReading reading, bool is_same)
{
	LensAnswer answer = {.reading = reading, .is_same = is_same};
	g_autoptr(GBytes) frame = lens_frame_answer(&answer);

	g_assert_cmpint(lens_frame_send(talk->other, frame, G_MAXINT64), ==, LENS_WIRE_OK);
}

static SettingsReading ask(Talk *talk, const char *path)
{
	return lens_compare(talk->lens, path, talk->before, talk->after, talk->settings,
			    &talk->is_same);
}

static void test_answers(void)
{
	Talk talk;
	g_autoptr(GBytes) body = NULL;
	g_auto(LensQuestion) question = {0};

	begin(&talk);
	say(&talk, READING_DONE, true);
	g_assert_cmpint(ask(&talk, "/etc/hosts"), ==, READING_DONE);
	g_assert_true(talk.is_same);
	g_assert_cmpint(lens_frame_receive(talk.other, LENS_MAX_QUESTION, G_MAXINT64, &body), ==,
			LENS_WIRE_OK);
	g_assert_true(lens_frame_parse_question(body, &question));
	g_assert_cmpstr(question.lens, ==, "Hosts.lns");
	g_assert_true(g_bytes_equal(question.after, talk.after));
	say(&talk, READING_STOPPED, false);
	g_assert_cmpint(ask(&talk, "/etc/fstab"), ==, READING_STOPPED);
	g_assert_false(talk.is_same);
	end(&talk);
}

/* Nobody is asked for what has no lens, or is too large. */
static void test_not_asked(void)
{
	Talk talk;
	g_autofree char *large = g_malloc0(LENS_MAX_BYTES + 1);

	begin(&talk);
	g_assert_cmpint(ask(&talk, "/etc/nobody-knows"), ==, READING_NO_LENS);
	g_bytes_unref(talk.before);
	talk.before = g_bytes_new(large, LENS_MAX_BYTES + 1);
	g_assert_cmpint(ask(&talk, "/etc/hosts"), ==, READING_LARGE);
	g_assert_true(lens_is_there(talk.lens));
	end(&talk);
}

/* Who says what is no answer is not asked again; nor who has gone. */
static void test_liar(void)
{
	static const char *const lies[] = {"\0\0\0\1x", "\xff\0\0\0",
					   "\0\0\0\x08\0\0\0\1\0\0\0\xff", NULL};
	static const gsize sizes[] = {5, 4, 12, 0};

	for (guint i = 0; i < G_N_ELEMENTS(lies); i++) {
		Talk talk;

		begin(&talk);
		if (lies[i] == NULL) {
			fd_close(&talk.other);
		} else {
			g_assert_cmpint(write(talk.other, lies[i], sizes[i]), ==, (gssize)sizes[i]);
		}
		g_assert_cmpint(ask(&talk, "/etc/hosts"), ==, READING_AWAY);
		g_assert_false(lens_is_there(talk.lens));
		g_assert_cmpint(ask(&talk, "/etc/hosts"), ==, READING_AWAY);
		g_assert_cmpuint(talk.settings->len, ==, 0);
		end(&talk);
	}
}

/* A lens that costs the worker its life is asked once for each commit, the others go on. */
static void test_feared(void)
{
	Talk talk;

	begin(&talk);
	say(&talk, READING_DIED, false);
	say(&talk, READING_DONE, true);
	say(&talk, READING_SLOW, false);
	g_assert_cmpint(ask(&talk, "/etc/hosts"), ==, READING_DIED);
	g_assert_cmpint(ask(&talk, "/etc/hosts"), ==, READING_MANY);
	g_assert_cmpint(ask(&talk, "/etc/fstab"), ==, READING_DONE);
	lens_begin(talk.lens);
	g_assert_cmpint(ask(&talk, "/etc/hosts"), ==, READING_SLOW);
	g_assert_cmpint(ask(&talk, "/etc/hosts"), ==, READING_MANY);
	end(&talk);
}

static void test_budget(void)
{
	Talk talk;
	guint asked = 0;

	begin(&talk);
	do {
		g_autoptr(GBytes) body = NULL;

		say(&talk, READING_DONE, true);
		asked++;
		if (ask(&talk, "/etc/hosts") == READING_MANY) {
			break;
		}
		g_assert_cmpint(
			lens_frame_receive(talk.other, LENS_MAX_QUESTION, G_MAXINT64, &body), ==,
			LENS_WIRE_OK);
	} while (asked < 100000);
	g_assert_cmpuint(asked, <, 100000);
	end(&talk);
}

static void test_table(void)
{
	static const struct {
		const char *path, *lens;
	} rows[] = {
		{"/etc/hosts", "Hosts.lns"},
		{"/etc/pam.d/sshd", "Pam.lns"},
		{"/etc/postgresql/15/main/pg_hba.conf", "Pg_Hba.lns"},
		{"/srv/etc/hosts", NULL},
		{"/etc/hosts.bak", NULL},
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_assert_cmpstr(lens_table_find(rows[i].path), ==, rows[i].lens);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	signal(SIGPIPE, SIG_IGN);
	g_test_add_func("/lens/answers", test_answers);
	g_test_add_func("/lens/not-asked", test_not_asked);
	g_test_add_func("/lens/liar", test_liar);
	g_test_add_func("/lens/feared", test_feared);
	g_test_add_func("/lens/budget", test_budget);
	g_test_add_func("/lens/table", test_table);
	return g_test_run();
}
