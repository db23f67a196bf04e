/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/import-request.h"
#include "cli/import-time.h"

#include <string.h>

#define EIGHT (G_GINT64_CONSTANT(1795377600) * G_USEC_PER_SEC) /* 2026-11-22T20:00:00Z */
#define HOUR (G_GINT64_CONSTANT(3600) * G_USEC_PER_SEC)

#define PEOPLE                                                  \
	"bob: {principals: [bob@example.org], logins: [bob]}\n" \
	"carol: {principals: [carol@example.org], logins: [carol]}\n"

static ImportMap *shipped(const char *name)
{
	g_autofree char *file = g_strdup_printf("%s/maps/%s.yaml", g_getenv("REEVE_SOURCE"), name);
	g_autofree char *text = NULL;
	g_autoptr(GError) error = NULL;
	ImportMap *map;
	gsize size;

	g_assert_true(g_file_get_contents(file, &text, &size, NULL));
	map = import_map_parse(name, text, size, &error);
	g_assert_no_error(error);
	return map;
}

/* The verdicts on all records as letters, requests one after another, the last error. */
typedef struct {
	GString *verdicts;
	GPtrArray *requests;
	GError *error;
} Outcome;

static void outcome_clear(Outcome *outcome)
{
	g_string_free(outcome->verdicts, TRUE);
	g_ptr_array_unref(outcome->requests);
	g_clear_error(&outcome->error);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Outcome, outcome_clear)

static Outcome run(const ImportMap *map, const char *name, const char *text)
{
	g_autoptr(People) people = people_parse("p", PEOPLE, strlen(PEOPLE), NULL);
	const Import import = {map, people, NULL};
	Outcome outcome = {g_string_new(NULL),
			   g_ptr_array_new_with_free_func((GDestroyNotify)request_free), NULL};
	g_autoptr(GPtrArray) records =
		import_records(map, name, text, strlen(text), &outcome.error);

	for (guint i = 0; records != NULL && i < records->len; i++) {
		g_autofree char *why = NULL;
		Request *request = NULL;
		ImportVerdict verdict =
			import_request(&import, g_ptr_array_index(records, i), &request, &why,
				       outcome.error == NULL ? &outcome.error : NULL);

		g_string_append_c(outcome.verdicts, "tsr"[verdict]);
		if (request != NULL) {
			g_ptr_array_add(outcome.requests, request);
		}
	}
	return outcome;
}

static void assert_skeleton(const Request *request, const char *id)
{
	g_assert_cmpstr(request->id, ==, id);
	g_assert_cmpstr(request->external_key, ==, id);
	g_assert_cmpint(request->type, ==, REQUEST_NORMAL);
	g_assert_cmpstr(request->title, ==, "Harden sshd");
	g_assert_cmpint(request->start_usec, ==, EIGHT);
	g_assert_cmpint(request->end_usec, ==, EIGHT + 2 * HOUR);
	g_assert_cmpstr(request->risk, ==, "medium");
	g_assert_cmpstr(request->implementers[0], ==, "carol");
	g_assert_cmpstr(request->hosts[0], ==, "web-1");
	g_assert_cmpstr(request->hosts[1], ==, "web-2");
	/* allows nothing */
	g_assert_cmpuint(request->changes->len, ==, 0);
}

#define SNOW_VALUES(number, state, approval)                                             \
	"{\"number\":\"" number "\",\"state\":\"" state "\",\"approval\":\"" approval    \
	"\",\"type\":\"normal\",\"short_description\":\"Harden sshd\",\"requested_by\":" \
	"\"bob\",\"assigned_to\":\"carol\",\"cmdb_ci\":\"web-1, web-2\",\"risk\":\"3\"," \
	"\"start_date\":\"2026-11-22 20:00:00\",\"end_date\":\"2026-11-22 22:00:00\","   \
	"\"sys_id\":\"x\"}"

