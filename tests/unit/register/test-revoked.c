/* SPDX-License-Identifier: GPL-3.0-or-later */
/* policy/revoked_keys: keys and fingerprints, one a line; what is anything else is refused. */
#include "register/revoked.h"

#include <string.h>

#define BASE64 "AAAAC3NzaC1lZDI1NTE5AAAAIHZ5OPkbZVj3/9l2bJFKLYMT0DOO2jxMPNk4n4zH2uqC"
#define KEY "ssh-ed25519 " BASE64
#define PRINT                                                                              \
	"SHA256:1G7E+m9IjgHNaGJh80nkmLH32RA9JhDkoZWex3Fk6iQ" /* as ssh-keygen -l prints it \
							      */
#define OTHER "SHA256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static Revoked *parse(const char *text, GError **error)
{
	return revoked_parse("revoked_keys", text, strlen(text), error);
}

static void test_a_key_is_found_by_its_fingerprint(void)
{
	static const char *const texts[] = {
		KEY "\n",
		KEY,
		KEY " bob@example.org, stolen on the train\n",
		"# stolen\n\n  " KEY "  \r\n",
		PRINT "\n",
		OTHER "\n" PRINT "\n",
		PRINT "\n" PRINT "\n" KEY "\n",
	};

	for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(Revoked) revoked = parse(texts[i], &error);

		g_assert_no_error(error);
		g_assert_true(revoked_has(revoked, PRINT));
	}
}

/* The twin. */
static void test_others_are_not(void)
{
	static const char *const texts[] = {"", "\n\n", "# " KEY "\n", OTHER "\n"};

	for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(Revoked) revoked = parse(texts[i], &error);

		g_assert_no_error(error);
		g_assert_false(revoked_has(revoked, PRINT));
		g_assert_false(revoked_has(revoked, NULL));
	}
	g_assert_false(revoked_has(NULL, PRINT));
}

static void test_refusals(void)
{
	static const struct {
		const char *text, *message;
	} bad[] = {
		{"ssh-ed25519\n", "revoked_keys:1:1: expected a public key"},
		{KEY "\nbob\n", "revoked_keys:2:1: expected"},
		{"ssh-rsa " BASE64 "\n", "revoked_keys:1:1: expected"},
		{"ssh-ed25519 %%%\n", "revoked_keys:1:1: expected"},
		{"SHA256:short\n", "revoked_keys:1:1: expected"},
		{PRINT " and more\n", "revoked_keys:1:1: expected"},
		{"MD5:00:11\n", "revoked_keys:1:1: expected"},
		{"serial: 1\n", "revoked_keys:1:1: expected"},
	};
	g_autoptr(GError) binary = NULL;

	for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autoptr(GError) error = NULL;

		g_assert_null(parse(bad[i].text, &error));
		g_test_message("%s", error->message);
		g_assert_nonnull(strstr(error->message, bad[i].message));
	}
	g_assert_null(revoked_parse("revoked_keys", "SSHKRL\n\0", 8, &binary));
	g_assert_nonnull(strstr(binary->message, "no KRL"));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/revoked/found", test_a_key_is_found_by_its_fingerprint);
	g_test_add_func("/revoked/others", test_others_are_not);
	g_test_add_func("/revoked/refusals", test_refusals);
	return g_test_run();
}
