/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Stock ssh-keygen at work in a folder of its own: for tests that hold us against it.
 */
#pragma once

#include "register/signers.h"
#include "register/sshsig.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

#define PERSON "alice@example.org"

static char *workplace; /* the test's */

static inline char *run(const char *command, bool *ret_good)
{
	g_autofree char *line = g_strdup_printf("cd '%s' && %s", workplace, command);
	const char *argv[] = {"sh", "-c", line, NULL};
	g_autofree char *noise = NULL;
	char *output = NULL;
	int status = 0;

	g_assert_true(g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL,
				   &output, &noise, &status, NULL));
	*ret_good = status == 0;
	return output;
}

static inline void must_run(const char *command)
{
	bool good;

	g_free(run(command, &good));
	g_assert_true(good);
}

G_NO_INLINE G_GNUC_UNUSED static char *read_text(const char *name)
{
	g_autofree char *path = g_build_filename(workplace, name, NULL);
	char *text = NULL;

	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	return text;
}

static inline void write_text(const char *name, const void *data, gsize size)
{
	g_autofree char *path = g_build_filename(workplace, name, NULL);

	g_assert_true(g_file_set_contents(path, data, (gssize)size, NULL));
}

/* Whether ssh-keygen takes a signature, by the keys in the file `allowed`; whether we do. */
static inline bool stock_takes(const char *armoured, const char *message)
{
	bool good;
	g_autofree char *output = NULL;

	write_text("x.sig", armoured, strlen(armoured));
	write_text("x", message, strlen(message));
	output = run("ssh-keygen -Y verify -f allowed -I " PERSON " -n reeve-approval -s x.sig < x",
		     &good);
	return good;
}

static inline bool we_take(const char *armoured, const char *message)
{
	g_autofree char *allowed = read_text("allowed");
	g_autoptr(Signers) signers = signers_parse("allowed", allowed, strlen(allowed), NULL);
	g_auto(SshSig) sig = {NULL};

	return signers != NULL && sshsig_parse(armoured, strlen(armoured), &sig, NULL) &&
	       g_str_equal(sig.namespace, SSHSIG_NAMESPACE) &&
	       sshsig_verify(&sig, message, strlen(message), NULL) == SSHSIG_GOOD &&
	       signers_judge(signers, sig.key, PERSON, SSHSIG_NAMESPACE, g_get_real_time(), NULL) ==
		       SIGNER_TRUSTED;
}

/* A key `k`, the file `allowed` that trusts it, and its signature m.sig over `m`. */
static inline void make_key(const char *options)
{
	g_autofree char *command = g_strdup_printf(
		"rm -f k k.pub m.sig && printf 'a statement\\n' > m && "
		"ssh-keygen -q -N '' -C test -f k %s && "
		"ssh-keygen -q -Y sign -n reeve-approval -f k m && "
		"echo " PERSON " namespaces=\\\"reeve-approval\\\" \"$(cat k.pub)\" > allowed",
		options);

	must_run(command);
}
