/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Values: writers: the processes behind the hints of one path, each once, in the order in which
 * they came. Only where the backend knows them (hint.pid). Who a pid was is for others to say; a
 * writer keeps the stretch of time in which it was that process's.
 *
 * Bounded: beyond WRITERS_MAX only `has_more` says that there were others.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#define WRITERS_MAX 16

typedef struct {
	gint64 pid;
	gint64 since_usec; /* its first hint's: monotonic; the deed was done after this (0: not */
	gint64 until_usec; /* known), and before this */
} Writer;

typedef struct {
	Writer *each;
	guint n;
	bool has_more;
} Writers;

void writers_clear(Writers *writers);

/* One more, unless its pid is there already; pid 0 is nobody. */
void writers_add(Writers *writers, Writer writer);

/* All of `from`, behind those that are there. */
void writers_join(Writers *writers, const Writers *from);
