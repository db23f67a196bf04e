/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Posts: see post.h. */
#include "bridge/post.h"

#include <string.h>

struct Post {
	Transfer *transfer;
	GStrv own; /* headers of the peer */
};

Post *post_new(const char *url, const Peer *peer, GError **error)
{
	Transfer *transfer = transfer_new(url, peer, error);
	g_autofree char *text = peer_text(peer, PEER_HEADERS);
	Post *post;

	if (transfer == NULL) {
		return NULL;
	}
	post = g_new0(Post, 1);
	post->transfer = transfer;
	post->own = g_strsplit_set(text == NULL ? "" : text, "\r\n", -1);
	return post;
}

void post_free(Post *post)
{
	transfer_free(post->transfer);
	g_strfreev(post->own);
	g_free(post);
}

static struct curl_slist *list_headers(const Post *post, const char *const *headers)
{
	struct curl_slist *list = curl_slist_append(NULL, "Content-Type: application/json");

	/* no waiting for a word of the receiver before the body */
	list = curl_slist_append(list, "Expect:");
	for (; headers != NULL && *headers != NULL; headers++) {
		list = curl_slist_append(list, *headers);
	}
	for (char **line = post->own; *line != NULL; line++) {
		if (**line != '\0') {
			list = curl_slist_append(list, *line);
		}
	}
	return list;
}

/* Of what was sent, and for good; the others of 4xx say that we are not let in here, that nobody is
 * there, or that it is too early: then all of it waits. */
static bool is_refusal(long status)
{
	static const long not_of_it[] = {401, 404, 405, 407, 408, 421, 425, 429};

	for (guint i = 0; i < G_N_ELEMENTS(not_of_it); i++) {
		if (status == not_of_it[i]) {
			return false;
		}
	}
	return status / 100 == 4;
}

SinkResult post_send(Post *post, const char *const *headers, const char *body, gsize size,
		     char **ret_refused, GError **error)
{
	struct curl_slist *list = list_headers(post, headers);
	CURL *curl = post->transfer->curl;
	g_autofree char *why = NULL;
	CURLcode code;
	long status;

	*ret_refused = NULL;
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, list);
	curl_easy_setopt(curl, CURLOPT_POST, 1L);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)size);
	code = transfer_run(post->transfer, &status);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, NULL);
	curl_slist_free_all(list);
	if (code == CURLE_OK && status / 100 == 2) {
		return SINK_OK;
	}
	why = transfer_why(post->transfer, code, status);
	if (code == CURLE_OK && is_refusal(status)) {
		*ret_refused = g_steal_pointer(&why);
		return SINK_OK;
	}
	g_set_error_literal(error, REEVE_ERROR, REEVE_ERROR_UNAVAILABLE, why);
	return SINK_RETRY;
}
