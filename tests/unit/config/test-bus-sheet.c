/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sheet: written by one, read by the other, never half. */
#include "config/bus-sheet.h"

#include "base/fd.h"

#include <string.h>
#include <unistd.h>

#define KEY "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"

static void test_round(void)
{
	auto_fd int fd = bus_sheet_new(NULL);
	auto_fd int reader = bus_sheet_reader(fd, NULL);
	char secret[] = KEY, checkpoint[] = "{\"seq\":1}", clients[] = "siem " KEY "\n";
	BusSheet sheet = {.server_secret = secret, .clients = clients};
	g_auto(BusSheet) got = {0};
	char digest[65] = "";

	g_assert_cmpint(bus_sheet_read(reader, digest, &got), ==, BUS_SHEET_NEW);
	g_assert_null(got.server_secret);
	g_assert_cmpint(bus_sheet_read(reader, digest, &got), ==, BUS_SHEET_SAME);
	g_assert_true(bus_sheet_write(fd, &sheet, NULL));
	bus_sheet_clear(&got);
	g_assert_cmpint(bus_sheet_read(reader, digest, &got), ==, BUS_SHEET_NEW);
	g_assert_cmpstr(got.server_secret, ==, KEY);
	g_assert_null(got.checkpoint);
	g_assert_cmpstr(got.clients, ==, clients);
	sheet = (BusSheet){.checkpoint = checkpoint};
	g_assert_true(bus_sheet_write(fd, &sheet, NULL)); /* shorter than before */
	bus_sheet_clear(&got);
	g_assert_cmpint(bus_sheet_read(reader, digest, &got), ==, BUS_SHEET_NEW);
	g_assert_cmpstr(got.checkpoint, ==, checkpoint);
	g_assert_cmpstr(got.clients, ==, "");
	g_assert_cmpint(pwrite(reader, "x", 1, 0), ==, -1);
}

static void test_torn(void)
{
	auto_fd int fd = bus_sheet_new(NULL);
	char clients[] = "siem " KEY "\n";
	g_auto(BusSheet) got = {0};
	char digest[65] = "";

	g_assert_true(bus_sheet_write(fd, &(BusSheet){.clients = clients}, NULL));
	g_assert_cmpint(pwrite(fd, "y", 1, 45), ==, 1);
	g_assert_cmpint(bus_sheet_read(fd, digest, &got), ==, BUS_SHEET_TORN);
	g_assert_cmpstr(digest, ==, "");
}

static void test_nonsense(void)
{
	static const char *const cases[] = {"", "secret x\n\n", "what\n\n", "checkpoint {}",
					    "secret " KEY "\nsecret " KEY "\n\n"};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		BusSheet got;

		g_assert_false(bus_sheet_parse(&got, cases[i]));
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/bus-sheet/round", test_round);
	g_test_add_func("/bus-sheet/torn", test_torn);
	g_test_add_func("/bus-sheet/nonsense", test_nonsense);
	return g_test_run();
}
