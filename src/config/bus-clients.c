/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who may listen: see bus-clients.h. */
#include "config/bus-clients.h"
#include "config/bus-key.h"

#include <string.h>

#define NAME_MAX_CHARS 64
#define TOPIC_MAX_CHARS 255
#define EVENTS "ev/1/"
#define HEARTBEATS "hb/1/"

static void bus_client_free(BusClient *client)
{
	g_free(client->name);
	g_free(client->key);
	g_strfreev(client->topics);
	g_free(client);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BusClient, bus_client_free)

static bool is_word(const char *text, const char *signs, gsize max)
{
	gsize size = strlen(text);

	for (gsize i = 0; i < size; i++) {
		if (!g_ascii_isalnum(text[i]) && strchr(signs, text[i]) == NULL) {
			return false;
		}
	}
	return size > 0 && size <= max;
}

bool bus_client_name_is_valid(const char *name)
{
	return is_word(name, ".-_", NAME_MAX_CHARS);
}

bool bus_client_topic_is_valid(const char *topic)
{
	return g_str_has_prefix(topic, EVENTS) && g_str_has_suffix(topic, "/") &&
	       is_word(topic, "/.-_", TOPIC_MAX_CHARS);
}

static bool complain(guint line, const char *problem, const char *what, GError **error)
{
	g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX, "line %u: %s%s%s", line, problem,
		    what != NULL ? ": " : "", what != NULL ? what : "");
	return false;
}

static bool check_topics(GStrv topics, guint line, GError **error)
{
	if (g_strv_length(topics) > BUS_CLIENT_TOPICS_MAX) {
		return complain(line, "too many topics", NULL, error);
	}
	for (; *topics != NULL; topics++) {
		if (!bus_client_topic_is_valid(*topics)) {
			return complain(line,
					"no topic of events (`ev/1/` and levels that end with "
					"`/`)",
					NULL, error);
		}
	}
	return true;
}

/* Name, key and topics, without what was between them. */
static GStrv split_words(const char *line)
{
	g_auto(GStrv) pieces = g_strsplit_set(line, " \t\r", -1);
	g_autoptr(GStrvBuilder) words = g_strv_builder_new();

	for (char **piece = pieces; *piece != NULL; piece++) {
		if (**piece != '\0') {
			g_strv_builder_add(words, *piece);
		}
	}
	return g_strv_builder_end(words);
}

static BusClient *read_client(const char *text, guint line, GError **error)
{
	g_auto(GStrv) words = split_words(text);
	g_autoptr(BusClient) client = NULL;
	const char *const everything[] = {EVENTS, NULL};
	guint n = g_strv_length(words);

	if (n < 2 || !bus_client_name_is_valid(words[0])) {
		complain(line, "a client is a name (letters, digits, `.`, `-`, `_`) and its key",
			 NULL, error);
		return NULL;
	}
	if (!bus_key_is_valid(words[1])) {
		complain(line, "not a key of 40 characters, client", words[0], error);
		return NULL;
	}
	if (!check_topics(words + 2, line, error)) {
		return NULL;
	}
	client = g_new0(BusClient, 1);
	client->name = g_strdup(words[0]);
	client->key = g_strdup(words[1]);
	client->topics = g_strdupv(n > 2 ? words + 2 : (char **)everything);
	return g_steal_pointer(&client);
}

static bool add_client(GPtrArray *clients, const char *text, guint line, GError **error)
{
	g_autoptr(BusClient) client = read_client(text, line, error);

	if (client == NULL) {
		return false;
	}
	if (clients->len == BUS_CLIENTS_MAX) {
		return complain(line, "too many clients", NULL, error);
	}
	for (guint i = 0; i < clients->len; i++) {
		const BusClient *other = g_ptr_array_index(clients, i);

		if (g_str_equal(other->name, client->name) ||
		    g_str_equal(other->key, client->key)) {
			return complain(line, "this name or key was there before", client->name,
					error);
		}
	}
	g_ptr_array_add(clients, g_steal_pointer(&client));
	return true;
}

GPtrArray *bus_clients_parse(const char *text, GError **error)
{
	g_autoptr(GPtrArray) clients =
		g_ptr_array_new_with_free_func((GDestroyNotify)bus_client_free);
	g_auto(GStrv) lines = NULL;

	if (strlen(text) > BUS_CLIENTS_MAX_BYTES) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_LIMIT, "more than 1 MiB of clients");
		return NULL;
	}
	lines = g_strsplit(text, "\n", -1);
	for (guint i = 0; lines[i] != NULL; i++) {
		const char *line = g_strchug(lines[i]);

		if (*line != '\0' && *line != '\r' && *line != '#' &&
		    !add_client(clients, line, i + 1, error)) {
			return NULL;
		}
	}
	return g_steal_pointer(&clients);
}

const BusClient *bus_clients_find(const GPtrArray *clients, const char *key)
{
	for (guint i = 0; clients != NULL && i < clients->len; i++) {
		const BusClient *client = g_ptr_array_index(clients, i);

		if (g_str_equal(client->key, key)) {
			return client;
		}
	}
	return NULL;
}

bool bus_client_may_hear(const BusClient *client, const char *topic)
{
	for (char **prefix = client->topics; *prefix != NULL; prefix++) {
		if (g_str_has_prefix(topic, *prefix)) {
			return true;
		}
	}
	return g_str_has_prefix(topic, HEARTBEATS);
}

/* What two prefixes have in common is the longer one, or nothing. */
static void add_common(GStrvBuilder *grants, const char *right, const char *wanted)
{
	if (g_str_has_prefix(wanted, right)) {
		g_strv_builder_add(grants, wanted);
	} else if (g_str_has_prefix(right, wanted)) {
		g_strv_builder_add(grants, right);
	}
}

GStrv bus_client_grant(const BusClient *client, const char *wanted)
{
	g_autoptr(GStrvBuilder) grants = g_strv_builder_new();

	for (char **right = client->topics; *right != NULL; right++) {
		add_common(grants, *right, wanted);
	}
	add_common(grants, HEARTBEATS, wanted);
	return g_strv_builder_end(grants);
}
