/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * People: policy/people.yaml of the register. A person is one however many names he has: principals
 * (whose keys sign), logins (who does), and a name of his own; no name belongs to two.
 *
 *   alice:
 *     principals: [alice@example.org]
 *     logins: [alice, alice-adm]
 *     contacts: ["mailto:alice@example.org"]
 *     valid-before: 2026-12-31T00:00:00Z        # has left by then
 *     answers: [{paths: [/etc/fstab], next: [bob]}]     # register/duty.h
 */
#pragma once

#include "base/error.h"
#include "register/duty.h"

#include <glib.h>
#include <stdbool.h>

#define PEOPLE_MAX_BYTES (512 * 1024)
#define PEOPLE_MAX 10000

typedef struct {
	char *name;
	GStrv principals, logins, contacts; /* empty: none, never NULL */
	gint64 left_usec;                   /* 0: is still here */
	GPtrArray *answers;                 /* of Duty; NULL: for nothing */
} Person;

typedef struct People People;

/* `file` is what messages call it. */
People *people_parse(const char *file, const void *data, gsize size, GError **error);
void people_free(People *people);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(People, people_free)

guint people_count(const People *people);
const Person *people_get(const People *people, guint index);

/* Below, `people` may be NULL: nobody is known. */

/* Who has this name, of whatever kind, in whatever case; NULL: nobody known. */
const Person *people_find(const People *people, const char *name);
/* Whether two names are known to be of one person, or are the same name. */
bool people_are_one(const People *people, const char *a, const char *b);
/* Adds every name of the person who has one of `names` to the list; takes it, gives a new one. */
GStrv people_complete(const People *people, GStrv names);

/*
 * Who answers for a path of a host (NULL: for the host itself) at a moment: Person, who is to be
 * told first comes first; who has left by then is not among them. Of several duties the first in
 * the file holds that has somebody left. Empty: nobody answers for it. *ret_within_usec: how long
 * each has. Caller unrefs.
 */
GPtrArray *people_line(const People *people, const char *host, const char *path, gint64 now_usec,
		       gint64 *ret_within_usec);
