/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keys of the bus, edited: see bus-keys.h. */
#include "cli/bus-keys.h"
#include "cli/health.h"

#include "base/clock.h"
#include "base/digest.h"
#include "base/fd.h"
#include "base/io.h"
#include "config/bus-clients.h"
#include "config/bus-key.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#define CLIENTS "clients"
#define LOOK_USEC 5000
#define PATIENCE_USEC (10 * G_USEC_PER_SEC)

/* Making pairs */

static bool write_new(const char *path, const char *text, mode_t mode, GError **error)
{
	auto_fd int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);

	if (fd < 0 && errno == EEXIST) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_DENIED,
			    "%s is there already; a key is never replaced: remove it first", path);
		return false;
	}
	if (fd < 0 || fchmod(fd, mode) < 0) {
		return error_set_errno(error, "cannot make %s", path);
	}
	return io_write_all(fd, text, strlen(text), error);
}

/* `stem`.key and `stem`.pub */
static bool make_pair(const char *stem, GError **error)
{
	g_autofree char *secret_file = g_strconcat(stem, ".key", NULL);
	g_autofree char *public_file = g_strconcat(stem, ".pub", NULL);
	g_autofree char *secret_text = NULL, *public_text = NULL;
	char public[BUS_KEY_CHARS + 1], secret[BUS_KEY_CHARS + 1];

	if (zmq_curve_keypair(public, secret) != 0) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_UNAVAILABLE,
			    "this machine's libzmq was built without CURVE");
		return false;
	}
	secret_text = bus_key_format(BUS_KEY_SECRET, secret);
	public_text = bus_key_format(BUS_KEY_PUBLIC, public);
	return write_new(secret_file, secret_text, 0600, error) &&
	       write_new(public_file, public_text, 0644, error);
}

static bool check_name(const char *name, GError **error)
{
	if (!bus_client_name_is_valid(name)) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
			    "a client's name has letters, digits, `.`, `-` and `_`, at most 64");
		return false;
	}
	return true;
}

bool bus_keys_new(const char *name, GError **error)
{
	return check_name(name, error) && make_pair(name, error);
}

bool bus_keys_new_server(const Context *context, GError **error)
{
	g_autofree char *stem = g_build_filename(context->config->bus_keys, "server", NULL);

	if (g_mkdir_with_parents(context->config->bus_keys, 0755) < 0) {
		return error_set_errno(error, "cannot make %s", context->config->bus_keys);
	}
	return make_pair(stem, error);
}

bool bus_keys_is_public(const char *file)
{
	g_autofree char *key = bus_key_read(BUS_KEY_PUBLIC, file, NULL);

	return key != NULL;
}

/* The list */

static char *list_path(const Context *context)
{
	return g_build_filename(context->config->bus_keys, CLIENTS, NULL);
}

/* The text of the list; "" when there is none. Caller frees. */
static char *read_list(const Context *context, GError **error)
{
	g_autofree char *path = list_path(context);
	g_autoptr(GError) problem = NULL;
	g_autoptr(GBytes) bytes = io_read_file(AT_FDCWD, path, BUS_CLIENTS_MAX_BYTES, &problem);

	if (bytes == NULL && problem->code == REEVE_ERROR_NOT_FOUND) {
		return g_strdup("");
	}
	if (bytes == NULL) {
		g_propagate_error(error, g_steal_pointer(&problem));
		return NULL;
	}
	return g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
}

