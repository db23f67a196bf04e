/* SPDX-License-Identifier: GPL-3.0-or-later */
/* request.yaml: a whole one is read; what is wrong is refused with line, column and advice. */
#include "register/request.h"

#include <string.h>

#define ID "CHG-20261122-k7qa"
#define HEAD "id: " ID "\ntitle: t\nrequester: bob\n"
#define CHANGE "changes:\n  - path: /etc/motd\n    content: any\n"
#define BLOB "1f0a000000000000000000000000000000000000"

#define PINNED "changes:\n  - path: /etc/motd\n    to: {blob: " BLOB "}\n"
#define STANDARD "type: standard\nwindow: {end: 2099-01-01T00:00:00Z}\n"

static Request *parse(const char *text, GError **error)
{
	return request_parse("request.yaml", ID, text, strlen(text), error);
}

static void test_a_whole_request_is_read(void)
{
	static const char text[] =
		"id: " ID "\ntype: normal\ntitle: Harden sshd on the web tier\n"
		"requester: bob@example.org\nimplementers: [carol]\nhosts: [\"web-*\"]\n"
		"window: {start: 2026-11-22T20:00:00Z, end: 2026-11-22T22:00:00Z}\nrisk: medium\n"
		"changes:\n"
		"  - path: /etc/ssh/sshd_config\n    op: updated\n    from: {blob: " BLOB "}\n"
		"    to: {blob: " BLOB ", mode: \"0644\", owner: root, group: root}\n"
		"  - path: /etc/ssh/sshd_config.d/*.conf\n    content: any\n"
		"  - path: /etc/old\n    to: {absent: true}\n"
		"backout: restore the previous snapshot\n"
		"external: {system: servicenow, key: CHG0030042, url: \"https://x.example\"}\n";
	g_autoptr(GError) error = NULL;
	g_autoptr(Request) request = parse(text, &error);
	const RequestChange *first;

	g_assert_no_error(error);
	g_assert_cmpuint(request->changes->len, ==, 3);
	first = g_ptr_array_index(request->changes, 0);
	g_assert_true(first->from.has_blob && first->to.has_mode && !first->is_glob);
	g_assert_cmpuint(first->to.mode, ==, 0644);
	g_assert_true(((RequestChange *)g_ptr_array_index(request->changes, 1))->is_glob);
	g_assert_cmpstr(request->external_key, ==, "CHG0030042");
	g_assert_cmpint(request->end_usec - request->start_usec, ==, G_GINT64_CONSTANT(7200000000));
}

