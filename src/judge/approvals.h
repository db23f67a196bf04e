/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Approvals: the register as the judge uses it: which keys are trusted, what the journal remembers
 * of earlier approvals, what is new, and which request decides on a change. In two steps with the
 * wall between them: as root the bytes of the trusted keys are read, behind the wall they are
 * parsed.
 *
 * What cannot be read is said in one sentence (approvals_unreadable): changes are then
 * `unverifiable`, never silently unapproved. No register at all is not that: nobody asked yet.
 * While the keys cannot be read, approvals are not looked at: an approval that arrives then is
 * first seen when they can.
 */
#pragma once

#include "change/store.h"
#include "journal/index.h"
#include "register/register.h"

#include <glib.h>
#include <stdbool.h>

/* What is read before the wall. */
typedef struct {
	char *file;    /* name of the trust anchor, for messages */
	GBytes *bytes; /* NULL: there is none */
	char *problem; /* why it cannot be used; NULL */
} TrustSource;

/* Reads `file` (NULL: none). It must belong to root or to us, and nobody else may write it. */
void trust_read(TrustSource *trust, const char *file);
void trust_clear(TrustSource *trust);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(TrustSource, trust_clear)

typedef struct Approvals Approvals;

/* `path` is the register as seen from behind the wall. Parses; never fails as a whole. */
Approvals *approvals_new(const TrustSource *trust, const char *path, const char *branch);
/* Whose register it is (register_set_host); before the first look. */
void approvals_set_host(Approvals *approvals, const char *host, const char *one_person);
void approvals_free(Approvals *approvals);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Approvals, approvals_free)

/* Takes back what the journal remembers; once, before the first look. */
bool approvals_recall(Approvals *approvals, Index *index, int journal_fd, GError **error);

typedef enum {
	APPROVALS_SAME,
	APPROVALS_MOVED, /* something moved, or can be read again: what drifts may be approved now
			  */
	APPROVALS_BUSY,  /* there is more to load: look again before anything is judged */
} ApprovalsLook;

/*
 * Looks at the register now, for a short while. The first look always finds that it moved, since we
 * may have been killed before we acted on the last one. *ret_news (of Approval, may be empty) is
 * for the journal and freed by the caller.
 */
ApprovalsLook approvals_look(Approvals *approvals, gint64 now_usec, GPtrArray **ret_news);

/* The commit judged by, hex; NULL: none. */
const char *approvals_commit(const Approvals *approvals);
/* Why register or keys cannot be read; NULL: they can. */
const char *approvals_unreadable(const Approvals *approvals);
/* A commit that was judged by and is not in the register any more (hex); NULL: none since the last
 * call. Caller frees. */
char *approvals_take_lost(Approvals *approvals);
/* That some requests cannot be read, and why, in one sentence; NULL: all can. The others count. */
const char *approvals_damage(const Approvals *approvals);
/* That somebody changed the register's policy whom nobody asked, in one sentence; NULL. */
const char *approvals_wild_policy(const Approvals *approvals);
/* What fell due: array of Approval to be told, owned by the caller. `store` says what was
 * done. */
GPtrArray *approvals_take_due(Approvals *approvals, Store *store, gint64 now_usec);
/* What a person should put right: the above, and requests that cannot be read. Array of char *,
 * owned by the approvals until the next look. */
const GPtrArray *approvals_problems(const Approvals *approvals);
const Register *approvals_register(const Approvals *approvals);
