/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The register: git -> requests and their standing. Reads the register's branch through libgit2,
 * one commit at a time, so never half a push; loads only requests whose folder changed. Everything
 * in it is hostile: links, submodules, huge blobs are refused by name, the rest is read on.
 *
 * Standing is judged by when this host first saw an approval, never by the date the signer wrote.
 * Who remembers that is the journal: register_take_news gives what a load brought; the judge
 * journals each as a `request` event; at start it gives those events back through register_recall
 * before the first load. What once counted counts as it did then, also when its files are deleted
 * later or the key has expired since. What did not count is looked at again whenever its folder is
 * loaded: it may count from then on, when a key has become trusted meanwhile.
 */
#pragma once

#include "base/error.h"
#include "register/approval.h"
#include "register/match.h"
#include "register/policy-path.h"
#include "register/request.h"
#include "register/signers.h"

#include <glib.h>
#include <stdbool.h>

typedef struct Register Register;

typedef struct {
	char *id;
	Request *request;            /* NULL when it could not be read */
	char *problem;               /* why it could not be read: file, line, caret; NULL */
	bool is_damaged;             /* git could not give all of it: it may say anything */
	char *blob;                  /* git id of request.yaml; NULL */
	guint8 sha256[DIGEST_BYTES]; /* of its bytes, where it could be read */
	GPtrArray *approvals;        /* of Approval, in the order they were seen */
	bool is_effective;           /* enough approvals, no veto */
	bool is_rejected;            /* by a veto */
	bool is_blocked;             /* by what lies in its folder, whoever approved it */
	char *approver;              /* whose approvals made it so; NULL: nobody's */
	gint64 since_usec;           /* effective for changes from this moment on */
	char *not_effective;         /* one sentence why not; NULL */
	gint64 closed_usec;          /* covers nothing from this moment on; 0: it is not closed */
	char *closed;                /* one sentence: by whom, when, why; NULL */
	gint64 frozen_usec;          /* likewise, because who requested it has left; 0 */
	char *frozen;                /* one sentence; NULL */
	char *remark; /* what every verdict under it has to say: self-approval; NULL */
	/* of an emergency that was opened: when it ends, and until when it must be reviewed */
	gint64 ends_usec, due_usec;
	gint64 reviewed_usec; /* by enough others; 0: not yet */
	char *reviewer;       /* by whom; NULL */
	char *not_reviewed;   /* one sentence; NULL */
} Standing;

/* `signers` is borrowed for the life of the register; NULL: they are not known, so approvals are
 * not looked at (what does not count for want of keys must not be remembered as such). A path that
 * is no repository (yet) is no error here: it is looked for at every load. */
Register *register_new(const char *path, const char *branch, const Signers *signers);
void register_free(Register *reg);

/*
 * Whose register it is: the rules of policy/approvers.yaml speak of hosts. `one_person` (principal)
 * may approve what is his own, because root says that he is alone; NULL: nobody may. Before the
 * first load.
 */
void register_set_host(Register *reg, const char *host, const char *one_person);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Register, register_free)

/* Gives back what the journal remembers; before the first load. The approval is copied. */
void register_recall(Register *reg, const Approval *approval);

/* When somebody last looked at this register: what the next load brings covers changes since. */
void register_set_looked(Register *reg, gint64 usec);

/* The commit that was loaded when something was judged last, before we were started (hex). */
void register_set_before(Register *reg, const char *commit);

/* A commit that was loaded and that the branch does not hold any more: it was set back or
 * rewritten. NULL: none since the last call. Caller frees. */
char *register_take_lost(Register *reg);

typedef enum {
	REGISTER_SAME,   /* nothing moved */
	REGISTER_LOADED, /* another commit now, or more of it */
	REGISTER_BUSY,   /* it takes longer: nothing may be asked of it until it is loaded */
	REGISTER_NONE,   /* there is no register, or nothing was ever pushed */
	REGISTER_ERROR,  /* it cannot be read: *error; what was loaded stays */
} RegisterLoad;

/*
 * Looks at the branch and loads what changed; `now_usec` is the first sight of what is new. Stops
 * with REGISTER_BUSY at `deadline_usec` (monotonic; 0: never), to go on with the next call: whoever
 * asks something meanwhile gets an answer. A request that git cannot give whole is not effective,
 * `is_damaged`, and tried again at every look; the others are loaded all the same.
 */
RegisterLoad register_load(Register *reg, gint64 now_usec, gint64 deadline_usec, GError **error);

/* The first request that is damaged says why; NULL: none is. *ret_count of them. */
const char *register_damage(const Register *reg, guint *ret_count);

/*
 * What of policy/ lies on the branch and is not in force, and why: array of char *, owned by the
 * register until the next load. *ret_wild is the one that nobody asked for; NULL: none is.
 */
const GPtrArray *register_policy_problems(const Register *reg, const char **ret_wild);

/* The blob (hex) of a file of the policy that is in force; NULL: none is. */
const char *register_policy_blob(const Register *reg, PolicyFile file);

/* Who is known, by the policy in force; NULL: nobody. Until the next load. */
const People *register_people(const Register *reg);

/* By what approvals are held against a request here; borrowed until the next load. */
ApprovalLaw register_law(const Register *reg);

/* What fell due and was not told yet. */
typedef struct {
	const Standing *standing;
	Decision decision; /* DECISION_LAPSE, DECISION_OVERDUE */
} Due;

/* Array of Due; caller unrefs. */
GArray *register_due(Register *reg, gint64 now_usec);
/* Remembers that it was told. */
void register_note(Register *reg, const Approval *record);

/* The commit loaded, hex; NULL: none. */
const char *register_commit(const Register *reg);

/* Approvals that the loads since the last call saw for the first time; array of Approval, owned by
 * the caller. They are remembered from now on. */
GPtrArray *register_take_news(Register *reg);

/* All requests, sorted by id: Standing, owned by the register until the next load. */
GPtrArray *register_requests(const Register *reg);
const Standing *register_find(const Register *reg, const char *id);

typedef struct {
	const Standing *standing; /* the one that decides; NULL: no request names the path */
	Match match;
	GPtrArray *others;   /* of char *: the other requests that name the path, and each test that
			      * they failed; then how many more there are */
	const char *damaged; /* why a request that may cover it cannot be read, where none that can
			      * be read covers it; NULL. Owned by the register */
} Considered;

void considered_clear(Considered *considered);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Considered, considered_clear)

/*
 * Holds a change against all requests that can name its path. A request counts as effective for it
 * when it was so by context->latest_usec, or, when `late`, when it is so by now.
 */
void register_consider(const Register *reg, const Change *change, const MatchContext *context,
		       bool late, Considered *ret);

/*
 * Holds a change against one request alone, as it stands by now. False: there is none of that id
 * that can be read.
 */
bool register_hold(const Register *reg, const char *id, const Change *change,
		   const MatchContext *context, Match *ret);

/*
 * The id of a request whose `from` the path is back in (request_is_backed_out); NULL: none. Owned
 * by the register until the next load. `agreed` is the approved state of the path before this
 * change; NULL: unknown, and then nothing is a back-out.
 */
const char *register_backed_out(const Register *reg, const Change *change, const FileState *agreed,
				const MatchContext *context);
