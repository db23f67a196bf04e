/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files with several names. The kernel tells of the name that was used: what is written through a
 * second name, perhaps outside of everything watched, gives no hint for the first. So these few
 * files are watched themselves (watch_add_file), remembered with the time of their last change, and
 * looked at now and then: a watch may fail, and not everything gives an event.
 *
 * Bounded: beyond LINKED_MAX such files the others are found by rescans only.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <sys/stat.h>

#define LINKED_MAX 4096

typedef struct Linked Linked;

Linked *linked_new(void);
void linked_free(Linked *linked);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Linked, linked_free)

/* A path was seen with this stat, taken at `wall_usec`: kept if it is a regular file with several
 * names, else not. Whether it is kept, so that it should be watched itself. */
bool linked_saw(Linked *linked, const char *path, const struct stat *st, gint64 wall_usec);

/*
 * Appends the paths (char *) beneath `root_fd` that are not as they were seen, or gone, to `ret`;
 * also those seen so soon after a change that a later one may not have moved their time. They
 * are told again each time until they are seen anew; what is gone is forgotten.
 */
void linked_stirred(Linked *linked, int root_fd, GPtrArray *ret);

/* Forgets those at and below `path`: something else is there now, which is about to be looked at.
 */
void linked_forget(Linked *linked, const char *path);

/*
 * Whether a path was added since the last call. Making a second name gives no hint for the first
 * one, which may be known as the only one: now it has to be searched for.
 */
bool linked_take_added(Linked *linked);

/* How many are kept. */
guint linked_count(const Linked *linked);
