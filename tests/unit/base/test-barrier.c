/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/barrier.h"
#include "base/fd.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* Two processes see one page. */
static void test_shared(void)
{
	auto_fd int fd = barrier_new(NULL);
	Barrier *page = barrier_map(fd, NULL);
	int status;
	pid_t pid;

	g_assert_nonnull(page);
	g_assert_cmpint(page->asked, ==, 0);
	pid = fork();
	if (pid == 0) {
		Barrier *other = barrier_map(fd, NULL);

		strcpy(other->commit, "c0ffee");
		other->done = 7;
		_exit(0);
	}
	g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
	g_assert_cmpint(page->done, ==, 7);
	g_assert_cmpstr(page->commit, ==, "c0ffee");
	munmap(page, sizeof(*page));
}

/* Nobody can cut the page away under the other's feet (SIGBUS). */
static void test_sealed(void)
{
	auto_fd int fd = barrier_new(NULL);

	g_assert_cmpint(ftruncate(fd, 0), ==, -1);
	g_assert_cmpint(ftruncate(fd, 1 << 20), ==, -1);
}

static void test_no_page(void)
{
	g_autoptr(GError) error = NULL;

	g_assert_null(barrier_map(-1, &error));
	g_assert_error(error, REEVE_ERROR, REEVE_ERROR_IO);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/barrier/shared", test_shared);
	g_test_add_func("/barrier/sealed", test_sealed);
	g_test_add_func("/barrier/none", test_no_page);
	return g_test_run();
}
