/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Handles: how fanotify names a directory or file. A handle is the stretch of bytes that stands in
 * its records: the id of the file system (8 bytes), then a struct file_handle (its size, its type,
 * its bytes). The table gives each a number, so that a WdTable can know its paths. Pure: no system
 * calls.
 */
#pragma once

#include <glib.h>

#define HANDLE_FSID_BYTES 8
#define HANDLE_HEAD_BYTES (HANDLE_FSID_BYTES + 8) /* before the bytes of the file_handle */
#define HANDLE_MAX_BYTES (HANDLE_HEAD_BYTES + 128)

/* The size of a handle, from what stands in it. It has at least HANDLE_HEAD_BYTES. */
gsize handle_size(const void *handle);

typedef struct HandleTable HandleTable;

HandleTable *handle_table_new(void);
void handle_table_free(HandleTable *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HandleTable, handle_table_free)

/* The number of a handle, a new one where it has none: positive and never given twice. The bytes
 * need no alignment and are copied. */
int handle_table_put(HandleTable *table, const void *handle);

/* The number of a handle; -1: none. */
int handle_table_find(const HandleTable *table, const void *handle);

/* Forgets a number. */
void handle_table_drop(HandleTable *table, int number);

/* How many there are. */
guint handle_table_count(const HandleTable *table);
