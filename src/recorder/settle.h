/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Settling: between hint and look. Takes hints as they come and gives orders ("look at this path
 * now") when it is their time. Waiting is bounded and the exception (design principle 4):
 *
 *   - a file being written in place is looked at when its writer closes it, or after 1 s with
 *     is_open set;
 *   - a new name is looked at 25 ms after its maker closed it, or 25 ms after it came (links and
 *     sockets are never closed); a name that went after 25 ms, or at once when a rename brought it
 *     to another watched name: editors and installers remove and make again, or write beside and
 *     rename over, within a moment, and that is one update, not two events;
 *   - a name that looks temporary waits 250 ms; one that a package manager unpacks under 10 s (but
 *     nobody waits for that: settle_release makes it one like the others);
 *   - a path committed 5 times in 10 s is held back 1 s, doubling to 60 s, but never longer than a
 *     second when its attributes change or it goes;
 *   - everything else is due at once.
 *
 * A pure data structure: no clock, no system calls; times are monotonic microseconds and come with
 * the calls. Bounded: above SETTLE_MAX pending paths they collapse into looks at whole subtrees.
 */
#pragma once

#include "recorder/order.h"
#include "watch/watch.h"

#include <glib.h>
#include <stdbool.h>

#define SETTLE_MAX 200000
#define SETTLE_BRIEF_USEC 25000
#define SETTLE_OPEN_USEC 1000000
#define SETTLE_TEMPORARY_USEC 250000
#define SETTLE_UNPACKED_USEC 10000000
#define SETTLE_RECHECK_USEC 50000

typedef struct Settle Settle;

Settle *settle_new(guint max_pending);
void settle_free(Settle *settle);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Settle, settle_free)

/* Takes a hint; its contents move into the settle. */
void settle_push(Settle *settle, Hint *hint);

/* Somebody was seen at a path that is pending; nothing when it is not (any more). */
void settle_attribute(Settle *settle, const char *path, Actor *actor);

/* Who has been seen at a path since its last look (of Actor, borrowed); NULL: nobody. */
const GPtrArray *settle_actors(const Settle *settle, const char *path);

/* A rescan of everything at and below `path`, due at once. */
void settle_push_rescan(Settle *settle, const char *path, gint64 now_usec);

/* A second look at a path nobody hinted at, due at `due_usec`; nothing when one is pending. What it
 * finds happened about `wall_usec`, when the doubt arose. */
void settle_push_recheck(Settle *settle, const char *path, gint64 wall_usec, gint64 due_usec);

/*
 * The scrub doubts a path: a look at `due_usec`, unless something is pending there already. Unlike
 * a recheck this counts for barriers: nothing else may ever tell of it. With `must_read` it is read
 * though its stat is as before, whatever else is pending there.
 */
void settle_push_doubt(Settle *settle, const char *path, bool must_read, gint64 wall_usec,
		       gint64 due_usec);

/* An order that could not be carried out comes back, due at once; ownership moves. */
void settle_put_back(Settle *settle, Order *order, gint64 now_usec);

/* An order that was due, but what it is about is just changing: due again at `due_usec`, or when a
 * hint that has come meanwhile says so. Ownership moves. A recheck counts from here on. */
void settle_postpone(Settle *settle, Order *order, gint64 due_usec);

/* A name that is being unpacked was found without a hint, by an order whose age it has: it waits as
 * such names do from `now_usec` on. Ownership moves. */
void settle_push_unpacked(Settle *settle, Order *order, gint64 now_usec);

/*
 * Whether somebody has written a path since its last order was taken. Not only who has not closed
 * it yet: to close and to begin anew may be one hint (the kernel puts them together), so what was
 * read in between may be half of it.
 */
bool settle_was_written(const Settle *settle, const char *path);

/* Appends every order that is due to `ret` (of Order, which it owns). */
void settle_take(Settle *settle, gint64 now_usec, GPtrArray *ret);

/* When the next order is due; -1: nothing is pending. */
gint64 settle_next_usec(const Settle *settle);

/* A change of this path has been committed: keeps count of the hot ones. */
void settle_committed(Settle *settle, const char *path, gint64 now_usec);

/* Hot paths that are held back, and what is being unpacked, become due (a barrier). */
void settle_release(Settle *settle);

/* Everything becomes due (the end of the program). */
void settle_hurry(Settle *settle, gint64 now_usec);

/* A mark for "all that is pending now", and whether all of it has been taken. Rechecks do not
 * count: a change they could find has a hint of its own. */
guint64 settle_mark(const Settle *settle);
bool settle_is_clear(const Settle *settle, guint64 mark);

/* Wall-clock time of the oldest pending hint; 0: none is pending. */
gint64 settle_oldest_wall_usec(const Settle *settle);

/* How many paths wait. */
guint settle_count(const Settle *settle);
