/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The notary: holds the host's signing key (STATE/host.key, 32 bytes in hexadecimal, root's alone)
 * and signs nothing but checkpoints (event/checkpoint.h): the head that the judge names in its
 * health line, every ten seconds when there is a new one. It never signs twice for one number, nor
 * for a lower one than before: what it signed last is in STATE/checkpoint, which survives a
 * restart. So a journal that is set back or rewritten gets no checkpoint, which is a problem that
 * reeved tells, and the last one before it goes on being published, against which every subscriber
 * can hold it.
 */
#pragma once

#include "base/error.h"

#include <glib.h>
#include <stdbool.h>

#define NOTARY_EVERY_USEC (10 * G_USEC_PER_SEC)

typedef struct Notary Notary;

/* Reads the key, or makes one. `state_fd` stays the caller's. */
Notary *notary_new(int state_fd, const char *runtime_dir, const char *host, GError **error);
void notary_free(Notary *notary);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Notary, notary_free)

/* Signs when it is due and there is something new. The newest checkpoint, one line of JSON; NULL:
 * none yet. Owned by the notary. */
const char *notary_tick(Notary *notary, gint64 now_usec);

/* Why it does not sign; NULL: all is well. */
const char *notary_problem(const Notary *notary);

/* When to tick next, monotonic. */
gint64 notary_due(const Notary *notary);
