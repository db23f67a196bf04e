/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who may listen to what. */
#include "config/bus-clients.h"

#include <string.h>

#define ONE "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"
#define TWO "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6"

static void test_parse(void)
{
	g_autoptr(GPtrArray) clients = bus_clients_parse("# who\n"
							 "siem-1 " ONE "\n\n"
							 " pager\t" TWO "  ev/1/alert/ \r\n",
							 NULL);
	const BusClient *siem = bus_clients_find(clients, ONE);
	const BusClient *pager = bus_clients_find(clients, TWO);

	g_assert_cmpuint(clients->len, ==, 2);
	g_assert_cmpstr(siem->name, ==, "siem-1");
	g_assert_cmpstr(siem->topics[0], ==, "ev/1/");
	g_assert_cmpstr(pager->topics[0], ==, "ev/1/alert/");
	g_assert_null(bus_clients_find(clients, "uid:0"));
}

static void test_refused(void)
{
	static const char *const cases[] = {
		"siem\n",
		"siem short\n",
		"si/em " ONE "\n",
		"siem " ONE " ev/1\n",
		"siem " ONE " hb/1/\n",
		"siem " ONE " ev/1/x\x1b/\n",
		"siem " ONE "\nsiem " TWO "\n",
		"siem " ONE "\npager " ONE "\n",
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;

		g_test_message("case %u", i);
		g_assert_null(bus_clients_parse(cases[i], &error));
		g_assert_nonnull(strstr(error->message, "line "));
	}
}

static void test_rights(void)
{
	g_autoptr(GPtrArray) clients =
		bus_clients_parse("pager " ONE " ev/1/alert/ ev/1/info/gap/\n", NULL);
	const BusClient *pager = bus_clients_find(clients, ONE);
	static const struct {
		const char *wanted, *grants;
	} cases[] = {
		{"", "ev/1/alert/ ev/1/info/gap/ hb/1/"},
		{"ev/1/", "ev/1/alert/ ev/1/info/gap/"},
		{"ev/1/alert/unapproved/critical/", "ev/1/alert/unapproved/critical/"},
		{"ev/1/info/", "ev/1/info/gap/"},
		{"ev/1/info/approved/", ""},
		{"hb/1/web-1/", "hb/1/web-1/"},
		{"h", "hb/1/"},
		{"x", ""},
	};

	g_assert_true(bus_client_may_hear(pager, "ev/1/alert/unapproved/low/web-1/"));
	g_assert_true(bus_client_may_hear(pager, "hb/1/web-1/"));
	g_assert_false(bus_client_may_hear(pager, "ev/1/info/approved/low/web-1/"));
	g_assert_false(bus_client_may_hear(pager, "ev/1/"));
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_auto(GStrv) grants = bus_client_grant(pager, cases[i].wanted);
		g_autofree char *joined = g_strjoinv(" ", grants);

		g_assert_cmpstr(joined, ==, cases[i].grants);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/bus-clients/parse", test_parse);
	g_test_add_func("/bus-clients/refused", test_refused);
	g_test_add_func("/bus-clients/rights", test_rights);
	return g_test_run();
}
