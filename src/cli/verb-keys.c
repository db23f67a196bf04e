/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * reeve keys: whose signatures count on this host, and who may listen to it over the network. Edits
 * the file of trusted keys and the list of clients, and tells the daemon. Which of the two a key is
 * for, its file says.
 */
#include "cli/bus-keys.h"
#include "cli/moment.h"
#include "cli/paint.h"
#include "cli/register-view.h"
#include "cli/trust-file.h"
#include "cli/verb.h"

#include "base/clock.h"
#include "config/bus-clients.h"
#include "register/ssh-key.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
	char *valid_before;
	GStrv topics;
	gboolean server;
} KeysOptions;

static void keys_options_clear(KeysOptions *options)
{
	g_free(options->valid_before);
	g_strfreev(options->topics);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(KeysOptions, keys_options_clear)

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

static void print_client_json(const BusClient *client)
{
	json_t *topics = json_array();
	json_t *object;
	char *text;

	for (char **topic = client->topics; *topic != NULL; topic++) {
		json_array_append_new(topics, json_string(*topic));
	}
	object = json_pack("{s:s, s:s, s:s, s:o}", "client", client->name, "type", "curve", "key",
			   client->key, "topics", topics);
	text = json_dumps(object, JSON_COMPACT);
	puts(text);
	free(text);
	json_decref(object);
}

static void print_client(const Context *context, const BusClient *client)
{
	Paint paint = paint_of(context);
	g_autofree char *topics = g_strjoinv(" ", client->topics);
	g_autoptr(GString) out = g_string_new(NULL);

	if (context->is_json) {
		print_client_json(client);
		return;
	}
	paint_foreign(&paint, out, STYLE_BOLD, client->name);
	g_string_append_printf(out, "  bus  %s  hears %s", client->key, topics);
	puts(out->str);
}

static int keys_list(const Context *context)
{
	GError *error = NULL;
	g_autoptr(Signers) signers = trusted_signers(context, &error);
	g_autoptr(GPtrArray) clients = NULL;

	if (signers == NULL) {
		return verb_fail(error);
	}
	for (guint i = 0; i < signers_count(signers); i++) {
		print_key(context, signers_get(signers, i));
	}
	clients = bus_keys_clients(context, &error);
	if (clients == NULL) {
		return verb_fail(error);
	}
	for (guint i = 0; i < clients->len; i++) {
		print_client(context, g_ptr_array_index(clients, i));
	}
	if (signers_count(signers) == 0 && clients->len == 0 && !context->is_json) {
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

static int tell_bus(const Context *context, const char *what)
{
	static const char *const ends[] = {
		[BUS_KEYS_TOLD] = "the daemon goes by it",
		[BUS_KEYS_NO_DAEMON] = "no daemon of yours runs: it reads it at its start",
		[BUS_KEYS_NO_NETWORK] =
			"the daemon has no tcp:// address in bus.live or bus.replay",
	};
	BusKeysTold told = bus_keys_tell_daemon(context);

	if (told == BUS_KEYS_NO_ANSWER) {
		return verb_trouble("%s, but the daemon has not taken the list; its log says why",
				    what);
	}
	g_print("%s; %s\n", what, ends[told]);
	return CLI_OK;
}

static int keys_new(const Context *context, const char *name)
{
	GError *error = NULL;

	if (name != NULL ? !bus_keys_new(name, &error) : !bus_keys_new_server(context, &error)) {
		return verb_fail(error);
	}
	if (name == NULL) {
		g_print("%s has the server's key pair; give server.pub to who is to listen\n",
			context->config->bus_keys);
	} else {
		g_print("%s.key is the secret, it stays here; on the host: `reeve keys allow %s "
			"%s.pub`\n",
			name, name, name);
	}
	return CLI_OK;
}

static int keys_allow(const Context *context, const char *who, const char *file,
		      const KeysOptions *options)
{
	GError *error = NULL;
	g_autofree char *what = NULL;

	if (bus_keys_is_public(file)) {
		what = g_strdup_printf("%s may listen", who);
		return bus_keys_allow(context, who, file, (const char *const *)options->topics,
				      &error)
			       ? tell_bus(context, what)
			       : verb_fail(error);
	}
	what = g_strdup_printf("%s is trusted to approve", who);
	return trust_allow(context, who, file, options->valid_before, &error) ? tell(context, what)
									      : verb_fail(error);
}

static int keys_revoke(const Context *context, const char *word)
{
	GError *error = NULL;
	g_autofree char *what = NULL;
	guint count;

	if (!bus_keys_revoke(context, word, &count, &error)) {
		return verb_fail(error);
	}
	if (count > 0) {
		what = g_strdup_printf("%s may listen no more", word);
		return tell_bus(context, what);
	}
	if (!trust_revoke(context, word, &count, &error)) {
		return verb_fail(error);
	}
	what = g_strdup_printf("%s: %u %s no more; what was approved before stays approved", word,
			       count, count == 1 ? "key counts" : "keys count");
	return tell(context, what);
}

int verb_keys(const Context *context, int argc, char **argv)
{
	g_auto(KeysOptions) options = {0};
	const GOptionEntry entries[] = {
		{"valid-before", 0, 0, G_OPTION_ARG_STRING, &options.valid_before,
		 "allow, a key that signs: until then, as YYYYMMDD[HHMM[SS]][Z]", "TIME"},
		{"topic", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.topics,
		 "allow, a key of the bus: hears this alone, `ev/1/alert/` (repeat for more)",
		 "PREFIX"},
		{"server", 0, 0, G_OPTION_ARG_NONE, &options.server,
		 "new: the server's own, into the folder of keys", NULL},
		G_OPTION_ENTRY_NULL,
	};
	int status;

	if (verb_parse(entries, &argc, &argv, &status) == VERB_DONE) {
		return status;
	}
	if (argc == 2 && strcmp(argv[1], "list") == 0) {
		return keys_list(context);
	}
	if (argc == (options.server ? 2 : 3) && strcmp(argv[1], "new") == 0) {
		return keys_new(context, options.server ? NULL : argv[2]);
	}
	if (argc == 4 && strcmp(argv[1], "allow") == 0) {
		return keys_allow(context, argv[2], argv[3], &options);
	}
	if (argc == 3 && strcmp(argv[1], "revoke") == 0) {
		return keys_revoke(context, argv[2]);
	}
	return verb_usage("keys", "say `keys new NAME`, `keys new --server`, `keys list`, `keys "
				  "allow WHO KEY.pub` or `keys revoke WHO|FINGERPRINT|KEY`");
}
