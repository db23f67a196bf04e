/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What judge and reeve-lens say to each other: src/change/lens-frame.c. */
#include "change/lens-frame.h"

#include "base/fd.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LENGTH_BYTES 4

static GBytes *body_of(GBytes *frame)
{
	return g_bytes_new_from_bytes(frame, LENGTH_BYTES, g_bytes_get_size(frame) - LENGTH_BYTES);
}

static GBytes *some_question(void)
{
	g_autoptr(GBytes) after = g_bytes_new_static("a\0b", 3);
	LensQuestion question = {(char *)"Hosts.lns", NULL, after};

	return lens_frame_question(&question);
}

static void add(GPtrArray *settings, const char *name, const char *before, const char *after)
{
	Setting *setting = g_new0(Setting, 1);

	*setting = (Setting){g_strdup(name), g_strdup(before), g_strdup(after)};
	g_ptr_array_add(settings, setting);
}

static GBytes *some_answer(void)
{
	g_autoptr(GPtrArray) settings =
		g_ptr_array_new_with_free_func((GDestroyNotify)setting_free);
	LensAnswer answer = {READING_DONE, false, true, settings};

	add(settings, "a", NULL, "");
	add(settings, "b", "x", NULL);
	return lens_frame_answer(&answer);
}

static void test_question(void)
{
	g_autoptr(GBytes) frame = some_question();
	g_autoptr(GBytes) body = body_of(frame);
	g_auto(LensQuestion) question = {0};

	g_assert_true(lens_frame_parse_question(body, &question));
	g_assert_cmpstr(question.lens, ==, "Hosts.lns");
	g_assert_null(question.before);
	g_assert_cmpuint(g_bytes_get_size(question.after), ==, 3);
}

static void test_empty_is_not_absent(void)
{
	g_autoptr(GBytes) empty = g_bytes_new(NULL, 0);
	LensQuestion asked = {(char *)"Hosts.lns", empty, empty};
	g_autoptr(GBytes) frame = lens_frame_question(&asked);
	g_autoptr(GBytes) body = body_of(frame);
	g_auto(LensQuestion) question = {0};

	g_assert_true(lens_frame_parse_question(body, &question));
	g_assert_nonnull(question.before);
	g_assert_nonnull(question.after);
}

static void test_answer(void)
{
	g_autoptr(GBytes) frame = some_answer();
	g_autoptr(GBytes) body = body_of(frame);
	g_auto(LensAnswer) answer = {0};
	const Setting *setting;

	g_assert_true(lens_frame_parse_answer(body, &answer));
	g_assert_cmpint(answer.reading, ==, READING_DONE);
	g_assert_false(answer.is_same);
	g_assert_true(answer.is_worn);
	g_assert_cmpuint(answer.settings->len, ==, 2);
	setting = answer.settings->pdata[0];
	g_assert_cmpstr(setting->name, ==, "a");
	g_assert_null(setting->before);
	g_assert_cmpstr(setting->after, ==, "");
}

/* A byte too few or too many, wherever it is. */
static void test_cut(void)
{
	GBytes *frames[] = {some_question(), some_answer()};
	LensQuestion question;
	LensAnswer answer;

	for (gsize size = 0; size < g_bytes_get_size(frames[0]) - LENGTH_BYTES; size++) {
		g_autoptr(GBytes) cut = g_bytes_new_from_bytes(frames[0], LENGTH_BYTES, size);

		g_assert_false(lens_frame_parse_question(cut, &question));
	}
	for (gsize size = 0; size < g_bytes_get_size(frames[1]) - LENGTH_BYTES; size++) {
		g_autoptr(GBytes) cut = g_bytes_new_from_bytes(frames[1], LENGTH_BYTES, size);
		/* (an answer may end where a setting does) */
		bool is_whole = size == 8 || size == 8 + 4 + 1 + 4 + 4;

		g_assert_cmpint(lens_frame_parse_answer(cut, &answer), ==, is_whole);
		if (is_whole) {
			lens_answer_clear(&answer);
		}
	}
	for (guint i = 0; i < 2; i++) {
		gsize size;
		const guint8 *data = g_bytes_get_data(frames[i], &size);
		g_autofree guint8 *longer = g_malloc0(size + 1);
		g_autoptr(GBytes) body = NULL;

		memcpy(longer, data + LENGTH_BYTES, size - LENGTH_BYTES);
		body = g_bytes_new(longer, size - LENGTH_BYTES + 1);
		g_assert_false(i == 0 ? lens_frame_parse_question(body, &question)
				      : lens_frame_parse_answer(body, &answer));
	}
	g_bytes_unref(frames[0]);
	g_bytes_unref(frames[1]);
}

