/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The roster: people.yaml (register/people.h) as it is now: who answers for what, and who has left.
 * The file is looked at every second; one that cannot be read leaves what was known, and that is
 * said. Belongs to one thread.
 *
 * Below, `roster` may be NULL: nobody is known.
 */
#pragma once

#include "base/error.h"
#include "bridge/record.h"
#include "register/people.h"

#include <glib.h>
#include <stdbool.h>

typedef struct Roster Roster;

/* NULL and *error: the file is not there, or wrong. */
Roster *roster_new(const char *file, GError **error);
void roster_free(Roster *roster);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Roster, roster_free)

/* Looks at the file again when it is time. True: it is another one now. */
bool roster_look(Roster *roster);

/* As people_line. */
GPtrArray *roster_line(const Roster *roster, const char *host, const char *path, gint64 now_usec,
		       gint64 *ret_within_usec);

/* Whether one of `owners` (NULL: whoever) answers for it, now; only the first in line does. */
bool roster_fits(const Roster *roster, GStrv owners, const Record *record);
