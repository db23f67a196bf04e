/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Records over TLS, framed by counting (RFC 5425): see sink.h. The receiver has to show a
 * certificate for the name (or number) in the URL, signed by one of the authorities; ours is shown
 * when it asks. There is no switch to look away.
 */
#include "bridge/sink.h"
#include "base/fd.h"
#include "bridge/wire.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <string.h>

#define VERDICT_MS 1000

typedef struct {
	Sink sink;
	int fd;
	SSL_CTX *context;
	SSL *ssl;
	GString *out;
} TlsSink;

/* "NAME" and "ADDRESS:PORT" of what the URL says. */
static bool read_place(const SinkPlace *place, char **ret_name, char **ret_address)
{
	const char *colon = strrchr(place->address, ':');
	const char *at = place->peer->at;

	if (colon == NULL) {
		return false;
	}
	*ret_name = g_strndup(place->address, (gsize)(colon - place->address));
	*ret_address = at == NULL ? g_strdup(place->address) : g_strconcat(at, colon, NULL);
	return true;
}

static bool tls_is_valid(const SinkPlace *place)
{
	g_autofree char *name = NULL, *address = NULL;

	return read_place(place, &name, &address) && *name != '\0' &&
	       wire_address_is_valid(address);
}

static bool complain(TlsSink *tls, const char *what, GError **error)
{
	long verified = tls->ssl == NULL ? X509_V_OK : SSL_get_verify_result(tls->ssl);
	unsigned long code = ERR_get_error();
	const char *reason = ERR_reason_error_string(code);

	g_set_error(error, REEVE_ERROR, REEVE_ERROR_UNAVAILABLE, "%s: %s", what,
		    verified != X509_V_OK ? X509_verify_cert_error_string(verified)
		    : reason != NULL      ? reason
					  : "the connection broke");
	ERR_clear_error();
	return false;
}

static BIO *open_text(GBytes *bytes)
{
	gsize size = 0;
	const void *data = bytes == NULL ? "" : g_bytes_get_data(bytes, &size);

	return BIO_new_mem_buf(data == NULL ? "" : data, (int)size);
}

static bool trust(TlsSink *tls, const Peer *peer, GError **error)
{
	X509_STORE *store = SSL_CTX_get_cert_store(tls->context);
	BIO *text = open_text(peer->contents[PEER_CA]);
	guint count = 0;
	X509 *one;

	while ((one = PEM_read_bio_X509(text, NULL, NULL, NULL)) != NULL) {
		count += X509_STORE_add_cert(store, one) == 1;
		X509_free(one);
	}
	BIO_free(text);
	ERR_clear_error();
	return count > 0 || complain(tls, "`ca` has no certificate", error);
}

static bool use_own(TlsSink *tls, const Peer *peer, GError **error)
{
	BIO *certificates = open_text(peer->contents[PEER_CERTIFICATE]);
	BIO *keys = open_text(peer->contents[PEER_CERTIFICATE_KEY]);
	X509 *own = PEM_read_bio_X509(certificates, NULL, NULL, NULL), *next;
	EVP_PKEY *key = PEM_read_bio_PrivateKey(keys, NULL, NULL, NULL);
	bool ok = own != NULL && key != NULL && SSL_CTX_use_certificate(tls->context, own) == 1 &&
		  SSL_CTX_use_PrivateKey(tls->context, key) == 1;

	while (ok && (next = PEM_read_bio_X509(certificates, NULL, NULL, NULL)) != NULL) {
		ok = SSL_CTX_add0_chain_cert(tls->context, next) == 1;
	}
	X509_free(own);
	EVP_PKEY_free(key);
	BIO_free(certificates);
	BIO_free(keys);
	if (!ok) {
		return complain(tls, "`certificate` and `certificate_key`", error);
	}
	ERR_clear_error();
	return true;
}

static bool expect_name(TlsSink *tls, const char *host)
{
	g_autofree char *bare =
		g_strndup(host + (*host == '['), strcspn(host + (*host == '['), "]"));
	X509_VERIFY_PARAM *param = SSL_get0_param(tls->ssl);

	if (X509_VERIFY_PARAM_set1_ip_asc(param, bare) == 1) {
		return true;
	}
	ERR_clear_error();
	X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	return X509_VERIFY_PARAM_set1_host(param, bare, 0) == 1 &&
	       SSL_set_tlsext_host_name(tls->ssl, bare) == 1;
}

