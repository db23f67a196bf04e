/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is open follows from the journal: what opens, what closes, and what does neither. */
#include "bridge/alerts.h"

#define HOST "web-1"

static json_t *event_of(const char *kind, json_t *files)
{
	json_t *event = json_pack("{s:s, s:{s:s}, s:s, s:s, s:s, s:o}", "kind", kind, "host",
				  "name", HOST, "severity", "low", "time",
				  "2026-11-22T03:04:05.123456Z", "summary", "s", "files", files);

	g_assert_nonnull(event);
	return event;
}

static json_t *file_of(const char *path, const char *verdict, const char *severity)
{
	return json_pack("{s:s, s:s, s:s, s:s}", "path", path, "verdict", verdict, "severity",
			 severity, "op", "updated");
}

static void tell(Alerts *alerts, const char *id, const char *kind, json_t *files)
{
	json_t *event = event_of(kind, files);

	alerts_take(alerts, "ev/1/alert/", id, event);
	json_decref(event);
}

static void tell_file(Alerts *alerts, const char *id, const char *path, const char *verdict,
		      const char *severity)
{
	tell(alerts, id, "change", json_pack("[o]", file_of(path, verdict, severity)));
}

static void tell_ack(Alerts *alerts, const char *refers)
{
	json_t *event = event_of("ack", json_array());

	json_object_set_new(event, "refers", json_pack("[s]", refers));
	alerts_take(alerts, "ev/1/info/", "ack", event);
	json_decref(event);
}

static void test_opens(void)
{
	static const struct {
		const char *verdict, *severity;
		bool opens;
	} cases[] = {
		{"unapproved", "low", true}, {"mismatch", "low", true},
		{"emergency", "low", true},  {"unverifiable", "low", true},
		{"approved", "high", true},  {"approved", "medium", false},
		{"standard", "low", false},  {"restored", "informational", false},
		{"restored", "high", false},
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Alerts) alerts = alerts_new(NULL);

		tell_file(alerts, "1", "/a", cases[i].verdict, cases[i].severity);
		g_assert_cmpuint(alerts_count(alerts), ==, cases[i].opens);
		g_assert_cmpuint(alerts_closed(alerts)->len, ==, 0);
	}
}

static void test_closes(void)
{
	g_autoptr(Alerts) alerts = alerts_new(NULL);

	tell_file(alerts, "1", "/a", "unapproved", "low");
	tell_file(alerts, "2", "/b", "unapproved", "low");
	tell_file(alerts, "3", "/c", "unapproved", "low");
	/* restored, approved late: its path alone */
	tell_file(alerts, "4", "/a", "restored", "informational");
	g_assert_cmpuint(alerts_count(alerts), ==, 2);
	g_assert_cmpstr(((Alert *)alerts_closed(alerts)->pdata[0])->path, ==, "/a");
	/* changed again: another one in its place */
	tell_file(alerts, "5", "/b", "unapproved", "high");
	g_assert_cmpuint(alerts_count(alerts), ==, 2);
	g_assert_cmpuint(alerts_closed(alerts)->len, ==, 2);
	g_assert_cmpstr(alerts_find(alerts, HOST "\n/b")->id, ==, "5");
	alerts_forget_closed(alerts);
	/* acknowledged: the event that is meant, no other */
	tell_ack(alerts, "2");
	g_assert_cmpuint(alerts_count(alerts), ==, 2);
	tell_ack(alerts, "5");
	g_assert_cmpuint(alerts_count(alerts), ==, 1);
	g_assert_nonnull(alerts_find(alerts, HOST "\n/c"));
	tell(alerts, "9", "baseline", json_array());
	g_assert_cmpuint(alerts_count(alerts), ==, 0);
}

/* Events are of another machine: what they refer to may be anything. */
static void test_refers_to_nothing(void)
{
	g_autoptr(Alerts) alerts = alerts_new(NULL);
	json_t *event = event_of("ack", json_array());

	tell_file(alerts, "1", "/etc/a", "unapproved", "low");
	json_object_set_new(event, "refers", json_pack("[i, n, {}, [s]]", 1, "1"));
	alerts_take(alerts, "ev/1/info/", "ack", event);
	g_assert_cmpuint(alerts_count(alerts), ==, 1);
	json_decref(event);
}

static void test_moves(void)
{
	g_autoptr(Alerts) alerts = alerts_new(NULL);
	json_t *moved = file_of("/b", "unapproved", "low");

	tell_file(alerts, "1", "/a", "unapproved", "low");
	json_object_set_new(moved, "moved_from", json_string("/a"));
	tell(alerts, "2", "change", json_pack("[o]", moved));
	g_assert_cmpuint(alerts_count(alerts), ==, 1);
	g_assert_nonnull(alerts_find(alerts, HOST "\n/b"));
}

static void test_without_files(void)
{
	g_autoptr(Alerts) alerts = alerts_new(NULL);
	json_t *gap = event_of("gap", json_array());

	alerts_take(alerts, "ev/1/info/", "1", gap);
	g_assert_cmpuint(alerts_count(alerts), ==, 0);
	json_object_set_new(gap, "severity", json_string("high"));
	alerts_take(alerts, "ev/1/alert/", "2", gap);
	g_assert_cmpuint(alerts_count(alerts), ==, 1);
	g_assert_null(alerts_find(alerts, HOST "\n2")->path);
	tell_ack(alerts, "2");
	g_assert_cmpuint(alerts_count(alerts), ==, 0);
	json_decref(gap);
}

static void test_filter(void)
{
	Filter filter = {.severity = 3};
	g_autoptr(Alerts) alerts = alerts_new(&filter);

	tell_file(alerts, "1", "/a", "unapproved", "medium");
	g_assert_cmpuint(alerts_count(alerts), ==, 0);
	tell_file(alerts, "2", "/a", "unapproved", "high");
	g_assert_cmpuint(alerts_count(alerts), ==, 1);
	/* what does not fit closes all the same */
	tell_file(alerts, "3", "/a", "approved", "low");
	g_assert_cmpuint(alerts_count(alerts), ==, 0);
}

static void test_limit(void)
{
	g_autoptr(Alerts) alerts = alerts_new(NULL);

	for (guint i = 0; i < ALERTS_MAX + 3; i++) {
		g_autofree char *path = g_strdup_printf("/%u", i);

		tell_file(alerts, "1", path, "unapproved", "low");
	}
	g_assert_cmpuint(alerts_count(alerts), ==, ALERTS_MAX);
	g_assert_cmpuint(alerts_take_dropped(alerts), ==, 3);
	g_assert_cmpuint(alerts_take_dropped(alerts), ==, 0);
	g_assert_null(alerts_find(alerts, HOST "\n/2"));
	g_assert_nonnull(alerts_find(alerts, HOST "\n/3"));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/alerts/opens", test_opens);
	g_test_add_func("/alerts/closes", test_closes);
	g_test_add_func("/alerts/refers-to-nothing", test_refers_to_nothing);
	g_test_add_func("/alerts/moves", test_moves);
	g_test_add_func("/alerts/without-files", test_without_files);
	g_test_add_func("/alerts/filter", test_filter);
	g_test_add_func("/alerts/limit", test_limit);
	return g_test_run();
}
