/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a large register costs: reads the bare repository argv[1], holds changes against it, and
 * verifies one approval. Prints "name value" lines: seconds, KiB, microseconds of processor time.
 * The rest is bench_register.py's.
 */
#include "base/clock.h"
#include "base/io.h"
#include "change/odb.h"
#include "register/approval.h"
#include "register/register.h"
#include "register/sshsig.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 20000

/* Processor time: other work on the machine does not enter. */
static gint64 cpu_usec(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return clock_from_timespec(&now);
}

static gint64 resident_kib(void)
{
	g_autoptr(GBytes) status = io_read_file(AT_FDCWD, "/proc/self/status", 65536, NULL);
	g_autofree char *text = g_strndup(g_bytes_get_data(status, NULL), g_bytes_get_size(status));
	const char *line = strstr(text, "VmRSS:");

	return line == NULL ? 0 : g_ascii_strtoll(line + strlen("VmRSS:"), NULL, 10);
}

static double consider(const Register *reg, const char *form, guint count)
{
	const gint64 now = clock_wall_usec();
	const MatchContext context = {.host = "web-1", .earliest_usec = now, .latest_usec = now};
	gint64 start;

	start = cpu_usec();
	for (guint i = 0; i < ROUNDS; i++) {
		g_autofree char *path = g_strdup_printf("%s%u", form, i * 7919 % count);
		g_autoptr(Change) change = change_new(path, OP_UPDATED);
		g_auto(Considered) found = {0};

		change->before.type = FILE_REGULAR;
		change->after.type = FILE_REGULAR;
		register_consider(reg, change, &context, false, &found);
	}
	return (double)(cpu_usec() - start) / ROUNDS;
}

static GBytes *must_read(const char *file)
{
	g_autoptr(GError) error = NULL;
	GBytes *bytes = io_read_file(AT_FDCWD, file, 1024 * 1024, &error);

	g_assert_no_error(error);
	return bytes;
}

/* argv[3..5]: trusted keys, statement, signature. */
static double verify(char **argv)
{
	g_autoptr(GBytes) allowed = must_read(argv[3]);
	g_autoptr(GBytes) statement = must_read(argv[4]);
	g_autoptr(GBytes) signature = must_read(argv[5]);
	g_autoptr(Signers) signers = signers_parse("allowed", g_bytes_get_data(allowed, NULL),
						   g_bytes_get_size(allowed), NULL);
	Request request = {.id = (char *)"CHG-BENCH", .requester = (char *)"bob@example.org"};
	const ApprovalSubject subject = {.request = &request};
	gint64 start = cpu_usec();

	for (guint i = 0; i < 1000; i++) {
		Approval *approval = approval_judge(&subject, "alice@example.org", statement,
						    signature, signers, clock_wall_usec());

		g_assert_cmpstr(approval->problem, ==, NULL);
		approval_free(approval);
	}
	return (double)(cpu_usec() - start) / 1000;
}

int main(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	gint64 kib, start;
	Register *reg;
	guint count;

	g_assert(argc == 6);
	odb_prepare();
	count = (guint)atoi(argv[2]);
	kib = resident_kib();
	reg = register_new(argv[1], "main", NULL);
	start = cpu_usec();
	register_load(reg, clock_wall_usec(), 0, &error);
	g_assert_no_error(error);
	printf("load %.3f\n", (double)(cpu_usec() - start) / 1e6);
	printf("kib %" G_GINT64_FORMAT "\n", resident_kib() - kib);
	printf("match %.2f\n", consider(reg, "/etc/many/", count));
	printf("none %.2f\n", consider(reg, "/srv/elsewhere/", count));
	printf("verify %.1f\n", verify(argv));
	start = cpu_usec();
	register_load(reg, clock_wall_usec(), 0, &error);
	printf("look %.1f\n", (double)(cpu_usec() - start));
	register_free(reg);
	return 0;
}
