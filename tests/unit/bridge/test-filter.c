/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an output wants to hear, and what it does not. */
#include "bridge/filter.h"

#define TOPIC "ev/1/alert/unapproved/high/web-1/"

static bool fits(const char *topics, guint severity, const char *hosts, const char *paths)
{
	json_t *event =
		json_pack("{s:{s:s}, s:s, s:[{s:s, s:s}]}", "host", "name", "web-1", "severity",
			  "critical", "files", "path", "/etc/ssh/sshd_config", "severity", "high");
	Record record = {event, "id", json_array_get(json_object_get(event, "files"), 0), 0};
	Filter filter = {
		.topics = topics == NULL ? NULL : g_strsplit(topics, " ", -1),
		.severity = severity,
		.hosts = hosts == NULL ? NULL : g_strsplit(hosts, " ", -1),
		.paths = paths == NULL ? NULL : g_strsplit(paths, " ", -1),
	};
	bool ok = filter_fits(&filter, TOPIC, &record);

	filter_clear(&filter);
	json_decref(event);
	return ok;
}

static void test_each(void)
{
	g_assert_true(fits(NULL, 0, NULL, NULL));
	g_assert_true(fits("ev/1/alert/", 3, "web-*", "/etc/ssh/*"));
	g_assert_true(fits("ev/1/info/ ev/1/alert/unapproved/", 0, "db web-?", "/x /etc/**"));
	g_assert_false(fits("ev/1/info/", 0, NULL, NULL));
	g_assert_false(fits(NULL, 4, NULL, NULL)); /* of the file, not of the event */
	g_assert_false(fits(NULL, 0, "db-*", NULL));
	g_assert_false(fits(NULL, 0, NULL, "/etc/*"));
}

static void test_without_files(void)
{
	json_t *event = json_pack("{s:s}", "severity", "high");
	Record record = {event, "id", NULL, 0};
	Filter none = {0}, paths = {.paths = g_strsplit("/**", " ", -1)};

	g_assert_true(filter_fits(&none, "ev/1/info/gap/", &record));
	g_assert_false(filter_fits(&paths, "ev/1/info/gap/", &record));
	filter_clear(&paths);
	json_decref(event);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/filter/each", test_each);
	g_test_add_func("/filter/without-files", test_without_files);
	return g_test_run();
}
