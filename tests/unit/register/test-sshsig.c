/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SSHSIG against OpenSSH itself: ssh-keygen makes the keys and signatures, we verify them, and what
 * ssh-keygen would refuse we refuse.
 */
#include "../thrift.h"
#include "register/ssh-key.h"
#include "register/sshsig.h"

#include <glib/gstdio.h>
#include <string.h>

#define MESSAGE "reeve-approval 1\nrequest CHG-20261122-k7qa\n"

typedef struct {
	char *folder;
} Fixture;

static void run(const char *folder, const char *command)
{
	g_autofree char *line = g_strdup_printf("cd '%s' && %s", folder, command);
	const char *argv[] = {"sh", "-c", line, NULL};
	g_autofree char *noise = NULL;
	int status = 0;
	g_autoptr(GError) error = NULL;

	g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, &noise,
		     &status, &error);
	g_assert_no_error(error);
	if (status != 0) {
		g_error("%s: %s", line, noise);
	}
}

static char *read_text(const char *folder, const char *name, gsize *ret_size)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	g_autoptr(GError) error = NULL;
	char *text = NULL;

	g_file_get_contents(path, &text, ret_size, &error);
	g_assert_no_error(error);
	return text;
}

static void fixture_set_up(Fixture *fixture, gconstpointer key_options)
{
	g_autofree char *make = g_strdup_printf(
		"printf '%%b' '%s' > m && ssh-keygen -q -N '' -C test -f k %s && "
		"ssh-keygen -q -Y sign -n reeve-approval -f k m",
		"reeve-approval 1\\nrequest CHG-20261122-k7qa\\n", (const char *)key_options);

	fixture->folder = g_dir_make_tmp("reeve-sshsig-XXXXXX", NULL);
	run(fixture->folder, make);
}

static void fixture_tear_down(Fixture *fixture, gconstpointer unused)
{
	run(fixture->folder, "rm -f m m.sig k k.pub");
	g_rmdir(fixture->folder);
	g_free(fixture->folder);
}

static SshSigVerdict verify(const char *armoured, gsize size, const char *message, GError **error)
{
	g_auto(SshSig) sig = {NULL};

	if (!sshsig_parse(armoured, size, &sig, error)) {
		return SSHSIG_BAD;
	}
	return sshsig_verify(&sig, message, strlen(message), error);
}

static void test_good_signature_verifies(Fixture *fixture, gconstpointer unused)
{
	gsize size;
	g_autofree char *armoured = read_text(fixture->folder, "m.sig", &size);
	g_autoptr(GError) error = NULL;

	g_assert_cmpint(verify(armoured, size, MESSAGE, &error), ==, SSHSIG_GOOD);
	g_assert_no_error(error);
	g_assert_cmpint(verify(armoured, size, MESSAGE " ", &error), ==, SSHSIG_BAD);
}

static void test_parts_are_those_of_ssh_keygen(Fixture *fixture, gconstpointer unused)
{
	gsize size;
	g_autofree char *armoured = read_text(fixture->folder, "m.sig", &size);
	g_autofree char *printed = NULL;
	g_auto(SshSig) sig = {NULL};

	run(fixture->folder, "ssh-keygen -l -f k.pub > k");
	printed = read_text(fixture->folder, "k", NULL);
	g_assert_true(sshsig_parse(armoured, size, &sig, NULL));
	g_assert_cmpstr(sig.namespace, ==, "reeve-approval");
	g_assert_nonnull(strstr(printed, sig.fingerprint));
}

/* Every single flipped byte of the decoded signature is refused, one way or the other. */
static void test_every_flipped_byte_is_refused(Fixture *fixture, gconstpointer unused)
{
	gsize size, raw_size;
	g_autofree char *armoured = read_text(fixture->folder, "m.sig", &size);
	char *body = strchr(armoured, '\n') + 1;
	g_autofree guint8 *raw = NULL;

	*strstr(body, "-----END") = '\0';
	raw = g_base64_decode(body, &raw_size);
	for (gsize i = 0; i < raw_size; i += thrift(1, 5)) {
		g_autofree char *flipped = NULL;
		g_autofree char *wrapped = NULL;
		g_autoptr(GError) error = NULL;

		raw[i] ^= 1;
		flipped = g_base64_encode(raw, raw_size);
		raw[i] ^= 1;
		wrapped = g_strdup_printf("-----BEGIN SSH SIGNATURE-----\n%s\n"
					  "-----END SSH SIGNATURE-----\n",
					  flipped);
		g_assert_cmpint(verify(wrapped, strlen(wrapped), MESSAGE, &error), !=, SSHSIG_GOOD);
	}
}

static void test_what_is_no_signature_is_refused(void)
{
	static const char *const wrong[] = {
		"",
		"-----BEGIN SSH SIGNATURE-----\n",
		"-----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----\n",
		"-----BEGIN SSH SIGNATURE-----\nU1NIU0lH\n-----END SSH SIGNATURE-----\n",
		("-----BEGIN SSH SIGNATURE-----\nU1NIU0lHAAAAAf////8=\n"
		 "-----END SSH SIGNATURE-----\n"),
		"-----BEGIN SSH SIGNATURE-----\n***\n-----END SSH SIGNATURE-----\n",
		"-----BEGIN SSH SIGNATURE-----\nU1NIU0lH\n-----END SSH SIGNATURE-----\nmore",
		"-----BEGIN PGP SIGNATURE-----\nU1NIU0lH\n-----END PGP SIGNATURE-----\n",
	};

	for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
		g_auto(SshSig) sig = {NULL};
		g_autoptr(GError) error = NULL;

		g_assert_false(sshsig_parse(wrong[i], strlen(wrong[i]), &sig, &error));
		g_assert_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX);
	}
}

static void test_weak_rsa_is_refused(Fixture *fixture, gconstpointer unused)
{
	gsize size;
	g_autofree char *armoured = read_text(fixture->folder, "m.sig", &size);
	g_autoptr(GError) error = NULL;

	g_assert_cmpint(verify(armoured, size, MESSAGE, &error), ==, SSHSIG_UNSUPPORTED);
	g_assert_nonnull(strstr(error->message, "too weak"));
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name, *options;
	} keys[] = {
		{"ed25519", "-t ed25519"},        {"ecdsa-256", "-t ecdsa -b 256"},
		{"ecdsa-384", "-t ecdsa -b 384"}, {"ecdsa-521", "-t ecdsa -b 521"},
		{"rsa-3072", "-t rsa -b 3072"},
	};

	g_test_init(&argc, &argv, NULL);
	for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
		g_autofree char *good = g_strconcat("/sshsig/good/", keys[i].name, NULL);
		g_autofree char *parts = g_strconcat("/sshsig/parts/", keys[i].name, NULL);
		g_autofree char *flipped = g_strconcat("/sshsig/flipped/", keys[i].name, NULL);

		g_test_add(good, Fixture, keys[i].options, fixture_set_up,
			   test_good_signature_verifies, fixture_tear_down);
		g_test_add(parts, Fixture, keys[i].options, fixture_set_up,
			   test_parts_are_those_of_ssh_keygen, fixture_tear_down);
		g_test_add(flipped, Fixture, keys[i].options, fixture_set_up,
			   test_every_flipped_byte_is_refused, fixture_tear_down);
	}
	g_test_add("/sshsig/weak-rsa", Fixture, "-t rsa -b 2048", fixture_set_up,
		   test_weak_rsa_is_refused, fixture_tear_down);
	g_test_add_func("/sshsig/malformed", test_what_is_no_signature_is_refused);
	return g_test_run();
}
