/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who may approve what: policy/approvers.yaml of the register.
 *
 *   roles:
 *     change-authority: [alice, carol]           # people of people.yaml, or principals
 *     security: [dave@example.org]
 *   deputies:
 *     - {of: alice, is: erin, from: 2026-12-20T00:00:00Z, until: 2027-01-10T00:00:00Z}
 *   rules:
 *     - need: 1 of role change-authority
 *     - paths: [/etc/sudoers, /etc/pam.conf]
 *       hosts: ["web-*"]
 *       risk: [high]
 *       types: [normal, standard]
 *       need: [2 of role change-authority, 1 of role security]
 *       require: touch                            # or pin: by a hardware key
 *   requester_implements: named                   # always, never
 *   emergency: {need: 1 of role change-authority, review: 2 of role change-authority,
 *               within: 24h, lives: 4h}
 *
 * Every rule that may speak of a path of a request must be met, and one must speak of each path;
 * what is left out of a rule limits nothing. The register's own policy is a path as well
 * (policy-path.h). A request that does not say its risk meets the rules
 * for any. Thresholds count people: two keys, or two names, of one person are one; a deputy sits in
 * the seat of whom he stands in for.
 */
#pragma once

#include "base/error.h"
#include "event/approval.h"
#include "register/people.h"
#include "register/request.h"

#include <glib.h>
#include <stdbool.h>

#define APPROVERS_MAX_BYTES (256 * 1024)
#define APPROVERS_MAX_RULES 1000
#define APPROVERS_ROLE "change-authority" /* the role nobody has to name */

typedef enum {
	REQUESTER_NAMED, /* who requested it may do it when named among its implementers */
	REQUESTER_ALWAYS,
	REQUESTER_NEVER,
} RequesterImplements;

typedef struct {
	guint count;
	char *role;
} Need;

typedef struct {
	char *role;
	GStrv people;
} Role;

typedef struct {
	char *of, *is;
	gint64 from_usec, until_usec; /* 0: open */
} Deputy;

typedef struct {
	GStrv paths, hosts; /* NULL: all */
	guint risks, types; /* bits by level and by RequestType; 0: all */
	GPtrArray *needs;   /* of Need */
	guint require;      /* Presence bits */
	guint line;
} Rule;

typedef struct {
	GPtrArray *roles;    /* of Role */
	GPtrArray *deputies; /* of Deputy */
	GPtrArray *rules;    /* of Rule */
	RequesterImplements requester;
	/* emergencies; where the file is silent: anybody trusted, reviewed by one other */
	GPtrArray *need, *review; /* of Need */
	gint64 within_usec, lives_usec;
} Approvers;

/* `file` is what messages call it. */
Approvers *approvers_parse(const char *file, const void *data, gsize size, GError **error);
/* Empty, with the defaults; and an empty list of Need. */
Approvers *approvers_new(void);
GPtrArray *approvers_new_needs(void);
void approvers_free(Approvers *approvers);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Approvers, approvers_free)

/* What holds where there is no such file: one approval by anybody whose key is trusted. */
const Approvers *approvers_default(void);

/* The people of a role; NULL: there is no such role. */
const Role *approvers_role(const Approvers *approvers, const char *name);

/* A request, and who has decided on it so far. */
typedef struct {
	const Approvers *approvers;
	const People *people; /* NULL: nobody is known */
	const Request *request;
	const char *host;
	const GPtrArray *approvals; /* of Approval that count, in the order they were seen */
} Quorum;

/*
 * Why they are not enough; NULL: they are, and *ret_since is from when on. Of an emergency: whether
 * it was opened. Caller frees.
 */
char *quorum_missing(const Quorum *quorum, gint64 *ret_since);
/* The same for the reviews of an emergency. */
char *quorum_missing_reviews(const Quorum *quorum, gint64 *ret_since);
