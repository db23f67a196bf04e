/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Peers: see peer.h. */
#include "bridge/peer.h"
#include "base/fd.h"
#include "base/io.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define FILE_MAX_BYTES (1024 * 1024)
#define SYSTEM_CA "/etc/ssl/certs/ca-certificates.crt"

const char *const peer_keys[] = {
	"at",       "user",     "ca",      "certificate", "certificate_key",
	"password", "hmac_key", "headers", NULL};

static const struct {
	const char *key;
	bool is_secret;
} files[_PEER_N] = {
	[PEER_CA] = {"ca", false},
	[PEER_CERTIFICATE] = {"certificate", false},
	[PEER_CERTIFICATE_KEY] = {"certificate_key", true},
	[PEER_PASSWORD] = {"password", true},
	[PEER_HMAC_KEY] = {"hmac_key", true},
	[PEER_HEADERS] = {"headers", true},
};

static bool read_file_name(Peer *peer, PeerFile file, const YamlDocument *document,
			   const YamlNode *node, GError **error)
{
	if (node == NULL) {
		return true;
	}
	if (!yaml_string(document, node, &peer->files[file], error)) {
		return false;
	}
	return g_path_is_absolute(peer->files[file]) ||
	       yaml_complain(document, node, "the path of a file that holds it", error,
			     "`%s` is not written here", files[file].key);
}

bool peer_read(Peer *peer, const YamlDocument *document, const YamlNode *output, GError **error)
{
	const YamlNode *at = yaml_get(output, "at"), *user = yaml_get(output, "user");

	if ((at != NULL && !yaml_string(document, at, &peer->at, error)) ||
	    (user != NULL && !yaml_string(document, user, &peer->user, error))) {
		return false;
	}
	for (PeerFile file = 0; file < _PEER_N; file++) {
		if (!read_file_name(peer, file, document, yaml_get(output, files[file].key),
				    error)) {
			return false;
		}
	}
	if ((peer->user == NULL) != (peer->files[PEER_PASSWORD] == NULL) ||
	    (peer->files[PEER_CERTIFICATE] == NULL) !=
		    (peer->files[PEER_CERTIFICATE_KEY] == NULL)) {
		return yaml_complain(document, output, NULL, error,
				     "`user` goes with `password`, `certificate` with "
				     "`certificate_key`");
	}
	return true;
}

static bool load_file(Peer *peer, PeerFile file, GError **error)
{
	auto_fd int fd = open(peer->files[file], O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0) {
		return error_set_errno(error, "%s: cannot open %s", files[file].key,
				       peer->files[file]);
	}
	if (files[file].is_secret && (st.st_mode & S_IRWXO) != 0) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_DENIED,
			    "%s: others may use %s; take that from them (chmod o=)",
			    files[file].key, peer->files[file]);
		return false;
	}
	peer->contents[file] = io_read_fd(fd, FILE_MAX_BYTES, error);
	if (peer->contents[file] == NULL) {
		g_prefix_error(error, "%s: %s: ", files[file].key, peer->files[file]);
	}
	return peer->contents[file] != NULL;
}

bool peer_load(Peer *peer, bool by_tls, GError **error)
{
	if (by_tls && peer->files[PEER_CA] == NULL) {
		peer->files[PEER_CA] = g_strdup(SYSTEM_CA);
	}
	for (PeerFile file = 0; file < _PEER_N; file++) {
		if (peer->files[file] != NULL && !load_file(peer, file, error)) {
			return false;
		}
	}
	return true;
}

void peer_clear(Peer *peer)
{
	g_free(peer->at);
	g_free(peer->user);
	for (PeerFile file = 0; file < _PEER_N; file++) {
		g_free(peer->files[file]);
		g_clear_pointer(&peer->contents[file], g_bytes_unref);
	}
}

char *peer_text(const Peer *peer, PeerFile file)
{
	gsize size;
	const char *data;

	if (peer->contents[file] == NULL) {
		return NULL;
	}
	data = g_bytes_get_data(peer->contents[file], &size);
	return g_strchomp(g_strndup(data == NULL ? "" : data, size));
}
