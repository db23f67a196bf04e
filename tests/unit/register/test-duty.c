/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who answers for what, by people.yaml. */
#include "register/people.h"

#include <string.h>

#define NOW G_GINT64_CONSTANT(1795316645123456) /* 2026-11-22T03:04:05Z */

#define GOOD                                                                                    \
	"alice:\n"                                                                              \
	"  valid-before: 2026-11-22T00:00:00Z\n"                                                \
	"  answers: [{paths: [\"/etc/ssh/**\"], hosts: [\"web-*\"], next: [aadm, BOB, bob]}]\n" \
	"bob:\n"                                                                                \
	"  answers:\n"                                                                          \
	"    - {paths: /etc/**, within: 4h}\n"                                                  \
	"    - {hosts: db-1, within: 30s, next: [carol]}\n"                                     \
	"carol: {logins: [aadm]}\n"

static People *parse(const char *text, GError **error)
{
	return people_parse("people.yaml", text, strlen(text), error);
}

static char *line_of(const People *people, const char *host, const char *path, gint64 now_usec)
{
	gint64 within;
	g_autoptr(GPtrArray) line = people_line(people, host, path, now_usec, &within);
	g_autoptr(GString) out = g_string_new(NULL);

	for (guint i = 0; i < line->len; i++) {
		g_string_append_printf(out, "%s ", ((const Person *)line->pdata[i])->name);
	}
	g_string_append_printf(out, "%d", (int)(within / G_USEC_PER_SEC));
	return g_strdup(out->str);
}

static void test_lines(void)
{
	static const struct {
		const char *host, *path, *line;
	} cases[] = {
		/* she has left: those behind her, each once, by whatever name */
		{"web-1", "/etc/ssh/sshd_config", "carol bob 900"},
		{"app-1", "/etc/ssh/sshd_config", "bob 14400"},
		{"web-1", "/etc/motd", "bob 14400"},
		{"db-1", "/srv/x", "bob carol 30"},
		{"db-1", NULL, "bob carol 30"},
		{"web-1", NULL, "900"},
		{"web-1", "/srv/x", "900"},
	};
	g_autoptr(GError) error = NULL;
	g_autoptr(People) people = parse(GOOD, &error);
	g_autofree char *before = NULL, *nobody = NULL;

	g_assert_no_error(error);
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *line = line_of(people, cases[i].host, cases[i].path, NOW);

		g_assert_cmpstr(line, ==, cases[i].line);
	}
	/* a day before she was still there */
	before = line_of(people, "web-1", "/etc/ssh/x", NOW - G_TIME_SPAN_DAY);
	g_assert_cmpstr(before, ==, "alice carol bob 900");
	nobody = line_of(NULL, "web-1", "/etc/ssh/x", NOW);
	g_assert_cmpstr(nobody, ==, "900");
}

static void test_refused(void)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{"a: {answers: [{next: [nobody]}]}", "nobody known"},
		{"a: {answers: {paths: /x}}", "expected at most"},
		{"a: {answers: [x]}", "expected what somebody answers for"},
		{"a: {answers: [{path: /x}]}", "unknown key"},
		{"a: {answers: [{paths: x}]}", "no pattern of paths"},
		{"a: {answers: [{within: 5}]}", "no length of time"},
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;

		g_assert_null(parse(cases[i].text, &error));
		g_assert_nonnull(strstr(error->message, cases[i].why));
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/duty/lines", test_lines);
	g_test_add_func("/duty/refused", test_refused);
	return g_test_run();
}