static void test_servicenow(void)
{
	static const char *const exports[] = {
		"{\"result\":[" SNOW_VALUES("CHG0030042", "-2", "approved") "]}",
		"{\"records\":[" SNOW_VALUES("CHG0030042", "-1", "approved") "]}",
		" [" SNOW_VALUES("CHG0030042", "Scheduled", "Approved") "]",
		"number,state,approval,type,short_description,requested_by,assigned_to,cmdb_ci,"
		"risk,start_date,end_date\r\n"
		"CHG0030042,Scheduled,Approved,Normal,Harden sshd,bob,carol,\"web-1,web-2\","
		"Moderate,2026-11-22 20:00:00,2026-11-22 22:00:00\r\n",
		"{\"result\":[{\"number\":{\"display_value\":\"CHG0030042\",\"value\":"
		"\"CHG0030042\"},\"state\":{\"display_value\":\"Scheduled\",\"value\":\"-2\"},"
		"\"approval\":{\"display_value\":\"Approved\",\"value\":\"approved\"},\"type\":{"
		"\"display_value\":\"Normal\",\"value\":\"normal\"},\"short_description\":{"
		"\"display_value\":\"Harden sshd\",\"value\":\"Harden sshd\"},\"requested_by\":{"
		"\"display_value\":\"bob@example.org\",\"link\":\"https://"
		"x\",\"value\":\"6816f79c\"},"
		"\"assigned_to\":{\"display_value\":\"carol\",\"value\":\"46d44a\"},\"cmdb_ci\":{"
		"\"display_value\":\"web-1,web-2\",\"value\":\"1\"},\"risk\":{\"display_value\":"
		"\"Moderate\",\"value\":\"3\"},\"start_date\":{\"display_value\":\"2026-11-22 "
		"21:00:00\",\"value\":\"2026-11-22 20:00:00\"},\"end_date\":{\"display_value\":"
		"\"2026-11-22 23:00:00\",\"value\":\"2026-11-22 22:00:00\"}}]}",
	};
	g_autoptr(ImportMap) map = shipped("servicenow");

	for (gsize i = 0; i < G_N_ELEMENTS(exports); i++) {
		g_auto(Outcome) outcome = run(map, "x", exports[i]);

		g_assert_no_error(outcome.error);
		g_assert_cmpstr(outcome.verdicts->str, ==, "t");
		assert_skeleton(g_ptr_array_index(outcome.requests, 0), "CHG0030042");
	}
}

/* What is not approved, or over, is left out, and nothing is said against it. */
static void test_left_out(void)
{
	g_autoptr(ImportMap) map = shipped("servicenow");
	g_auto(Outcome) outcome = run(map, "x",
				      "[" SNOW_VALUES("CHG1", "-5", "approved") "," SNOW_VALUES(
					      "CHG2", "3", "approved") ","       //
				      SNOW_VALUES("CHG3", "-2", "requested") "," //
				      SNOW_VALUES("CHG4", "-2", "rejected") ","  //
				      SNOW_VALUES("CHG5", "-2", "approved") "]");

	g_assert_no_error(outcome.error);
	g_assert_cmpstr(outcome.verdicts->str, ==, "sssst");
}

