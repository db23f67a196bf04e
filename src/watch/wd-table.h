/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which directory a watch descriptor stands for, and the other way round. A pure table: no system
 * calls.
 *
 * One directory may be known by several paths (bind mounts): one descriptor, several paths. One
 * path belongs to one descriptor at a time: the newest wins. A descriptor that lost its last path
 * is an orphan: it stays in the table, pathless, until the kernel has said that it is gone
 * (IN_IGNORED), because events of it may still be queued and mean nothing any more.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct WdTable WdTable;

WdTable *wd_table_new(void);
void wd_table_free(WdTable *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(WdTable, wd_table_free)

/*
 * Binds `path` to `wd`. Returns the descriptor that became an orphan because the path had been
 * its last, or -1.
 */
int wd_table_put(WdTable *table, int wd, const char *path);

/* The descriptor of a path; -1: none. */
int wd_table_find(const WdTable *table, const char *path);

/* The paths of a descriptor (char *), owned by the table and valid until it is changed; empty for
 * an orphan, NULL for a descriptor that is not in the table. */
const GPtrArray *wd_table_paths(const WdTable *table, int wd);

/* The kernel says that the descriptor is gone. */
void wd_table_drop(WdTable *table, int wd);

/* Unbinds `path` and every path below it; appends the descriptors (int) that became orphans. The
 * cost follows what is below, not the size of the table. */
void wd_table_forget(WdTable *table, const char *path, GArray *ret_orphans);

/* Number of paths. */
guint wd_table_count(const WdTable *table);