/* What contradicts itself is believed by nobody: the same, and yet settings that differ. */
static void test_nonsense(void)
{
	static const LensAnswer answers[] = {
		{READING_NONE, false, false, NULL},
		{READING_STOPPED, true, false, NULL},
	};
	g_autoptr(GPtrArray) settings =
		g_ptr_array_new_with_free_func((GDestroyNotify)setting_free);
	LensAnswer same = {READING_DONE, true, false, settings};

	add(settings, "a", "b", "c");
	for (guint i = 0; i < G_N_ELEMENTS(answers) + 1; i++) {
		g_autoptr(GBytes) frame =
			lens_frame_answer(i < G_N_ELEMENTS(answers) ? &answers[i] : &same);
		g_autoptr(GBytes) body = body_of(frame);
		LensAnswer answer;

		g_assert_false(lens_frame_parse_answer(body, &answer));
	}
}

/* More than an answer may hold is left out, and long values are cut between two characters. */
static void test_limits(void)
{
	g_autoptr(GPtrArray) settings =
		g_ptr_array_new_with_free_func((GDestroyNotify)setting_free);
	LensAnswer told = {READING_DONE, false, false, settings};
	g_autofree char *text = g_strnfill(LENS_MAX_TEXT_BYTES - 1, 'x');
	g_autofree char *longer = g_strconcat(text, "\xc3\xa4", "tail", NULL);
	g_autoptr(GBytes) frame = NULL, body = NULL;
	g_auto(LensAnswer) answer = {0};

	for (guint i = 0; i < LENS_MAX_SETTINGS + 10; i++) {
		add(settings, "name", longer, longer);
	}
	frame = lens_frame_answer(&told);
	body = body_of(frame);
	g_assert_cmpuint(g_bytes_get_size(frame), <=, LENS_MAX_ANSWER);
	g_assert_true(lens_frame_parse_answer(body, &answer));
	g_assert_cmpuint(answer.settings->len, >, 100);
	g_assert_cmpstr(((const Setting *)answer.settings->pdata[0])->before, ==, text);
}

static void test_wire(void)
{
	g_autoptr(GBytes) frame = some_answer();
	g_autoptr(GBytes) body = NULL;
	int ends[2];

	g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends),
			==, 0);
	g_assert_cmpint(lens_frame_send(ends[0], frame, G_MAXINT64), ==, LENS_WIRE_OK);
	g_assert_cmpint(lens_frame_receive(ends[1], LENS_MAX_ANSWER, G_MAXINT64, &body), ==,
			LENS_WIRE_OK);
	g_assert_cmpuint(g_bytes_get_size(body) + LENGTH_BYTES, ==, g_bytes_get_size(frame));
	g_clear_pointer(&body, g_bytes_unref);
	/* nothing comes; too much is announced; the other one goes in the middle */
	g_assert_cmpint(lens_frame_receive(ends[1], LENS_MAX_ANSWER, 0, &body), ==, LENS_WIRE_LATE);
	g_assert_cmpint(write(ends[0], "\xff\xff\xff\xff", LENGTH_BYTES), ==, LENGTH_BYTES);
	g_assert_cmpint(lens_frame_receive(ends[1], LENS_MAX_ANSWER, G_MAXINT64, &body), ==,
			LENS_WIRE_BAD);
	g_assert_cmpint(write(ends[0], "\0\0\0\x09xx", 6), ==, 6);
	fd_close(&ends[0]);
	g_assert_cmpint(lens_frame_receive(ends[1], LENS_MAX_ANSWER, G_MAXINT64, &body), ==,
			LENS_WIRE_END);
	g_assert_null(body);
	fd_close(&ends[1]);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/lens-frame/question", test_question);
	g_test_add_func("/lens-frame/empty", test_empty_is_not_absent);
	g_test_add_func("/lens-frame/answer", test_answer);
	g_test_add_func("/lens-frame/cut", test_cut);
	g_test_add_func("/lens-frame/nonsense", test_nonsense);
	g_test_add_func("/lens-frame/limits", test_limits);
	g_test_add_func("/lens-frame/wire", test_wire);
	return g_test_run();
}
