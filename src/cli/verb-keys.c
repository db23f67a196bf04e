/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * reeve keys: whose signatures count on this host. Edits the file of trusted keys and tells the
 * daemon.
 */
#include "cli/moment.h"
#include "cli/paint.h"
#include "cli/register-view.h"
#include "cli/trust-file.h"
#include "cli/verb.h"

#include "base/clock.h"
#include "register/ssh-key.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_json(const Signer *signer, const char *who, const char *fingerprint)
{
	json_t *object = json_pack("{s:s, s:s, s:s}", "principals", who, "type", signer->key_type,
				   "fingerprint", fingerprint);
	char *text;

	if (signer->valid_before_usec != 0) {
		g_autofree char *until = clock_format(signer->valid_before_usec);

		json_object_set_new(object, "valid_before", json_string(until));
	}
	text = json_dumps(object, JSON_COMPACT);
	puts(text);
	free(text);
	json_decref(object);
}

static void print_key(const Context *context, const Signer *signer)
{
	Paint paint = paint_of(context);
	g_autofree char *who = g_strjoinv(",", signer->principals);
	g_autofree char *fingerprint = ssh_key_fingerprint(signer->key);
	g_autofree char *until = moment_long(signer->valid_before_usec);
	g_autoptr(GString) out = g_string_new(NULL);

	if (context->is_json) {
		print_json(signer, who, fingerprint);
		return;
	}
	paint_foreign(&paint, out, STYLE_BOLD, who);
	g_string_append_printf(out, "  %s  %s", signer->key_type, fingerprint);
	if (signer->valid_before_usec != 0) {
		g_string_append_printf(out, "  until %s", until);
	}
	puts(out->str);
}

static int keys_list(const Context *context)
{
	GError *error = NULL;
	g_autoptr(Signers) signers = trusted_signers(context, &error);

	if (signers == NULL) {
		return verb_fail(error);
	}
	for (guint i = 0; i < signers_count(signers); i++) {
		print_key(context, signers_get(signers, i));
	}
	if (signers_count(signers) == 0 && !context->is_json) {
		g_print("no key is trusted yet: `reeve keys allow PRINCIPAL KEY.pub` (in %s)\n",
			context->config->register_trust);
	}
	return CLI_OK;
}

static int tell(const Context *context, const char *what)
{
	bool is_told = trust_tell_daemon(context);

	g_print("%s; %s\n", what,
		is_told ? "the daemon knows" : "no daemon of yours runs: it reads it at its start");
	return CLI_OK;
}

static int keys_allow(const Context *context, const char *principal, const char *file,
		      const char *valid_before)
{
	GError *error = NULL;
	g_autofree char *what = g_strdup_printf("%s is trusted to approve", principal);

	return trust_allow(context, principal, file, valid_before, &error) ? tell(context, what)
									   : verb_fail(error);
}

static int keys_revoke(const Context *context, const char *word)
{
	GError *error = NULL;
	g_autofree char *what = NULL;
	guint count;

	if (!trust_revoke(context, word, &count, &error)) {
		return verb_fail(error);
	}
	what = g_strdup_printf("%s: %u %s no more; what was approved before stays approved", word,
			       count, count == 1 ? "key counts" : "keys count");
	return tell(context, what);
}

int verb_keys(const Context *context, int argc, char **argv)
{
	g_autofree char *valid_before = NULL;
	const GOptionEntry entries[] = {
		{"valid-before", 0, 0, G_OPTION_ARG_STRING, &valid_before,
		 "allow: until then, as YYYYMMDD[HHMM[SS]][Z]", "TIME"},
		G_OPTION_ENTRY_NULL,
	};
	int status;

	if (verb_parse(entries, &argc, &argv, &status) == VERB_DONE) {
		return status;
	}
	if (argc == 2 && strcmp(argv[1], "list") == 0) {
		return keys_list(context);
	}
	if (argc == 4 && strcmp(argv[1], "allow") == 0) {
		return keys_allow(context, argv[2], argv[3], valid_before);
	}
	if (argc == 3 && strcmp(argv[1], "revoke") == 0) {
		return keys_revoke(context, argv[2]);
	}
	return verb_usage("keys", "say `keys list`, `keys allow PRINCIPAL KEY.pub` or `keys revoke "
				  "PRINCIPAL|FINGERPRINT`");
}