static bool write_list(const Context *context, const char *text, GError **error)
{
	g_autoptr(GPtrArray) clients = bus_clients_parse(text, error);
	auto_fd int dir = -1;

	if (clients == NULL) {
		return false;
	}
	if (g_mkdir_with_parents(context->config->bus_keys, 0755) == 0) {
		dir = open(context->config->bus_keys, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	if (dir < 0) {
		return error_set_errno(error, "cannot open %s", context->config->bus_keys);
	}
	return io_replace_file(dir, CLIENTS, text, strlen(text), 0644, error);
}

GPtrArray *bus_keys_clients(const Context *context, GError **error)
{
	g_autofree char *text = read_list(context, error);
	GPtrArray *clients = text == NULL ? NULL : bus_clients_parse(text, error);

	if (clients == NULL) {
		g_autofree char *path = list_path(context);

		g_prefix_error(error, "%s: ", path);
	}
	return clients;
}

/* Whether a line's first or second word is the one. */
static bool is_meant(const char *line, const char *word)
{
	g_auto(GStrv) words = g_strsplit_set(line, " \t\r", -1);
	guint n = 0;

	for (guint i = 0; words[i] != NULL && n < 2; i++) {
		if (g_str_equal(words[i], word)) {
			return true;
		}
		n += *words[i] != '\0';
	}
	return false;
}

/* The text without the lines of a name or key. */
static GString *without(const char *text, const char *word, guint *ret_count)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	GString *kept = g_string_new(NULL);

	*ret_count = 0;
	for (guint i = 0; lines[i] != NULL; i++) {
		if (is_meant(lines[i], word)) {
			(*ret_count)++;
		} else if (*lines[i] != '\0' || lines[i + 1] != NULL) {
			g_string_append_printf(kept, "%s\n", lines[i]);
		}
	}
	return kept;
}

bool bus_keys_allow(const Context *context, const char *name, const char *public_file,
		    const char *const *topics, GError **error)
{
	g_autofree char *key = bus_key_read(BUS_KEY_PUBLIC, public_file, error);
	g_autofree char *text = key == NULL ? NULL : read_list(context, error);
	g_autoptr(GString) list = NULL;
	guint count;

	if (text == NULL || !check_name(name, error)) {
		return false;
	}
	list = without(text, name, &count);
	g_string_append_printf(list, "%s %s", name, key);
	for (; topics != NULL && *topics != NULL; topics++) {
		g_string_append_printf(list, " %s", *topics);
	}
	g_string_append_c(list, '\n');
	return write_list(context, list->str, error);
}

bool bus_keys_revoke(const Context *context, const char *word, guint *ret_count, GError **error)
{
	g_autofree char *text = read_list(context, error);
	g_autoptr(GString) list = NULL;

	*ret_count = 0;
	if (text == NULL) {
		return false;
	}
	list = without(text, word, ret_count);
	return *ret_count == 0 || write_list(context, list->str, error);
}

/* The daemon */

/* Whether the relay listens on the network at all. */
static bool has_network(const Health *relay)
{
	json_t *urls = json_object_get(relay->line, "live");

	for (gsize i = 0; i < json_array_size(urls); i++) {
		const char *url = json_string_value(json_array_get(urls, i));

		if (url != NULL && g_str_has_prefix(url, "tcp://")) {
			return true;
		}
	}
	return false;
}

static bool goes_by(const Health *relay, const char *digest)
{
	return g_strcmp0(json_string_value(json_object_get(relay->line, "keys")), digest) == 0;
}

BusKeysTold bus_keys_tell_daemon(const Context *context)
{
	g_autofree char *text = read_list(context, NULL);
	gint64 deadline = clock_mono_usec() + PATIENCE_USEC;
	g_auto(Health) daemon = {0};
	char digest[DIGEST_HEX + 1];

	health_read(context, "reeved", &daemon);
	if (text == NULL || !daemon.is_alive || kill((pid_t)daemon.pid, SIGUSR1) != 0) {
		return BUS_KEYS_NO_DAEMON;
	}
	digest_sha256_hex(text, strlen(text), digest);
	while (clock_mono_usec() < deadline) {
		g_auto(Health) relay = {0};

		health_read(context, "relay", &relay);
		if (relay.is_alive && !has_network(&relay)) {
			return BUS_KEYS_NO_NETWORK;
		}
		if (relay.is_alive && goes_by(&relay, digest)) {
			return BUS_KEYS_TOLD;
		}
		g_usleep(LOOK_USEC);
	}
	return BUS_KEYS_NO_ANSWER;
}
