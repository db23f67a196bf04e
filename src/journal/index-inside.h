/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an index is made of: for index.c, index-query.c and nobody else. */
#pragma once

#include "journal/index-tables.h"
#include "journal/index.h"

#include <sys/types.h>

struct Index {
	char *path;     /* of index.sqlite */
	int dir_fd;     /* of the journal's folder; -1 for a reader */
	int journal_fd; /* events.ndjson, read only */
	dev_t dev;      /* a writer's file: to see when somebody removes it */
	ino_t ino;
	gint32 boot; /* of a writer: the mark of the boot the file is made in */
	bool is_writer;
	bool is_memory; /* a reader's own tables, made from the file or the journal */
	sqlite3 *db;
	Tables *tables;
	TablesPosition position;
};

/* The SQL functions index-query.c uses. */
void index_add_functions(sqlite3 *db);
