/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/fd.h"
#include "base/stage.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static bool parse(StageOptions *options, const GOptionEntry *own, const char *line, GError **error)
{
	g_auto(GStrv) words = g_strsplit(line, " ", -1);
	/* (GOption moves words away: the array is a copy, the words are freed above) */
	g_autofree char **argv = g_memdup2(words, (g_strv_length(words) + 1) * sizeof(char *));
	int argc = (int)g_strv_length(words);

	return stage_options_parse(options, "reeve-test", own, &argc, &argv, error);
}

static void test_full(void)
{
	g_auto(StageOptions) options;
	g_auto(GStrv) watch = NULL;
	const GOptionEntry own[] = {
		{"watch", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &watch, "", "PATH"}, {0}};
	g_autoptr(GError) error = NULL;
	int ends[2];
	g_autofree char *line = NULL;
	char byte = 0;

	g_assert_no_errno(socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	line = g_strdup_printf("x --state /s --runtime /r --user 5 --group 6 --reader-group 7 "
			       "--lifeline %d --watch /a\xff --watch /b",
			       ends[1]);
	parse(&options, own, line, &error);
	g_assert_no_error(error);
	g_assert_cmpstr(options.state_dir, ==, "/s");
	g_assert_cmpstr(options.runtime_dir, ==, "/r");
	g_assert_cmpint(options.user, ==, 5);
	g_assert_cmpint(options.group, ==, 6);
	g_assert_cmpint(options.reader_group, ==, 7);
	g_assert_cmpint(options.bell, ==, -1);
	g_assert_cmpint(options.barrier, ==, -1);
	g_assert_cmpstr(watch[0], ==, "/a\xff");
	g_assert_cmpstr(watch[1], ==, "/b");
	g_assert_cmpint(fcntl(options.lifeline, F_GETFD) & FD_CLOEXEC, ==, FD_CLOEXEC);
	stage_ready(&options);
	g_assert_cmpint(read(ends[0], &byte, 1), ==, 1);
	g_assert_cmpint(byte, ==, 'R');
	fd_close(&ends[0]);
	stage_ready(&options); /* nobody there: no signal, no error */
}

static void test_usage(void)
{
	static const struct {
		const char *line, *says;
	} cases[] = {
		{"x", "--state"},
		{"x --state /s", "--runtime"},
		{"x --state /s --runtime /r more", "more"},
		{"x --state /s --runtime /r --bogus", "--bogus"},
		{"x --state /s --runtime /r --bell 9999", "--bell 9999"},
		{"x --state /s --runtime /r --bell -7", "--bell -7"},
		{"x --state /s --runtime /r --user 5", "--group"},
		{"x --state /s --runtime /r --user none --group 5", "none"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_auto(StageOptions) options;
		g_autoptr(GError) error = NULL;

		g_assert_false(parse(&options, NULL, cases[i].line, &error));
		g_assert_nonnull(error);
		if (strstr(error->message, cases[i].says) == NULL) {
			g_test_message("%s: %s", cases[i].line, error->message);
			g_test_fail();
		}
	}
}

static char *first_line(const char *path)
{
	char *text;

	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	text[strcspn(text, "\n")] = '\0';
	return text;
}

static void test_health(void)
{
	g_autofree char *folder = g_dir_make_tmp("reeve-stage-XXXXXX", NULL);
	g_autofree char *health = g_build_filename(folder, "health", NULL);
	g_autofree char *file = g_build_filename(health, "judge", NULL);
	StageOptions options = {.runtime_dir = folder, .reader_group = -1};
	g_autofree char *longer = NULL, *shorter = NULL;
	g_autoptr(GError) error = NULL;
	auto_fd int fd = -1;
	struct stat st;

	g_assert_cmpint(stage_health_open(&options, "judge", &error), ==, -1);
	g_assert_error(error, REEVE_ERROR, REEVE_ERROR_IO);
	g_assert_no_errno(g_mkdir(health, 0700));
	fd = stage_health_open(&options, "judge", NULL);
	g_assert_no_errno(fstat(fd, &st));
	g_assert_cmpint(st.st_mode & 07777, ==, 0640);
	stage_health_write(fd, "{\"state\":\"starting\"}");
	longer = first_line(file);
	g_assert_cmpstr(longer, ==, "{\"state\":\"starting\"}");
	stage_health_write(fd, "{}");
	shorter = first_line(file);
	g_assert_cmpstr(shorter, ==, "{}");
	g_assert_no_errno(fstat(fd, &st));
	g_assert_cmpint(st.st_size, ==, 3);
	stage_health_write(-1, "{}");
	g_unlink(file);
	g_rmdir(health);
	g_rmdir(folder);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/stage/full", test_full);
	g_test_add_func("/stage/usage", test_usage);
	g_test_add_func("/stage/health", test_health);
	return g_test_run();
}
