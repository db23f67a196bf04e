/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A transfer: libcurl as the bridge uses it, for HTTP and SMTP: certificates checked, no names
 * looked up, no redirects, no proxies, no files of its own, never longer than
 * TRANSFER_PATIENCE_SECONDS. The connection is kept between runs.
 */
#pragma once

#include "base/error.h"
#include "bridge/peer.h"

#include <curl/curl.h>
#include <glib.h>
#include <stdbool.h>

#define TRANSFER_PATIENCE_SECONDS 30

typedef struct {
	CURL *curl;
	struct curl_slist *resolve;
	GString *answer; /* the beginning of what the receiver said */
	gsize taken;     /* bytes of all that it said */
	char problem[CURL_ERROR_SIZE];
} Transfer;

/* What libcurl reads when it is used for the first time, while it can be opened. */
void transfer_warm_up(void);

/* Whether a URL has the form scheme://HOST[:PORT]..., and HOST is numbers, or a name whose address
 * in numbers the peer knows (`at`). */
bool transfer_url_is_valid(const char *url, const Peer *peer);

/* `peer` must last. NULL and *error. */
Transfer *transfer_new(const char *url, const Peer *peer, GError **error);
void transfer_free(Transfer *transfer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Transfer, transfer_free)

/* Runs what was set. *ret_status: what the receiver answered last (HTTP, SMTP), 0: nothing.
 * CURLE_OK says nothing of that answer. */
CURLcode transfer_run(Transfer *transfer, long *ret_status);

/* "it answers 500: ..." or libcurl's words; caller frees. */
char *transfer_why(const Transfer *transfer, CURLcode code, long status);
