/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Values: POSIX access lists as text: what a request pins, and what was found. The text is that of
 * `getfacl -cn` with commas: "user::rw-,user:1000:r--,group::r--,mask::r--,other::r--", behind
 * them those of a folder's new files with "default:"; "none" where there is no list. In one order,
 * so that equal lists are equal texts. Numbers only: what a name means may change.
 */
#pragma once

#include "base/error.h"
#include "event/file-state.h"

#include <glib.h>
#include <stdbool.h>

#define ACL_ACCESS "system.posix_acl_access"
#define ACL_DEFAULT "system.posix_acl_default"
#define ACL_MAX_ENTRIES 512
#define ACL_NONE "none"

/* Whether the attribute of that name is an access list. */
bool acl_is_name(const char *xattr);

/* Reads such a text with its entries in any order, and gives it back in ours. NULL and *error: what
 * no file can have. Caller frees. */
char *acl_from_text(const char *text, GError **error);

/* The lists of a state. An attribute that is no access list is told as it is, and equals nothing
 * that acl_from_text gives. Caller frees. */
char *acl_of_state(const FileState *state);

/* Whether the access list of a state lets somebody write whom it names. */
bool acl_lets_write(const FileState *state);