static void test_jira(void)
{
	static const char *const exports[] = {
		"{\"issues\":[{\"key\":\"CHG-42\",\"fields\":{\"summary\":\"Harden sshd\","
		"\"status\":{\"name\":\"Awaiting implementation\"},\"customfield_10005\":{"
		"\"value\":\"Normal\"},\"reporter\":{\"emailAddress\":\"bob@example.org\"},"
		"\"assignee\":{\"name\":\"carol\"},\"customfield_10043\":\"web-1,web-2\","
		"\"customfield_10008\":\"2026-11-22T20:00:00.000+0000\",\"customfield_10009\":"
		"\"2026-11-22T23:00:00.000+0100\",\"customfield_10006\":{\"value\":\"Medium\"},"
		"\"description\":null}}]}",
		"Issue key,Summary,Status,Custom field (Change type),Reporter,Assignee,"
		"Custom field (Affected hosts),Custom field (Affected hosts),"
		"Custom field (Planned start),Custom field (Planned end),"
		"Custom field (Change risk)\n"
		"CHG-42,Harden sshd,Awaiting implementation,Normal,bob,carol,web-1,web-2,"
		"22/Nov/26 8:00 PM,2026-11-22 22:00,Medium\n",
	};
	g_autoptr(ImportMap) map = shipped("jira");

	for (gsize i = 0; i < G_N_ELEMENTS(exports); i++) {
		g_auto(Outcome) outcome = run(map, "x", exports[i]);

		g_assert_no_error(outcome.error);
		g_assert_cmpstr(outcome.verdicts->str, ==, "t");
		assert_skeleton(g_ptr_array_index(outcome.requests, 0), "CHG-42");
	}
}

#define MAP                                                                                  \
	"system: x\nrecords: result\ntimes: [\"%d.%m.%Y %H:%M\"]\nzone: "                    \
	"\"CET-1CEST,M3.5.0,M10.5.0/3\"\n"                                                   \
	"take: [{from: state, values: {ok: take, no: skip}}]\nfields:\n"                     \
	"  id: {from: id}\n  title: {from: title}\n"                                         \
	"  type: {from: type, values: {n: normal, e: emergency}}\n  requester: {from: who, " \
	"values: {Robert: bob}}\n"                                                           \
	"  implementers: {from: by, split: \",\"}\n  hosts: {from: hosts, split: \",\"}\n"   \
	"  start: {from: start}\n  end: {from: end}\n  risk: {from: risk}\n"                 \
	"  description: {from: text}\n"

/* One good row, and what each of its cells may not be; each with its place and what to do. */
static void test_refusals(void)
{
	static const struct {
		const char *text, *message;
	} bad[] = {
		{"", "x.csv: it is empty"},
		{"id,title\na\n", "x.csv:2: this row has 1 cells, the first one has 2"},
		{"{\"other\":[]}",
		 "x.csv: there is no list of records; the map looks for `result`"},
		{"{\"result\":{}}", "what stands under `result` is no list"},
		{"{\"result\":[1]}", "x.csv: record 1: this is no object"},
		{"{\"result\":[", "x.csv:1:"},
		{"[{\"id\":1,\"id\":2}]", "duplicate"},
		{"[{\"id\":\"CHG1\"}]", "record 1: `state`: it is missing or empty, and the map "
					"decides by it; `otherwise: skip` in m:5"},
		{"[{\"state\":\"okay\"}]", "`state`: the map does not say what `okay` means; say "
					   "it in m:5, under `values`"},
		{"[{\"state\":\"OK\"}]", "what `OK` means (it knows `ok`)"},
		{"[{\"state\":{\"value\":\"ok\"}}]", "name a field inside it, like `state.value`"},
		{"[{\"state\":1.5}]", "there is no single text there"},
		{"[{\"state\":[\"ok\",\"ok\"]}]", "there are 2 values where one is meant"},
		{"state,id\nok,\n",
		 "x.csv:2: `id`: it is missing or empty, and a request needs its "
		 "id"},
		{"state,id\nok,a b\n", "`a b` cannot be an id here"},
		{"state,id\nok,CHG1\n", "a request needs its title"},
		{"state,id,title\nok,CHG1,\"a\nb\"\n", "`title`: this must be one line"},
		{"state,id,title\nok,CHG1,t\n", "a request needs its type"},
		{"state,id,title,type\nno,,,\nok,CHG1,t,q\n", "x.csv:3: `type`: the map does not "
							      "say what `q` means"},
		{"state,id,title,type\nok,CHG1,t,n\n", "a request needs its requester"},
		{"state,id,title,type,who\nok,CHG1,t,n,mallory\n",
		 "`who`: nobody here has the name `mallory`"},
		{"state,id,title,type,who,by\nok,CHG1,t,n,bob,\"carol,dave\"\n",
		 "`by`: nobody here has the name `dave`"},
		{"state,id,title,type,who,hosts\nok,CHG1,t,n,bob,the web tier\n",
		 "`hosts`: `the web tier` is no name of a host"},
		{"state,id,title,type,who,start\nok,CHG1,t,n,bob,tomorrow\n",
		 "`start`: `tomorrow` is not written in any form the map knows"},
		{"state,id,title,type,who,start\nok,CHG1,t,n,bob,31.02.2026 10:00\n",
		 "is no date of the calendar"},
		{"state,id,title,type,who,start\nok,CHG1,t,n,bob,29.03.2026 02:30\n",
		 "is a time that clocks there never showed"},
		{"state,id,title,type,who,start\nok,CHG1,t,n,bob,25.10.2026 02:30\n",
		 "was shown twice by clocks there"},
		{"state,id,title,type,who,start,end\nok,CHG1,t,n,bob,22.11.2026 10:00,"
		 "22.11.2026 09:00\n",
		 "`end`: the window ends before it starts"},
		{"state,id,title,type,who,risk\nok,CHG1,t,n,bob,Low\n",
		 "`Low` is none of low, medium, high"},
	};
	g_autoptr(GError) error = NULL;
	g_autoptr(ImportMap) map = import_map_parse("m", MAP, strlen(MAP), &error);

	g_assert_no_error(error);
	for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_auto(Outcome) outcome = run(map, "x.csv", bad[i].text);

		g_assert_nonnull(outcome.error);
		g_test_message("%s", outcome.error->message);
		g_assert_nonnull(strstr(outcome.error->message, bad[i].message));
		g_assert_cmpuint(outcome.requests->len, ==, 0);
	}
}

