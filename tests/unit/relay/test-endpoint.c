/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Endpoints: addresses, and the sockets that listen there. */
#include "relay/endpoint.h"

#include "base/fd.h"

#include <glib/gstdio.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define NINETY                                                                                     \
	"1234567890123456789012345678901234567890123456789012345678901234567890123456789012345678" \
	"90"

static void test_paths(void)
{
	static const struct {
		const char *url, *path, *says;
	} cases[] = {
		{"ipc:///run/reeve/live", "/run/reeve/live", NULL},
		{"ipc:///" NINETY "1234567890123456", "/" NINETY "1234567890123456", NULL},
		{"ipc:///" NINETY "12345678901234567", NULL, "107"},
		{"ipc://live", NULL, "ipc:///"},
		{"ipc://*", NULL, "ipc:///"},
		{"ipc://@abstract", NULL, "ipc:///"},
		{"inproc://x", NULL, "ipc:///"},
		{"/run/reeve/live", NULL, "ipc:///"},
		{"", NULL, "ipc:///"},
		{"udp://\x1b[2J", NULL, "\\x1b"},
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;

		g_assert_cmpstr(endpoint_path(cases[i].url, &error), ==, cases[i].path);
		if (cases[i].says != NULL) {
			g_assert_nonnull(strstr(error->message, cases[i].says));
		}
	}
}

static void test_addresses(void)
{
	static const struct {
		const char *url;
		int family; /* 0: refused */
		guint16 port;
	} cases[] = {
		{"tcp://127.0.0.1:5555", AF_INET, 5555},
		{"tcp://*:1", AF_INET, 1},
		{"tcp://[::1]:65535", AF_INET6, 65535},
		{"tcp://*:0", 0, 0},
		{"tcp://*:65536", 0, 0},
		{"tcp://*:+1", 0, 0},
		{"tcp://localhost:5555", 0, 0},
		{"tcp://::1:5555", 0, 0},
		{"tcp://[::1:5555", 0, 0},
		{"tcp://:5555", 0, 0},
		{"tcp://127.0.0.1", 0, 0},
		{"tcp://", 0, 0},
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		struct sockaddr_storage address;
		bool ok = endpoint_address(cases[i].url, &address, &error);

		g_test_message("%s", cases[i].url);
		g_assert_cmpint(ok, ==, cases[i].family != 0);
		g_assert_true(endpoint_is_network(cases[i].url));
		if (ok) {
			g_assert_cmpint(address.ss_family, ==, cases[i].family);
			g_assert_cmpuint(ntohs(((struct sockaddr_in *)&address)->sin_port), ==,
					 cases[i].port);
		}
	}
	g_assert_false(endpoint_is_network("ipc:///tcp://"));
}

static bool connects(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	auto_fd int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	g_strlcpy(address.sun_path, path, sizeof(address.sun_path));
	return connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
}

static void test_listens_and_replaces(void)
{
	g_autofree char *dir = g_dir_make_tmp("reeve-ep-XXXXXX", NULL);
	g_autofree char *path = g_build_filename(dir, "live", NULL);
	g_autofree char *url = g_strconcat("ipc://", path, NULL);
	const char *const urls[] = {url, NULL};
	struct stat st;

	/* twice: the second finds the socket of the first, which nobody removed */
	for (guint i = 0; i < 2; i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(GPtrArray) endpoints = endpoints_listen(urls, -1, &error);

		g_assert_no_error(error);
		g_assert_cmpuint(endpoints->len, ==, 1);
		g_assert_cmpint(lstat(path, &st), ==, 0);
		g_assert_true(S_ISSOCK(st.st_mode));
		g_assert_cmpuint(st.st_mode & 07777, ==, 0660);
		g_assert_true(connects(path));
	}
	g_assert_false(connects(path));
	g_unlink(path);
	g_rmdir(dir);
}

static void test_leaves_other_files_alone(void)
{
	g_autofree char *dir = g_dir_make_tmp("reeve-ep-XXXXXX", NULL);
	g_autofree char *path = g_build_filename(dir, "live", NULL);
	g_autofree char *url = g_strconcat("ipc://", path, NULL);
	const char *const urls[] = {url, NULL};
	g_autoptr(GError) error = NULL;

	g_assert_true(g_file_set_contents(path, "mine", -1, NULL));
	g_assert_null(endpoints_listen(urls, -1, &error));
	g_assert_error(error, REEVE_ERROR, REEVE_ERROR_DENIED);
	g_assert_true(g_file_test(path, G_FILE_TEST_IS_REGULAR));
	g_unlink(path);
	g_assert_cmpint(symlink("/nowhere", path), ==, 0);
	g_assert_null(endpoints_listen(urls, -1, NULL));
	g_assert_true(g_file_test(path, G_FILE_TEST_IS_SYMLINK));
	g_unlink(path);
	g_rmdir(dir);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/relay/endpoint/paths", test_paths);
	g_test_add_func("/endpoint/addresses", test_addresses);
	g_test_add_func("/relay/endpoint/listens", test_listens_and_replaces);
	g_test_add_func("/relay/endpoint/others", test_leaves_other_files_alone);
	return g_test_run();
}
