/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The control socket, RUNTIME/ctl: connections and lines, nothing of what they mean. Made and bound
 * before the wall; behind it connections are only accepted. Nothing blocks: a client that does not
 * read its answer, or sends a line without end, is dropped, and one that only sits there makes room
 * for the next. One request at a time and client: a line, then its answer.
 */
#pragma once

#include "base/error.h"

#include <glib.h>
#include <jansson.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/socket.h>

#define CTL_MAX_CLIENTS 64
#define CTL_MAX_LINE_BYTES (64 * 1024)

/* Binds and listens, as whoever we are now; the socket belongs to `reader_group` (-1: unchanged)
 * and is 0660. -1 and *error. */
int ctl_listen(const char *runtime_dir, int reader_group, GError **error);

/*
 * Answers one request (a JSON object); returns the reply, a new reference. NULL with *ret_round
 * set: the answer comes with ctl_answer, when that round is over.
 */
typedef json_t *CtlAsk(void *context, const struct ucred *peer, const json_t *request,
		       guint64 *ret_round);

typedef struct Ctl Ctl;

/* `listener` is borrowed. */
Ctl *ctl_new(int listener, CtlAsk *ask, void *context);
void ctl_free(Ctl *ctl);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Ctl, ctl_free)

/* What to wait for: fills at most CTL_MAX_CLIENTS + 1 members and returns how many. */
guint ctl_fill(Ctl *ctl, struct pollfd *fds);
/* After poll(2), with the same members. */
void ctl_serve(Ctl *ctl, const struct pollfd *fds, guint n);

/* Sends `reply` (borrowed) to all who wait for rounds up to `done`. */
void ctl_answer(Ctl *ctl, guint64 done, const json_t *reply);
/* Whether anybody waits for a round up to `done`. */
bool ctl_has_waiting(const Ctl *ctl, guint64 done);

/* {"ok":false,"error":text} */
json_t *ctl_refusal(const char *text);
