/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Transfers: see transfer.h. */
#include "bridge/transfer.h"
#include "base/escape.h"
#include "build-config.h"

#include <arpa/inet.h>
#include <string.h>

#define ANSWER_MAX 200
/* Nobody has more to say: who goes on is cut short. */
#define ANSWER_MOST (64 * 1024)

void transfer_warm_up(void)
{
	CURL *curl;

	curl_global_init(CURL_GLOBAL_ALL);
	curl = curl_easy_init();
	curl_easy_cleanup(curl);
}

static bool is_number(const char *host)
{
	guint8 raw[sizeof(struct in6_addr)];
	g_autofree char *bare =
		g_strndup(host + (*host == '['), strcspn(host + (*host == '['), "]"));

	return inet_pton(AF_INET, bare, raw) == 1 || inet_pton(AF_INET6, bare, raw) == 1;
}

static char *part_of(const char *url, CURLUPart part)
{
	CURLU *parsed = curl_url();
	char *found = NULL, *copy = NULL;

	if (curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK &&
	    curl_url_get(parsed, part, &found, CURLU_DEFAULT_PORT) == CURLUE_OK) {
		copy = g_strdup(found);
		curl_free(found);
	}
	curl_url_cleanup(parsed);
	return copy;
}

bool transfer_url_is_valid(const char *url, const Peer *peer)
{
	g_autofree char *host = part_of(url, CURLUPART_HOST);
	g_autofree char *user = part_of(url, CURLUPART_USER);

	return host != NULL && user == NULL &&
	       (peer->at != NULL ? is_number(peer->at) : is_number(host));
}

/* Keeps the beginning. */
static size_t take(char *data, size_t size, size_t count, void *own)
{
	Transfer *transfer = own;
	gsize room = ANSWER_MAX - MIN(transfer->answer->len, (gsize)ANSWER_MAX);

	g_string_append_len(transfer->answer, data, (gssize)MIN(room, size * count));
	transfer->taken += size * count;
	return transfer->taken > ANSWER_MOST ? 0 : size * count;
}

static void set_blob(CURL *curl, CURLoption option, GBytes *bytes)
{
	struct curl_blob blob = {.flags = CURL_BLOB_COPY};

	if (bytes != NULL) {
		blob.data = (void *)g_bytes_get_data(bytes, &blob.len);
		curl_easy_setopt(curl, option, &blob);
	}
}

static void set_peer(Transfer *transfer, const char *url, const Peer *peer)
{
	g_autofree char *host = part_of(url, CURLUPART_HOST);
	g_autofree char *port = part_of(url, CURLUPART_PORT);
	g_autofree char *password = peer_text(peer, PEER_PASSWORD);

	if (peer->at != NULL) {
		g_autofree char *where = g_strdup_printf("%s:%s:%s", host, port, peer->at);

		transfer->resolve = curl_slist_append(NULL, where);
		curl_easy_setopt(transfer->curl, CURLOPT_RESOLVE, transfer->resolve);
	}
	if (peer->user != NULL) {
		curl_easy_setopt(transfer->curl, CURLOPT_USERNAME, peer->user);
		curl_easy_setopt(transfer->curl, CURLOPT_PASSWORD, password);
	}
	set_blob(transfer->curl, CURLOPT_CAINFO_BLOB, peer->contents[PEER_CA]);
	set_blob(transfer->curl, CURLOPT_SSLCERT_BLOB, peer->contents[PEER_CERTIFICATE]);
	set_blob(transfer->curl, CURLOPT_SSLKEY_BLOB, peer->contents[PEER_CERTIFICATE_KEY]);
}

Transfer *transfer_new(const char *url, const Peer *peer, GError **error)
{
	Transfer *transfer = g_new0(Transfer, 1);

	transfer->answer = g_string_new(NULL);
	transfer->curl = curl_easy_init();
	if (transfer->curl == NULL) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_UNAVAILABLE, "libcurl does not start");
		transfer_free(transfer);
		return NULL;
	}
	curl_easy_setopt(transfer->curl, CURLOPT_URL, url);
	curl_easy_setopt(transfer->curl, CURLOPT_PROTOCOLS_STR, "http,https,smtp,smtps");
	curl_easy_setopt(transfer->curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(transfer->curl, CURLOPT_PROXY, "");
	curl_easy_setopt(transfer->curl, CURLOPT_TIMEOUT, (long)TRANSFER_PATIENCE_SECONDS);
	curl_easy_setopt(transfer->curl, CURLOPT_CONNECTTIMEOUT, 10L);
	curl_easy_setopt(transfer->curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(transfer->curl, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(transfer->curl, CURLOPT_USERAGENT, "reeve-bridge/" REEVE_VERSION);
	curl_easy_setopt(transfer->curl, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(transfer->curl, CURLOPT_WRITEDATA, transfer);
	curl_easy_setopt(transfer->curl, CURLOPT_ERRORBUFFER, transfer->problem);
	set_peer(transfer, url, peer);
	return transfer;
}

void transfer_free(Transfer *transfer)
{
	if (transfer == NULL) {
		return;
	}
	curl_easy_cleanup(transfer->curl);
	curl_slist_free_all(transfer->resolve);
	g_string_free(transfer->answer, TRUE);
	g_free(transfer);
}

CURLcode transfer_run(Transfer *transfer, long *ret_status)
{
	CURLcode code;

	g_string_truncate(transfer->answer, 0);
	transfer->taken = 0;
	transfer->problem[0] = '\0';
	code = curl_easy_perform(transfer->curl);
	*ret_status = 0;
	curl_easy_getinfo(transfer->curl, CURLINFO_RESPONSE_CODE, ret_status);
	/* one that talks without end has answered all the same */
	return code == CURLE_WRITE_ERROR && *ret_status != 0 ? CURLE_OK : code;
}

char *transfer_why(const Transfer *transfer, CURLcode code, long status)
{
	g_autofree char *said = escape_bytes(transfer->answer->str, transfer->answer->len);
	g_autofree char *problem = escape_bytes(transfer->problem, strlen(transfer->problem));

	if (code != CURLE_OK) {
		return *problem != '\0' ? g_steal_pointer(&problem)
					: g_strdup_printf("%s (it said %ld)",
							  curl_easy_strerror(code), status);
	}
	return g_strdup_printf("the receiver answers %ld%s%s", status, *said == '\0' ? "" : ": ",
			       said);
}
