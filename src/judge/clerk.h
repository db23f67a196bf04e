/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The clerk: looks at the register for the judge. What somebody approved goes into the journal
 * before anything is judged by it; when the register moved, or can be read again, what drifts is
 * held against it once more (late.h); that it cannot be read is told once, and once when it is
 * over.
 *
 * Acting again after a kill costs nothing and loses nothing: what the journal does not have yet is
 * news again, and the first look always holds the drift against the register.
 */
#pragma once

#include "change/store.h"
#include "judge/approvals.h"
#include "judge/judgement.h"
#include "judge/outbox.h"

typedef struct Clerk Clerk;

/* All borrowed; `journal_fd` is the journal's folder. */
Clerk *clerk_new(Approvals *approvals, Outbox *outbox, int journal_fd);
void clerk_free(Clerk *clerk);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Clerk, clerk_free)

typedef enum {
	CLERK_READY, /* all that is known of the register is known */
	CLERK_BUSY,  /* it is being read: look again before anything is judged */
	CLERK_STUCK, /* *error: nothing can be judged yet */
} ClerkLook;

/*
 * Looks now. `frame` is what events are made of; its register_commit is set to what was found.
 * `store` may be NULL before the first snapshot.
 */
ClerkLook clerk_look(Clerk *clerk, JudgementFrame *frame, Store *store, GError **error);

/* Whether the last look did not come to an end. */
bool clerk_is_busy(const Clerk *clerk);
/* Why approvals, or some of them, cannot be verified, as it was told; NULL: they can. */
const char *clerk_unreadable(const Clerk *clerk);
