/* SPDX-License-Identifier: GPL-3.0-or-later */
/* request.yaml written and read back: the same request, whatever its texts are. */
#include "register/request.h"

#include <string.h>

#define ID "CHG-20261122-k7qa"

static Request *round_trip(const Request *request)
{
	g_autofree char *text = request_format(request);
	g_autoptr(GError) error = NULL;
	Request *back = request_parse("request.yaml", ID, text, strlen(text), &error);

	g_test_message("%s", text);
	g_assert_no_error(error);
	return back;
}

static Request *plain(const char *title, const char *path)
{
	Request *request = request_new();

	request->id = g_strdup(ID);
	request->title = g_strdup(title);
	request->requester = g_strdup("bob@example.org");
	request_add_change(request, path)->content_any = true;
	request->end_usec = G_GINT64_CONSTANT(1795316645) * G_USEC_PER_SEC;
	return request;
}

static void test_hostile_texts_stay_themselves(void)
{
	static const char *const texts[] = {
		"no",        "NULL",     "~",     "1e3",        "0644",
		"- a",       "a: b",     "#x",    "{a}",        "[a, b]",
		"&a",        "*a",       "!tag",  "a \" b",     "a \\ b",
		"a \\\" b",  "'",        "%x",    "@x",         "`x`",
		"| a",       "> a",      "? a",   "a #b",       "\xc3\xa4\xe2\x82\xac",
		"trailing ", " leading", "a, b}", "2026-11-22", "---",
	};

	for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autofree char *path = g_strconcat("/etc/", texts[i], NULL);
		bool is_pattern = strpbrk(texts[i], "*?") != NULL;
		g_autoptr(Request) request = plain(texts[i], path);
		g_autoptr(Request) back = round_trip(request);
		const RequestChange *change = g_ptr_array_index(back->changes, 0);

		g_assert_cmpstr(back->title, ==, texts[i]);
		g_assert_cmpstr(change->path, ==, path);
		g_assert_true(change->is_glob == is_pattern);
	}
}

static void test_pins(void)
{
	g_autoptr(Request) request = plain("t", "/etc/a");
	RequestChange *change = request_add_change(request, "/etc/b");
	g_autoptr(Request) back = NULL;

	memset(change->to.blob, 0x12, BLOB_BYTES); /* forty digits: a number to others */
	memset(change->to.sha256, 0xab, DIGEST_BYTES);
	change->to.is_given = change->to.has_blob = change->to.has_sha256 = true;
	change->to.has_mode = true;
	change->to.mode = 04755;
	change->to.owner = g_strdup("0");
	change->to.group = g_strdup("adm");
	change->from = (Pin){.is_given = true, .is_absent = true};
	change = request_add_change(request, "/etc/link");
	change->has_op = true;
	change->op = OP_CREATED;
	change->to = (Pin){.is_given = true, .target = g_strdup("../\"x\"")};
	back = round_trip(request);
	change = g_ptr_array_index(back->changes, 1);
	g_assert_true(change->from.is_absent && change->to.has_blob && change->to.has_sha256);
	g_assert_cmpuint(change->to.blob[19], ==, 0x12);
	g_assert_cmpuint(change->to.mode, ==, 04755);
	g_assert_cmpstr(change->to.owner, ==, "0");
	g_assert_cmpstr(change->to.group, ==, "adm");
	change = g_ptr_array_index(back->changes, 2);
	g_assert_true(change->has_op && change->op == OP_CREATED);
	g_assert_cmpstr(change->to.target, ==, "../\"x\"");
}

static void test_the_rest(void)
{
	static const char *const who[] = {"carol", "da, ve", NULL};
	g_autoptr(Request) request = plain("t", "/etc/a");
	g_autoptr(Request) back = NULL;

	request->type = REQUEST_EMERGENCY;
	request->implementers = g_strdupv((char **)who);
	request->hosts = g_strsplit("web-*", " ", -1);
	request->start_usec = G_GINT64_CONSTANT(1795316645000000);
	request->end_usec = G_GINT64_CONSTANT(1795316645123456);
	request->risk = g_strdup("high");
	request->author = g_strdup("dan");
	request->external_key = g_strdup("CHG0030042");
	back = round_trip(request);
	g_assert_true(back->type == REQUEST_EMERGENCY);
	g_assert_cmpstr(back->implementers[1], ==, "da, ve");
	g_assert_cmpstr(back->hosts[0], ==, "web-*");
	g_assert_cmpint(back->start_usec, ==, request->start_usec);
	g_assert_cmpint(back->end_usec, ==, request->end_usec);
	g_assert_cmpstr(back->author, ==, "dan");
	g_assert_cmpstr(back->external_key, ==, "CHG0030042");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/request-format/hostile", test_hostile_texts_stay_themselves);
	g_test_add_func("/request-format/pins", test_pins);
	g_test_add_func("/request-format/rest", test_the_rest);
	return g_test_run();
}
