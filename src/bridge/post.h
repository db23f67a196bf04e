/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A post: JSON to a URL by HTTP, and what the answer means: 2xx is an acknowledgement; 4xx refuses
 * for good, but for those that are not of what was sent (401, 404, 405, 407, 408, 421, 425, 429),
 * which mean later, as everything else does.
 */
#pragma once

#include "bridge/sink.h"
#include "bridge/transfer.h"

typedef struct Post Post;

Post *post_new(const char *url, const Peer *peer, GError **error);
void post_free(Post *post);

/*
 * `headers` (NULL-ended, may be NULL) are sent beside those of the peer. *ret_refused: why it is
 * refused for good (the result is SINK_OK then); NULL: it is not. Caller frees.
 */
SinkResult post_send(Post *post, const char *const *headers, const char *body, gsize size,
		     char **ret_refused, GError **error);