static void test_good_row(void)
{
	g_autoptr(ImportMap) map = import_map_parse("m", MAP, strlen(MAP), NULL);
	g_auto(Outcome) outcome =
		run(map, "x.csv",
		    "state,id,title,type,who,by,hosts,start,end,risk,text\n"
		    "ok,CHG1,t,e,Robert,\"carol,bob\",web-*,22.11.2026 21:00,2026-11-22T22:00:00Z,"
		    "low,\"two\nlines\"\n");
	const Request *request;

	g_assert_no_error(outcome.error);
	request = g_ptr_array_index(outcome.requests, 0);
	g_assert_cmpint(request->start_usec, ==, EIGHT);
	g_assert_cmpint(request->end_usec, ==, EIGHT + 2 * HOUR);
	g_assert_cmpint(request->type, ==, REQUEST_EMERGENCY);
	g_assert_cmpstr(request->requester, ==, "bob");
	g_assert_cmpstr(request->description, ==, "two\nlines");
	g_assert_cmpuint(g_strv_length(request->implementers), ==, 2);
}

static void test_too_many(void)
{
	g_autoptr(ImportMap) map = import_map_parse("m", MAP, strlen(MAP), NULL);
	g_autoptr(GString) text = g_string_new("state\n");
	g_autoptr(GError) error = NULL;

	for (guint i = 0; i <= IMPORT_MAX_RECORDS; i++) {
		g_string_append(text, "no\n");
	}
	g_assert_null(import_records(map, "x.csv", text->str, text->len, &error));
	g_assert_error(error, REEVE_ERROR, REEVE_ERROR_LIMIT);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/import-request/servicenow", test_servicenow);
	g_test_add_func("/import-request/left-out", test_left_out);
	g_test_add_func("/import-request/jira", test_jira);
	g_test_add_func("/import-request/refusals", test_refusals);
	g_test_add_func("/import-request/good-row", test_good_row);
	g_test_add_func("/import-request/too-many", test_too_many);
	return g_test_run();
}
