/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/fd.h"
#include "daemon/users.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static void test_kept(void)
{
	UsersKept kept = {61184, 65519, 62000, 62001}, again;
	g_autofree char *text = users_kept_format(&kept);

	g_assert_cmpstr(text, ==, "judge 61184\nrelay 65519\nreaders 62000\nfetch 62001\n");
	/* kept before there was a fetcher */
	g_assert_true(users_kept_parse("judge 61184\nrelay 65519\nreaders 62000\n", &again));
	g_assert_cmpint(again.fetch, ==, 0);
	g_assert_true(users_kept_parse(text, &again));
	g_assert_cmpmem(&kept, sizeof(kept), &again, sizeof(again));
}

/* Root would become these: nothing but our own range, three different ones, exactly this form. */
static void test_kept_refused(void)
{
	static const char *const bad[] = {
		"",
		"judge 0\nrelay 61185\nreaders 61186\n",
		"judge 61183\nrelay 61185\nreaders 61186\n",
		"judge 61184\nrelay 65520\nreaders 61186\n",
		"judge 61184\nrelay 61184\nreaders 61186\n",
		"judge 61184\nrelay 61185\nreaders 61184\n",
		"judge 61184\nrelay 61185\n",
		"judge 61184\nrelay 61185\nreaders 61186",
		"judge  61184\nrelay 61185\nreaders 61186\n",
		"judge 61184\nrelay 61185\nreaders 61186\nmore\n",
		"judge 061184\nrelay 61185\nreaders 61186\n",
		"judge 61184\nrelay 61185\nreaders 61186\nfetch 61186\n",
		"judge 61184\nrelay 61185\nreaders 61186\nfetch 0\n",
		"judge -61184\nrelay 61185\nreaders 61186\n",
	};

	for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
		UsersKept kept;

		g_assert_false(users_kept_parse(bad[i], &kept));
	}
}

/* The same numbers at every start; others when the file is damaged. */
static void test_find(void)
{
	g_autofree char *folder = g_dir_make_tmp("reeve-users-XXXXXX", NULL);
	g_autofree char *file = g_build_filename(folder, "uids", NULL);
	auto_fd int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	Users first, second, third;
	g_autoptr(GError) error = NULL;

	users_find(&first, fd, &error);
	g_assert_no_error(error);
	g_assert_true(users_find(&second, fd, NULL));
	g_assert_cmpmem(&first, sizeof(first), &second, sizeof(second));
	if (geteuid() == 0) {
		g_assert_cmpint(first.judge_uid, >, 0);
		g_assert_cmpint(first.relay_uid, >, 0);
		g_assert_cmpint(first.judge_uid, !=, first.relay_uid);
		g_assert_cmpint(first.readers_gid, !=, first.judge_gid);
		g_assert_true(g_file_set_contents(file, "judge 0\n", -1, NULL));
		g_assert_true(users_find(&third, fd, NULL));
		g_assert_cmpint(third.judge_uid, >, 0);
	} else {
		g_assert_cmpint(first.judge_uid, ==, -1);
		g_assert_cmpint(first.readers_gid, ==, -1);
	}
	g_unlink(file);
	g_rmdir(folder);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/users/kept", test_kept);
	g_test_add_func("/users/kept-refused", test_kept_refused);
	g_test_add_func("/users/find", test_find);
	return g_test_run();
}