static void test_what_is_wrong_is_refused(void)
{
	static const struct {
		const char *text, *message;
	} wrong[] = {
		{"", "mapping"},
		{"id: CHG-20261122-xxxx\ntitle: t\nrequester: b\n" CHANGE,
		 "differs from its folder"},
		{"id: ../x\ntitle: t\nrequester: b\n" CHANGE, "no id"},
		{HEAD, "`changes` is missing"},
		{"id: " ID "\nrequester: b\n" CHANGE, "`title` is missing"},
		{HEAD CHANGE "implementors: [x]\n", "unknown key"},
		{HEAD CHANGE "title: again\n", "title"},
		{HEAD CHANGE "type: major\n", "unknown type"},
		{HEAD CHANGE "risk: extreme\n", "unknown risk"},
		{HEAD CHANGE "window: {start: tomorrow}\n", "no time"},
		{HEAD CHANGE "window: {start: 2026-11-22T20:00:00Z, end: 2026-11-22T19:00:00Z}\n",
		 "ends before it starts"},
		{HEAD "changes: {}\n", "list of changes"},
		{HEAD "changes:\n  - path: /etc/../root/x\n    content: any\n", "not canonical"},
		{HEAD "changes:\n  - path: etc/x\n    content: any\n", "not canonical"},
		{HEAD "changes:\n  - path: /etc/*/../x\n    content: any\n", "not canonical"},
		{HEAD "changes:\n  - content: any\n", "names no path"},
		{HEAD "changes:\n  - path: /etc/x\n", "what the content shall be"},
		{HEAD "changes:\n  - path: /etc/x\n    content: some\n", "only be `any`"},
		{HEAD "changes:\n  - path: /etc/x\n    content: any\n    to: {blob: " BLOB "}\n",
		 "at once"},
		{HEAD "changes:\n  - path: /etc/*\n    to: {blob: " BLOB "}\n", "pattern"},
		{HEAD "changes:\n  - path: /etc/x\n    to: {blob: 12}\n", "hexadecimal"},
		{HEAD "changes:\n  - path: /etc/x\n    to: {}\n", "tests nothing"},
		{HEAD "changes:\n  - path: /etc/x\n    to: {absent: true, mode: \"0644\"}\n",
		 "absent and have"},
		{HEAD "changes:\n  - path: /etc/x\n    content: any\n    to: {mode: rw}\n",
		 "octal"},
		{HEAD "changes:\n  - path: /etc/x\n    op: edited\n    content: any\n",
		 "unknown operation"},
		{HEAD "changes: &a\n  - *a\n", ""},
		{HEAD CHANGE, "`content: any` ends with the window, and there is no window"},
		{HEAD CHANGE "window: {start: 2026-11-22T20:00:00Z}\n", "no window that ends"},
		{HEAD "changes:\n  - path: /etc/a*\n    op: created\n    content: any\n",
		 "no window that ends"},
		{HEAD PINNED "type: standard\n", "needs a date on which it ends"},
		{HEAD PINNED "conditions: {package: matches}\n", "only standing requests"},
		{HEAD PINNED STANDARD "conditions: {package: any}\n", "can only be `matches`"},
		{HEAD PINNED STANDARD "conditions: {program: [dpkg]}\n", "no path of a program"},
		{HEAD PINNED STANDARD "conditions: {program: []}\n", "no program is named"},
		{HEAD PINNED STANDARD "conditions: {lines: []}\n", "no pattern"},
		{HEAD PINNED STANDARD "conditions: {lines: [\"*********\"]}\n", "at most 8 `*`"},
		{HEAD PINNED STANDARD "conditions: {files: [x]}\n", "unknown key `files`"},
		{HEAD PINNED "hosts: web-1\n", "list"},
		{HEAD PINNED "window: now\n", "mapping"},
		{HEAD PINNED "external: {sys: x}\n", "unknown key `sys`"},
		{HEAD "changes:\n  - path: /etc/x\n    to: {blob: " BLOB ", acl: rwx}\n", ""},
		{HEAD "changes:\n  - path: register:policy/approvers.yaml\n    to: {blob: " BLOB
		      "}\n",
		 "says what it replaces"},
		{HEAD "changes:\n  - path: register:policy/other.yaml\n    to: {blob: " BLOB "}\n",
		 "not canonical"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(Request) request = parse(wrong[i].text, &error);

		g_assert_null(request);
		g_assert_nonnull(error);
		if (strstr(error->message, wrong[i].message) == NULL) {
			g_error("case %zu: %s", i, error->message);
		}
		g_assert_true(g_str_has_prefix(error->message, "request.yaml:"));
	}
}

static void test_ids(void)
{
	g_autofree char *made = request_id_make(G_GINT64_CONSTANT(1795316645000000));

	g_assert_true(request_id_is_valid(made));
	g_assert_true(g_str_has_prefix(made, "CHG-20261122-"));
	g_assert_true(request_id_is_valid("CHG0030042"));
	g_assert_false(request_id_is_valid("x"));
	g_assert_false(request_id_is_valid(".."));
	g_assert_false(request_id_is_valid("a/b"));
	g_assert_false(request_id_is_valid("-rf"));
	g_assert_false(request_id_is_valid("a..b"));
}

/* The silent twins: what ends by itself, or happens once, needs no end. */
static void test_what_ends_is_read(void)
{
	static const char *const right[] = {
		HEAD CHANGE "window: {end: 2026-11-22T20:00:00Z}\n",
		HEAD CHANGE "type: emergency\n",
		HEAD "changes:\n  - path: /etc/new.d\n    op: created\n    content: any\n",
		HEAD PINNED,
		HEAD "changes: []\n",
		HEAD PINNED STANDARD "conditions: {package: matches, program: [/usr/bin/dpkg]}\n",
	};

	for (gsize i = 0; i < G_N_ELEMENTS(right); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(Request) request = parse(right[i], &error);

		g_assert_no_error(error);
		g_assert_nonnull(request);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/request/whole", test_a_whole_request_is_read);
	g_test_add_func("/request/refusals", test_what_is_wrong_is_refused);
	g_test_add_func("/request/ends", test_what_ends_is_read);
	g_test_add_func("/request/ids", test_ids);
	return g_test_run();
}
