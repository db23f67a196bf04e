/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whose turn it is: in line, in time, and only who is still here. */
#include "bridge/duties.h"
#include "base/fd.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define MINUTE G_TIME_SPAN_MINUTE
#define NOW G_GINT64_CONSTANT(1795316645123456) /* 2026-11-22T03:04:05Z */

#define PEOPLE                                                                             \
	"alice:\n"                                                                         \
	"  contacts: [\"mailto:alice@example.org\"]\n"                                     \
	"  valid-before: 2026-11-22T03:20:00Z\n"                                           \
	"  answers: [{paths: [/etc/a], within: 10m, next: [bob, mute, carol]}]\n"          \
	"bob: {contacts: [\"mailto:bob@example.org\", \"mailto:no, address\", \"tel:1\", " \
	"\"mailto:b@example.org\"]}\n"                                                     \
	"mute: {contacts: []}\n"                                                           \
	"carol: {contacts: [\"mailto:carol@example.org\"]}\n"

typedef struct {
	char *folder, *file;
	int fd;
	Roster *roster;
	char *recipients[2];
	Alert alert;
} Case;

static void case_begin(Case *one, gconstpointer data)
{
	one->folder = g_dir_make_tmp("reeve-duties-XXXXXX", NULL);
	one->file = g_build_filename(one->folder, "people.yaml", NULL);
	one->fd = open(one->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	g_assert_true(g_file_set_contents(one->file, PEOPLE, -1, NULL));
	one->roster = roster_new(one->file, NULL);
	g_assert_nonnull(one->roster);
	one->recipients[0] = (char *)"admins@example.org";
	one->alert = (Alert){.host = (char *)"web-1",
			     .path = (char *)"/etc/a",
			     .told = g_ptr_array_new_with_free_func(g_free)};
}

static void case_end(Case *one, gconstpointer data)
{
	roster_free(one->roster);
	g_unlink(one->file);
	unlinkat(one->fd, "a.told", 0);
	g_rmdir(one->folder);
	fd_close(&one->fd);
	g_free(one->folder);
	g_free(one->file);
	g_ptr_array_unref(one->alert.told);
}

/* Whose turn it is at a moment; NULL: nobody's. He is told. */
static char *turn_at(Case *one, gint64 now_usec)
{
	g_auto(Turn) turn = {NULL};

	if (!duties_turn(one->roster, one->recipients, &one->alert, now_usec, &turn)) {
		g_assert_cmpint(turn.again_usec, >, now_usec);
		return NULL;
	}
	g_ptr_array_add(one->alert.told, g_strdup(turn.name));
	one->alert.told_usec = now_usec;
	return g_strdup_printf("%s next=%s", turn.to, turn.next == NULL ? "" : turn.next);
}

static void assert_turn(Case *one, gint64 now_usec, const char *expected)
{
	g_autofree char *turn = turn_at(one, now_usec);

	g_assert_cmpstr(turn, ==, expected);
}

static void test_in_line(Case *one, gconstpointer data)
{
	assert_turn(one, NOW, "alice@example.org next=bob");
	assert_turn(one, NOW + 9 * MINUTE, NULL);
	assert_turn(one, NOW + 10 * MINUTE, "bob@example.org, b@example.org next=carol");
	assert_turn(one, NOW + 19 * MINUTE, NULL);
	assert_turn(one, NOW + 20 * MINUTE, "carol@example.org next=");
	assert_turn(one, NOW + 900 * MINUTE, NULL);
}

static void test_leaving(Case *one, gconstpointer data)
{
	/* she has left: not she, and who is next at once */
	assert_turn(one, NOW + 16 * MINUTE, "bob@example.org, b@example.org next=carol");
	assert_turn(one, NOW + 17 * MINUTE, NULL);
}

static void test_leaving_after_being_told(Case *one, gconstpointer data)
{
	assert_turn(one, NOW + 15 * MINUTE, "alice@example.org next=bob");
	assert_turn(one, NOW + 16 * MINUTE, "bob@example.org, b@example.org next=carol");
}

static void test_nobody(Case *one, gconstpointer data)
{
	one->alert.path = (char *)"/etc/b";
	assert_turn(one, NOW, "admins@example.org next=");
	assert_turn(one, NOW + 900 * MINUTE, NULL);
	/* nor for the host itself: she answers for a path */
	g_ptr_array_set_size(one->alert.told, 0);
	one->alert.path = NULL;
	assert_turn(one, NOW, "admins@example.org next=");
}

static void test_memory(Case *one, gconstpointer data)
{
	g_autoptr(Ledger) ledger = ledger_open(one->fd, "a", NULL);
	json_t *event = json_pack("{s:s, s:{s:s}, s:[{s:s, s:s, s:s}]}", "kind", "change", "host",
				  "name", "web-1", "files", "path", "/etc/a", "verdict",
				  "unapproved", "severity", "low");

	for (guint round = 0; round < 2; round++) {
		g_autoptr(Alerts) alerts = alerts_new(NULL);
		Alert *alert;

		alerts_take(alerts, "ev/1/alert/", "1", event);
		g_assert_true(duties_recall(alerts, ledger));
		alert = alerts_find(alerts, "web-1\n/etc/a");
		g_assert_cmpuint(alert->told->len, ==, round);
		if (round == 1) {
			g_assert_cmpstr(alert->told->pdata[0], ==, "alice");
			g_assert_cmpint(alert->told_usec, ==, NOW);
		}
		g_ptr_array_add(alert->told, g_strdup("alice"));
		alert->told_usec = NOW;
		g_assert_true(duties_store(alerts, ledger, NULL));
	}
	json_decref(event);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add("/duties/in-line", Case, NULL, case_begin, test_in_line, case_end);
	g_test_add("/duties/leaving", Case, NULL, case_begin, test_leaving, case_end);
	g_test_add("/duties/leaving-after", Case, NULL, case_begin, test_leaving_after_being_told,
		   case_end);
	g_test_add("/duties/nobody", Case, NULL, case_begin, test_nobody, case_end);
	g_test_add("/duties/memory", Case, NULL, case_begin, test_memory, case_end);
	return g_test_run();
}
