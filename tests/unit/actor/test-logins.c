/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a session came from: only by a login that the process descends from. */
#include "actor/logins.h"

#include <string.h>
#include <utmp.h>

static struct utmp entry(short type, pid_t pid, const char *from)
{
	struct utmp made = {.ut_type = type, .ut_pid = pid};

	memcpy(made.ut_host, from, MIN(strlen(from), sizeof(made.ut_host)));
	return made;
}

static void test_find(void)
{
	const struct utmp entries[] = {
		entry(BOOT_TIME, 11, "6.1.0"),
		entry(USER_PROCESS, 1, "198.51.100.3"),  /* above everybody */
		entry(USER_PROCESS, 9, "198.51.100.4"),  /* further up */
		entry(USER_PROCESS, 77, "198.51.100.1"), /* somebody else's */
		entry(USER_PROCESS, 10, ""),
		entry(DEAD_PROCESS, 10, "198.51.100.2"),
		entry(USER_PROCESS, 10, "192.0.2.7"),
	};
	Process init = {.pid = 1}, first = {.pid = 9, .parent = &init};
	Process shell = {.pid = 10, .parent = &first}, sed = {.pid = 11, .parent = &shell},
		other = {.pid = 12, .parent = &init};
	g_autofree char *found = logins_find(entries, sizeof(entries), &sed);
	g_autofree char *cut = logins_find(entries, sizeof(entries) - 1, &sed);
	g_autofree char *none = logins_find(entries, sizeof(entries), &other);

	g_assert_cmpstr(found, ==, "192.0.2.7");
	g_assert_cmpstr(cut, ==, "198.51.100.4");
	g_assert_null(none);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/logins/find", test_find);
	return g_test_run();
}
