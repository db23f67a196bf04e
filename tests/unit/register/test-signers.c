/* SPDX-License-Identifier: GPL-3.0-or-later */
/* allowed_signers: accepted lines, refused lines, and whom a key speaks for, and when. */
#include "register/signers.h"

#include "base/clock.h"

#include <string.h>

#define KEY "AAAAC3NzaC1lZDI1NTE5AAAAIIZLbe7JzXm7aQmPpEP2IrYIWjIYMNlu5fKS6mmvlUVl"
#define ED "ssh-ed25519 " KEY

static Signers *parse(const char *text, GError **error)
{
	return signers_parse("keys", text, strlen(text), error);
}

static gint64 at(const char *time)
{
	gint64 usec = 0;

	g_assert_true(clock_parse(time, &usec));
	return usec;
}

static void test_lines_are_read(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Signers) signers =
		parse("# people\n\nalice@example.org " ED " laptop\n"
		      "bob,bob@example.org namespaces=\"reeve-approval,git\","
		      "valid-after=\"20260101Z\",valid-before=\"202612312359Z\" " ED "\n",
		      &error);

	g_assert_no_error(error);
	g_assert_cmpuint(signers_count(signers), ==, 2);
	g_assert_cmpstr(signers_get(signers, 0)->comment, ==, "laptop");
	g_assert_cmpstr(signers_get(signers, 1)->principals[1], ==, "bob@example.org");
	g_assert_cmpint(signers_get(signers, 1)->valid_before_usec, ==, at("2026-12-31T23:59:00Z"));
}

static void test_half_understood_lines_are_refused(void)
{
	static const struct {
		const char *line, *message;
	} wrong[] = {
		{"*@example.org " ED, "patterns"},
		{"alice,!bob " ED, "patterns"},
		{"alice cert-authority " ED, "certificates"},
		{"alice verify-required " ED, "unknown option"},
		{"alice valid-before=20260101 " ED, "double quotes"},
		{"alice valid-before=\"20261301\" " ED, "YYYYMMDD"},
		{"alice valid-before=\"2026\" " ED, "YYYYMMDD"},
		{"alice namespaces=\"*\" " ED, "without patterns"},
		{"alice", "expected a key type"},
		{"alice ssh-ed25519", "no ssh-ed25519 key"},
		{"alice ssh-ed25519 AAAA", "no ssh-ed25519 key"},
		{"alice ssh-rsa " KEY, "no ssh-rsa key"},
		{"alice ssh-dss AAAAB3NzaC1kc3MAAAAA", "not accepted"},
		{"alice namespaces=\"git " ED, "key type"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
		g_autofree char *text = g_strconcat("# first\n", wrong[i].line, "\n", NULL);
		g_autoptr(GError) error = NULL;
		g_autoptr(Signers) signers = parse(text, &error);

		g_assert_null(signers);
		g_assert_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX);
		g_assert_true(g_str_has_prefix(error->message, "keys:2:"));
		if (strstr(error->message, wrong[i].message) == NULL) {
			g_error("%s: %s", wrong[i].line, error->message);
		}
	}
}

static void test_whom_a_key_speaks_for(void)
{
	g_autoptr(Signers) signers =
		parse("alice namespaces=\"reeve-approval\",valid-after=\"20260101Z\","
		      "valid-before=\"20261231Z\" " ED "\n",
		      NULL);
	gsize size;
	guint8 *raw = g_base64_decode(KEY, &size);
	g_autoptr(GBytes) key = g_bytes_new_take(raw, size);
	g_autoptr(GBytes) other = g_bytes_new_static("x", 1);
	const struct {
		GBytes *key;
		const char *principal, *name_space, *time;
		SignerVerdict verdict;
	} cases[] = {
		{key, "alice", "reeve-approval", "2026-11-22T00:00:00Z", SIGNER_TRUSTED},
		{key, "alice", "reeve-approval", "2026-01-01T00:00:00Z", SIGNER_TRUSTED},
		{key, "alice", "reeve-approval", "2026-12-31T00:00:00Z", SIGNER_TRUSTED},
		{key, "alice", "reeve-approval", "2026-12-31T00:00:01Z", SIGNER_EXPIRED},
		{key, "alice", "reeve-approval", "2025-12-31T23:59:59Z", SIGNER_NOT_YET_VALID},
		{key, "alice", "git", "2026-11-22T00:00:00Z", SIGNER_WRONG_NAMESPACE},
		{key, "bob", "reeve-approval", "2026-11-22T00:00:00Z", SIGNER_OTHER_PERSON},
		{other, "alice", "reeve-approval", "2026-11-22T00:00:00Z", SIGNER_UNKNOWN_KEY},
	};

	g_assert_nonnull(signers);
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_assert_cmpint(signers_judge(signers, cases[i].key, cases[i].principal,
					      cases[i].name_space, at(cases[i].time), NULL),
				==, cases[i].verdict);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/signers/lines", test_lines_are_read);
	g_test_add_func("/signers/refusals", test_half_understood_lines_are_refused);
	g_test_add_func("/signers/judge", test_whom_a_key_speaks_for);
	return g_test_run();
}
