/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sightings as bytes: there and back, and bytes of any kind. */
#include "actor/wire.h"

#include <string.h>

static void test_round(void)
{
	Sighting sighting = SIGHTING_INIT(SIGHTING_EXEC, 42, 7), read;
	char data[WIRE_MAX_BYTES];
	WireKind kind;
	gsize size;

	sighting.exe = "/usr/bin/sed";
	sighting.cgroup = "/a.service";
	sighting.args = "sed\0-i";
	sighting.args_size = 7;
	sighting.read_usec = 9;
	sighting.doubt = "not sent";
	size = wire_pack(WIRE_SEEN, &sighting, data);
	g_assert_true(wire_read(data, size, &kind, &read));
	g_assert_cmpint(kind, ==, WIRE_SEEN);
	g_assert_cmpint(read.kind, ==, SIGHTING_EXEC);
	g_assert_cmpint(read.pid, ==, 42);
	g_assert_cmpint(read.read_usec, ==, 9);
	g_assert_cmpstr(read.exe, ==, "/usr/bin/sed");
	g_assert_cmpstr(read.cgroup, ==, "/a.service");
	g_assert_null(read.comm);
	g_assert_null(read.doubt);
	g_assert_cmpmem(read.args, read.args_size, "sed\0-i", 7);
	/* not a byte more or less */
	g_assert_false(wire_read(data, size - 1, &kind, &read));
	g_assert_false(wire_read(data, size + 1, &kind, &read));
	g_assert_true(wire_read(data, wire_pack(WIRE_DONE, NULL, data), &kind, &read));
	g_assert_cmpint(kind, ==, WIRE_DONE);
	g_assert_null(read.exe);
}

static void test_noise(void)
{
	char data[WIRE_MAX_BYTES] = "";
	WireKind kind;
	Sighting read;

	g_random_set_seed(5);
	for (guint round = 0; round < 20000; round++) {
		Sighting sighting = SIGHTING_INIT(SIGHTING_EXEC, 42, 7);
		gsize size = wire_pack(WIRE_SEEN, &sighting, data);

		for (guint i = 0; i < 4; i++) {
			data[g_random_int_range(0, 24)] = (char)g_random_int_range(0, 64);
		}
		if (wire_read(data, size + g_random_int() % 64, &kind, &read) && read.exe != NULL) {
			g_assert_cmpuint(strlen(read.exe), <, sizeof(data));
		}
	}
}

/* Until it is full; each comes out as it went in; half a one does not. */
static void test_batch(void)
{
	g_autofree WireBatch *batch = g_new0(WireBatch, 1);
	Sighting sighting = SIGHTING_INIT(SIGHTING_EXEC, 0, 7), read;
	const char *data;
	gsize size, at = 0;
	gint64 told = 0;
	WireKind kind;

	sighting.exe = "/usr/bin/sed";
	while (wire_batch_add(batch, WIRE_SEEN, &sighting)) {
		sighting.pid++;
	}
	g_assert_cmpint(sighting.pid, >, 100);
	g_assert_cmpuint(batch->size, <=, sizeof(batch->data));
	while (wire_batch_next(batch, &at, &data, &size)) {
		g_assert_true(wire_read(data, size, &kind, &read));
		g_assert_cmpint(read.pid, ==, told++);
		g_assert_cmpstr(read.exe, ==, "/usr/bin/sed");
	}
	g_assert_cmpint(told, ==, sighting.pid);
	g_assert_cmpuint(at, ==, batch->size);
	batch->size = size;
	at = 0;
	g_assert_false(wire_batch_next(batch, &at, &data, &size));
	batch->size = 3;
	g_assert_false(wire_batch_next(batch, &at, &data, &size));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/wire/round", test_round);
	g_test_add_func("/wire/noise", test_noise);
	g_test_add_func("/wire/batch", test_batch);
	return g_test_run();
}
