/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The health line: one line of JSON with the members others rely on. */
#include "recorder/status.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static json_t *line_of(const Status *status)
{
	char *line = status_format(status, 1700000000000000);
	json_t *json = json_loads(line, 0, NULL);

	g_assert_null(strchr(line, '\n'));
	g_assert_nonnull(json);
	free(line);
	return json;
}

static const char *string_of(json_t *json, const char *name)
{
	return json_string_value(json_object_get(json, name));
}

static void test_starting(void)
{
	static const char *const roots[] = {"/etc", "/a\nb", NULL};
	Status status = {.fd = -1, .backend = "inotify", .roots = roots, .baseline_done = 128};
	json_t *json = line_of(&status);
	json_t *baseline = json_object_get(json, "baseline");

	g_assert_cmpstr(string_of(json, "stage"), ==, "recorder");
	g_assert_cmpstr(string_of(json, "state"), ==, "starting");
	g_assert_cmpstr(string_of(json, "time"), ==, "2023-11-14T22:13:20.000000Z");
	g_assert_cmpstr(json_string_value(json_array_get(json_object_get(json, "roots"), 1)), ==,
			"/a\\nb");
	g_assert_cmpint(json_integer_value(json_object_get(baseline, "done")), ==, 128);
	g_assert_true(json_is_null(json_object_get(baseline, "total")));
	g_assert_true(json_is_null(json_object_get(json, "last_commit")));
	json_decref(json);
}

static void test_degraded(void)
{
	g_auto(Status) status = {
		.fd = -1,
		.state = STATUS_DEGRADED,
		.backend = "inotify",
		.entries = 7,
		.pending = 3,
		.gaps_open = 1,
		.last_commit = g_strdup("abc"),
	};
	json_t *json;

	status_set_text(&status, "cannot record: %s", "No space left on device");
	json = line_of(&status);
	g_assert_cmpstr(string_of(json, "state"), ==, "degraded");
	g_assert_cmpstr(string_of(json, "text"), ==, "cannot record: No space left on device");
	g_assert_cmpstr(string_of(json, "last_commit"), ==, "abc");
	g_assert_null(json_object_get(json, "baseline"));
	g_assert_cmpint(json_integer_value(json_object_get(json, "entries")), ==, 7);
	g_assert_cmpint(json_integer_value(json_object_get(json, "pending")), ==, 3);
	g_assert_cmpint(json_integer_value(json_object_get(json, "gaps_open")), ==, 1);
	json_decref(json);
}

static void test_scrub(void)
{
	Status status = {
		.fd = -1,
		.state = STATUS_READY,
		.backend = "inotify",
		.scrub = {.sweeps = 3,
			  .swept_usec = 1700000000000000,
			  .sweep_usec = 2500,
			  .reread = 5,
			  .to_reread = 9},
	};
	json_t *json = line_of(&status);
	json_t *scrub = json_object_get(json, "scrub");

	g_assert_cmpint(json_integer_value(json_object_get(scrub, "sweeps")), ==, 3);
	g_assert_cmpint(json_integer_value(json_object_get(scrub, "sweep_ms")), ==, 2);
	g_assert_cmpint(json_integer_value(json_object_get(scrub, "to_reread")), ==, 9);
	g_assert_cmpstr(string_of(scrub, "swept"), ==, "2023-11-14T22:13:20.000000Z");
	g_assert_true(json_is_null(json_object_get(scrub, "rotated")));
	json_decref(json);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/status/starting", test_starting);
	g_test_add_func("/status/degraded", test_degraded);
	g_test_add_func("/status/scrub", test_scrub);
	return g_test_run();
}
