/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is signed once is signed for good. */
#include "daemon/notary.h"
#include "base/fd.h"
#include "event/checkpoint.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#define STEP (NOTARY_EVERY_USEC + 1)

typedef struct {
	char *dir;
	int fd;
	Notary *notary;
	gint64 now;
} Office;

static void set_head(Office *office, int seq, char id)
{
	g_autofree char *path = g_build_filename(office->dir, "health", "judge", NULL);
	g_autofree char *head = g_strnfill(EVENT_ID_HEX, id);
	g_autofree char *line = g_strdup_printf("{\"seq\":%d,\"head\":\"%s\"}\ntail", seq, head);

	g_assert_true(g_file_set_contents(path, line, -1, NULL));
}

static void open_office(Office *office)
{
	g_autofree char *health = NULL;

	office->dir = g_dir_make_tmp("reeve-notary-XXXXXX", NULL);
	health = g_build_filename(office->dir, "health", NULL);
	g_assert_cmpint(g_mkdir(health, 0700), ==, 0);
	office->fd = open(office->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	office->notary = notary_new(office->fd, office->dir, "web-1", NULL);
	g_assert_nonnull(office->notary);
	office->now = 1;
}

static void reopen(Office *office)
{
	notary_free(office->notary);
	office->notary = notary_new(office->fd, office->dir, "web-1", NULL);
}

static void close_office(Office *office)
{
	static const char *const files[] = {"health/judge", "health", "host.key", "checkpoint", ""};

	notary_free(office->notary);
	fd_close(&office->fd);
	for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autofree char *path = g_build_filename(office->dir, files[i], NULL);

		g_remove(path);
	}
	g_free(office->dir);
}

/* The number signed last, at the next moment; 0: none. */
static guint64 tick(Office *office)
{
	const char *line = notary_tick(office->notary, office->now);
	g_auto(Checkpoint) checkpoint = {0};

	office->now += STEP;
	if (line == NULL) {
		return 0;
	}
	g_assert_true(checkpoint_parse(&checkpoint, line, strlen(line)));
	g_assert_true(checkpoint_is_signed(&checkpoint));
	return checkpoint.seq;
}

static void test_signs(void)
{
	Office office;
	g_autofree char *key = NULL;
	struct stat st;

	open_office(&office);
	g_assert_cmpuint(tick(&office), ==, 0); /* no judge yet */
	set_head(&office, 3, 'a');
	g_assert_cmpuint(tick(&office), ==, 3);
	set_head(&office, 4, 'b');
	office.now -= STEP; /* the same moment: not yet due */
	g_assert_cmpuint(tick(&office), ==, 3);
	g_assert_cmpuint(tick(&office), ==, 4);
	g_assert_null(notary_problem(office.notary));
	key = g_build_filename(office.dir, "host.key", NULL);
	g_assert_cmpint(stat(key, &st), ==, 0);
	g_assert_cmpuint(st.st_mode & 07777, ==, 0600);
	close_office(&office);
}

static void test_never_twice(void)
{
	Office office;

	open_office(&office);
	set_head(&office, 4, 'a');
	g_assert_cmpuint(tick(&office), ==, 4);
	reopen(&office);
	set_head(&office, 3, 'b');
	g_assert_cmpuint(tick(&office), ==, 4);
	g_assert_nonnull(strstr(notary_problem(office.notary), "no checkpoint"));
	set_head(&office, 4, 'b');
	g_assert_cmpuint(tick(&office), ==, 4);
	g_assert_nonnull(notary_problem(office.notary));
	set_head(&office, 4, 'a');
	g_assert_cmpuint(tick(&office), ==, 4);
	g_assert_null(notary_problem(office.notary));
	close_office(&office);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/notary/signs", test_signs);
	g_test_add_func("/notary/never-twice", test_never_twice);
	return g_test_run();
}
