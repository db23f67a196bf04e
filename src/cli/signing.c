/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signing: see signing.h. */
#include "cli/signing.h"

#include "cli/program.h"
#include "cli/trust-file.h"

#include "register/sshsig.h"

#include <string.h>
#include <unistd.h>

static const char *const usual_keys[] = {"id_ed25519", "id_ecdsa", "id_rsa"};

void signing_key_clear(SigningKey *key)
{
	if (key->folder != NULL) {
		unlink(key->file);
		rmdir(key->folder);
	}
	g_free(key->file);
	g_free(key->folder);
	g_free(key->principal);
	*key = (SigningKey){NULL};
}

/* Whom the trusted keys say this key speaks for; NULL: nobody. */
static const Signer *trusted_line(const Signers *trusted, GBytes *key)
{
	for (guint i = 0; i < signers_count(trusted); i++) {
		const Signer *signer = signers_get(trusted, i);

		if (g_bytes_equal(signer->key, key)) {
			return signer;
		}
	}
	return NULL;
}

/* The public half: beside the file, or the file itself. */
static Signers *public_half(const char *file, GError **error)
{
	g_autofree char *beside = g_strconcat(file, ".pub", NULL);
	bool is_public = g_str_has_suffix(file, ".pub");

	return public_key_read("signer", is_public ? file : beside, error);
}

static bool take_principal(const Signers *trusted, GBytes *key, const char *principal,
			   SigningKey *ret, GError **error)
{
	const Signer *signer = trusted_line(trusted, key);

	if (principal != NULL) {
		ret->principal = g_strdup(principal);
		return true;
	}
	if (signer == NULL) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_DENIED,
			    "the key %s is not trusted on this host; root trusts it with `reeve "
			    "keys allow PRINCIPAL KEY.pub`",
			    ret->file);
		return false;
	}
	ret->principal = g_strdup(signer->principals[0]);
	return true;
}

static bool choose_given(const Signers *trusted, const char *file, const char *principal,
			 SigningKey *ret, GError **error)
{
	g_autoptr(Signers) half = public_half(file, error);

	ret->file = g_strdup(file);
	return half != NULL &&
	       take_principal(trusted, signers_get(half, 0)->key, principal, ret, error);
}

static bool choose_usual(const Signers *trusted, const char *principal, SigningKey *ret)
{
	for (gsize i = 0; i < G_N_ELEMENTS(usual_keys); i++) {
		g_autofree char *file =
			g_build_filename(g_get_home_dir(), ".ssh", usual_keys[i], NULL);
		g_autoptr(Signers) half = public_half(file, NULL);

		if (half != NULL && trusted_line(trusted, signers_get(half, 0)->key) != NULL &&
		    g_file_test(file, G_FILE_TEST_EXISTS)) {
			ret->file = g_strdup(file);
			return take_principal(trusted, signers_get(half, 0)->key, principal, ret,
					      NULL);
		}
	}
	return false;
}

/* ssh-keygen wants the agent's key as a file with its public half. */
static bool write_public(const char *line, SigningKey *ret)
{
	ret->folder = g_dir_make_tmp("reeve-XXXXXX", NULL);
	if (ret->folder == NULL) {
		return false;
	}
	ret->file = g_build_filename(ret->folder, "agent.pub", NULL);
	return g_file_set_contents(ret->file, line, -1, NULL);
}

static bool choose_from_agent(const Signers *trusted, const char *principal, SigningKey *ret)
{
	static const char *const list[] = {"ssh-add", "-L", NULL};
	const ProgramCall call = {0};
	g_autoptr(GBytes) output = NULL;
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;

	if (!program_run(list, &call, &output, NULL)) {
		return false;
	}
	text = g_strndup(g_bytes_get_data(output, NULL), g_bytes_get_size(output));
	lines = g_strsplit(text, "\n", -1);
	for (guint i = 0; lines[i] != NULL && *lines[i] != '\0'; i++) {
		g_autofree char *line = g_strconcat("signer ", lines[i], "\n", NULL);
		g_autoptr(Signers) half = signers_parse("agent", line, strlen(line), NULL);

		if (half != NULL && signers_count(half) == 1 &&
		    trusted_line(trusted, signers_get(half, 0)->key) != NULL &&
		    write_public(lines[i], ret)) {
			return take_principal(trusted, signers_get(half, 0)->key, principal, ret,
					      NULL);
		}
	}
	return false;
}

bool signing_key_choose(const Signers *trusted, const char *file, const char *principal,
			SigningKey *ret, GError **error)
{
	if (file != NULL) {
		return choose_given(trusted, file, principal, ret, error);
	}
	if (choose_usual(trusted, principal, ret) || choose_from_agent(trusted, principal, ret)) {
		return true;
	}
	g_set_error(error, REEVE_ERROR, REEVE_ERROR_NOT_FOUND,
		    "none of your keys (~/.ssh/id_*, the agent) is trusted on this host; name one "
		    "with --key FILE, or have root trust yours: `reeve keys allow PRINCIPAL "
		    "KEY.pub`");
	return false;
}

GBytes *signing_key_sign(const SigningKey *key, GBytes *statement, GError **error)
{
	const char *const argv[] = {"ssh-keygen",     "-q", "-Y",      "sign", "-n",
				    SSHSIG_NAMESPACE, "-f", key->file, NULL};
	const ProgramCall call = {.input = statement};
	GBytes *signature = NULL;

	if (!program_run(argv, &call, &signature, error)) {
		g_prefix_error(error, "not signed: ");
		return NULL;
	}
	return signature;
}
