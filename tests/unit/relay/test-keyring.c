/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keyring: who has which name and which rights, and that a change is seen. */
#include "relay/keyring.h"

#include "base/fd.h"
#include "config/bus-sheet.h"

#include <string.h>
#include <unistd.h>

#define ALL_KEY "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"
#define PAGER_KEY "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"
#define OTHER_KEY "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6"
#define CLIENTS "siem-1 " ALL_KEY "\npager " PAGER_KEY " ev/1/alert/\n"

static void write_clients(int fd, const char *clients)
{
	g_autofree char *text = g_strdup(clients);
	g_autofree char *secret = g_strdup(OTHER_KEY);

	g_assert_true(
		bus_sheet_write(fd, &(BusSheet){.server_secret = secret, .clients = text}, NULL));
}

static void test_names_and_rights(void)
{
	static const struct {
		const char *user, *name, *topic;
		bool may_hear, may_hear_all;
	} cases[] = {
		{"uid:0", "uid:0", "ev/1/info/approved/low/h/", true, true},
		{ALL_KEY, "siem-1", "ev/1/info/approved/low/h/", true, true},
		{PAGER_KEY, "pager", "ev/1/alert/unapproved/low/h/", true, false},
		{PAGER_KEY, "pager", "ev/1/info/approved/low/h/", false, false},
		{OTHER_KEY, NULL, "ev/1/alert/unapproved/low/h/", false, false},
		{"", NULL, "ev/1/alert/unapproved/low/h/", false, false},
		{NULL, NULL, "ev/1/alert/unapproved/low/h/", false, false},
	};
	auto_fd int fd = bus_sheet_new(NULL);
	g_autoptr(Keyring) keyring = keyring_new(fd);

	write_clients(fd, CLIENTS);
	g_assert_cmpint(keyring_look(keyring), ==, KEYRING_NEW);
	g_assert_cmpuint(keyring_count(keyring), ==, 2);
	g_assert_cmpstr(keyring_secret(keyring), ==, OTHER_KEY);
	g_assert_null(keyring_checkpoint(keyring));
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_test_message("case %u", i);
		g_assert_cmpstr(keyring_name(keyring, cases[i].user), ==, cases[i].name);
		g_assert_true(keyring_may_hear(keyring, cases[i].user, cases[i].topic) ==
			      cases[i].may_hear);
		g_assert_true(keyring_may_hear_all(keyring, cases[i].user) ==
			      cases[i].may_hear_all);
	}
}

/* A subscription gives what lies in the rights: all of it, the smaller of the two, or nothing. */
static void test_grants(void)
{
	static const struct {
		const char *user, *wanted, *granted;
	} cases[] = {
		{"uid:7", "", ""},
		{PAGER_KEY, "ev/1/", "ev/1/alert/"},
		{PAGER_KEY, "ev/1/alert/unapproved/", "ev/1/alert/unapproved/"},
		{PAGER_KEY, "ev/1/info/", NULL},
		{OTHER_KEY, "ev/1/", NULL},
	};
	auto_fd int fd = bus_sheet_new(NULL);
	g_autoptr(Keyring) keyring = keyring_new(fd);

	write_clients(fd, CLIENTS);
	keyring_look(keyring);
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_auto(GStrv) grants = keyring_grant(keyring, cases[i].user, cases[i].wanted);
		g_autofree char *text = g_strjoinv(" ", grants);

		g_test_message("case %u: %s", i, text);
		if (cases[i].granted == NULL) {
			g_assert_null(grants[0]);
		} else {
			g_assert_cmpstr(text, ==, cases[i].granted);
			g_assert_nonnull(grants[0]);
		}
	}
}

static void test_a_change_is_seen(void)
{
	auto_fd int fd = bus_sheet_new(NULL);
	g_autoptr(Keyring) keyring = keyring_new(fd);
	g_autofree char *before = NULL, *after = NULL, *gone = NULL, *digest = NULL;

	write_clients(fd, CLIENTS);
	g_assert_cmpint(keyring_look(keyring), ==, KEYRING_NEW);
	g_assert_cmpint(keyring_look(keyring), ==, KEYRING_SAME);
	before = keyring_rights(keyring, PAGER_KEY);
	digest = g_strdup(keyring_digest(keyring));
	write_clients(fd, "pager " PAGER_KEY " ev/1/alert/unapproved/\n");
	g_assert_cmpint(keyring_look(keyring), ==, KEYRING_NEW);
	after = keyring_rights(keyring, PAGER_KEY);
	gone = keyring_rights(keyring, ALL_KEY);
	g_assert_cmpstr(before, !=, after);
	g_assert_cmpstr(gone, ==, "");
	g_assert_null(keyring_name(keyring, ALL_KEY));
	g_assert_cmpstr(keyring_digest(keyring), !=, digest);
}

/* What is half written changes nothing; nor does a list that cannot be read let anybody in. */
static void test_torn_and_nonsense(void)
{
	auto_fd int fd = bus_sheet_new(NULL);
	g_autoptr(Keyring) keyring = keyring_new(fd);

	write_clients(fd, CLIENTS);
	keyring_look(keyring);
	g_assert_cmpint(pwrite(fd, "!", 1, 10), ==, 1);
	g_assert_cmpint(keyring_look(keyring), ==, KEYRING_TORN);
	g_assert_cmpstr(keyring_name(keyring, ALL_KEY), ==, "siem-1");
	write_clients(fd, "siem-1 no-key\n");
	g_assert_cmpint(keyring_look(keyring), ==, KEYRING_NEW);
	g_assert_null(keyring_name(keyring, ALL_KEY));
	g_assert_cmpuint(keyring_count(keyring), ==, 0);
}

static void test_without_a_sheet(void)
{
	g_autoptr(Keyring) keyring = keyring_new(-1);

	g_assert_cmpint(keyring_look(keyring), ==, KEYRING_SAME);
	g_assert_null(keyring_secret(keyring));
	g_assert_null(keyring_name(keyring, ALL_KEY));
	g_assert_true(keyring_may_hear_all(keyring, "uid:0"));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/relay/keyring/names", test_names_and_rights);
	g_test_add_func("/relay/keyring/grants", test_grants);
	g_test_add_func("/relay/keyring/change", test_a_change_is_seen);
	g_test_add_func("/relay/keyring/torn", test_torn_and_nonsense);
	g_test_add_func("/relay/keyring/none", test_without_a_sheet);
	return g_test_run();
}
