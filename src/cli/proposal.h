/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A change request in the making: paths and what they shall be become pins. Each pin says what the
 * path is now (`from`, from the newest snapshot, so that an old approval cannot be used again) and
 * what it shall be; properties nobody mentioned are pinned as they are now. Proposed content goes
 * along into the register, beside the request, as blobs whose git ids are the very pins: so an
 * approver sees what is asked for. Content of secret files is refused: it has no place there.
 */
#pragma once

#include "change/store.h"
#include "cli/context.h"
#include "register/request.h"

#include <glib.h>
#include <stdbool.h>

#define PROPOSAL_CONTENT_MAX_BYTES (4 * 1024 * 1024)

typedef struct {
	Request *request;
	GHashTable *contents; /* blob id (hex) -> GBytes */
	GPtrArray *remarks;   /* of char *: what the requester should know */
	/* what is there now; NULL: nothing was recorded yet */
	Store *store;
	char *head;
	const char *const *secrets; /* globs of the configuration, borrowed */
	/* pins somebody asked for, instead of those of now: borrowed */
	int mode; /* -1: as it is */
	const char *owner, *group;
} Proposal;

bool proposal_open(const Context *context, Proposal *ret, GError **error);
void proposal_close(Proposal *proposal);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Proposal, proposal_close)

/* `path` raw and canonical. What cannot be pinned is refused with the reason. */

/* A regular file with these bytes; `mode` when nothing else says it (-1: 0644). */
bool proposal_put(Proposal *proposal, const char *path, GBytes *content, int mode, GError **error);
/* One of which only the digest is known (a rendered template): nothing goes along to look at. */
bool proposal_digest(Proposal *proposal, const char *path, const guint8 *sha256, GError **error);
bool proposal_link(Proposal *proposal, const char *path, const char *target, GError **error);
bool proposal_remove(Proposal *proposal, const char *path, GError **error);
/* The properties asked for, and nothing else. */
bool proposal_attributes(Proposal *proposal, const char *path, GError **error);
/* Whatever the content will be: weaker; a path or a pattern. */
bool proposal_leave_open(Proposal *proposal, const char *pattern, GError **error);

/* What has happened: the path is pinned as it was recorded before and after, with its content; a
 * secret is left open. `before` and `after` are snapshots; NULL: there was nothing before. */
bool proposal_happened(Proposal *proposal, const char *path, const char *before, const char *after,
		       GError **error);

/* The recorded bytes of a path now; an empty file where there is none. */
GBytes *proposal_present(Proposal *proposal, const char *path, GError **error);

/* Leaves only content that the request pins, after it was changed by hand. */
void proposal_forget_unpinned(Proposal *proposal);

/* request.yaml, read back and checked. The id is made here when there is none. Caller unrefs. */
GBytes *proposal_write(Proposal *proposal, GError **error);

/* Brings request and contents into the register. */
bool proposal_submit(Proposal *proposal, const Context *context, GBytes *yaml, GError **error);