/* After a call that gave `result`: whether it is to be tried again, and then waits for that. */
static bool is_waiting(TlsSink *tls, int result, GError **error)
{
	switch (SSL_get_error(tls->ssl, result)) {
	case SSL_ERROR_WANT_READ:
		return wire_wait(tls->fd, POLLIN, error);
	case SSL_ERROR_WANT_WRITE:
		return wire_wait(tls->fd, POLLOUT, error);
	default:
		return false;
	}
}

static bool shake_hands(TlsSink *tls, GError **error)
{
	int result;

	while ((result = SSL_connect(tls->ssl)) != 1) {
		if (!is_waiting(tls, result, error)) {
			return *error == NULL ? complain(tls, "no TLS with the receiver", error)
					      : false;
		}
	}
	return true;
}

/* Takes what the receiver says beside records (tickets); its end is one. */
static bool is_alive(TlsSink *tls, GError **error)
{
	char byte;
	int result = SSL_read(tls->ssl, &byte, 1);
	int why = SSL_get_error(tls->ssl, result);

	return result > 0 || why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ||
	       complain(tls, "the receiver ends the connection", error);
}

/*
 * With TLS 1.3 the receiver judges our certificate when we are done with the handshake already:
 * what is written before it has refused would be lost. Who has no objection mostly sends a ticket.
 */
static bool hear_verdict(TlsSink *tls, GError **error)
{
	struct pollfd on = {tls->fd, POLLIN, 0};

	if (SSL_version(tls->ssl) < TLS1_3_VERSION) {
		return true;
	}
	poll(&on, 1, VERDICT_MS);
	return is_alive(tls, error);
}

static bool begin(TlsSink *tls, const char *name, const Peer *peer, GError **error)
{
	tls->context = SSL_CTX_new(TLS_client_method());
	if (tls->context == NULL ||
	    SSL_CTX_set_min_proto_version(tls->context, TLS1_2_VERSION) != 1) {
		return complain(tls, "no TLS here", error);
	}
	SSL_CTX_set_verify(tls->context, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_mode(tls->context,
			 SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	if (!trust(tls, peer, error) ||
	    (peer->contents[PEER_CERTIFICATE] != NULL && !use_own(tls, peer, error))) {
		return false;
	}
	tls->ssl = SSL_new(tls->context);
	if (tls->ssl == NULL || !expect_name(tls, name) || SSL_set_fd(tls->ssl, tls->fd) != 1) {
		return complain(tls, "no TLS here", error);
	}
	return shake_hands(tls, error) && hear_verdict(tls, error);
}

static void tls_close(Sink *sink)
{
	TlsSink *tls = (TlsSink *)sink;

	if (tls->ssl != NULL) {
		SSL_shutdown(tls->ssl);
		ERR_clear_error();
	}
	SSL_free(tls->ssl);
	SSL_CTX_free(tls->context);
	fd_close(&tls->fd);
	g_string_free(tls->out, TRUE);
	g_free(tls);
}

static Sink *tls_open(const SinkPlace *place, GError **error)
{
	g_autofree char *name = NULL, *address = NULL;
	TlsSink *tls;
	int fd;

	g_assert(read_place(place, &name, &address));
	fd = wire_connect(address, error);
	if (fd < 0) {
		return NULL;
	}
	tls = g_new0(TlsSink, 1);
	tls->fd = fd;
	tls->out = g_string_new(NULL);
	if (!begin(tls, name, place->peer, error)) {
		tls_close(&tls->sink);
		return NULL;
	}
	return &tls->sink;
}

static SinkResult tls_send(Sink *sink, Parcel *parcel, GError **error)
{
	(void)error;
	wire_append_counted(((TlsSink *)sink)->out, parcel->text, parcel->size);
	return SINK_OK;
}

static bool write_all(TlsSink *tls, GError **error)
{
	gsize done = 0;

	while (done < tls->out->len) {
		int part = (int)MIN(tls->out->len - done, (gsize)G_MAXINT / 2);
		int put = SSL_write(tls->ssl, tls->out->str + done, part);

		if (put > 0) {
			done += (gsize)put;
		} else if (!is_waiting(tls, put, error)) {
			return *error == NULL ? complain(tls, "cannot write", error) : false;
		}
	}
	return true;
}

static SinkResult tls_flush(Sink *sink, GError **error)
{
	TlsSink *tls = (TlsSink *)sink;
	bool ok = is_alive(tls, error) && write_all(tls, error) && wire_drain(tls->fd, error) &&
		  is_alive(tls, error);

	g_string_truncate(tls->out, 0);
	return ok ? SINK_OK : SINK_RETRY;
}

const SinkOps sink_tls = {
	.scheme = "tls://",
	.is_valid = tls_is_valid,
	.open = tls_open,
	.send = tls_send,
	.flush = tls_flush,
	.close = tls_close,
};
