/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table of processes, by pid and start time, filled by sightings as they come. Those that have
 * ended stay until the room is needed, the longest dead first; then those that live, the oldest
 * first (a source of /proc can find them again).
 *
 * A pure data structure: no clock, no system calls, no lock. A sighting of a process that is not
 * there, or out of order, is taken for what it is worth.
 */
#pragma once

#include "actor/process.h"
#include "actor/sighting.h"

#include <glib.h>

#define PROCESS_TABLE_MAX 16384

typedef struct ProcessTable ProcessTable;

ProcessTable *process_table_new(guint max);
void process_table_free(ProcessTable *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ProcessTable, process_table_free)

void process_table_see(ProcessTable *table, const Sighting *sighting);

/*
 * The process that had this pid at some moment between the two (monotonic): the last that was born
 * before `until_usec` and had not ended before `since_usec`, or only just: an end is told before
 * the files of who ends are closed. NULL: not known, or there were two.
 */
#define PROCESS_CLOSING_USEC 20000
Process *process_table_find(const ProcessTable *table, gint64 pid, gint64 since_usec,
			    gint64 until_usec);

/* The path of a cgroup, as some exec in it has told; NULL. Borrowed until the next sighting. */
const char *process_table_cgroup(const ProcessTable *table, guint64 id);

guint process_table_count(const ProcessTable *table);
