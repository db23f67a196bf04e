/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading ahead: a thread that opens and reads the files of a directory in the order in which they
 * are given, while their taker is busy with those before. It probes (probe.h) and decides nothing:
 * what is to be read, what is recorded of it, and every other kind of thing than a regular file are
 * the taker's. How many files and bytes wait is bounded. One thread gives and takes.
 */
#pragma once

#include "recorder/probe.h"

/* So many may be given and not taken. */
#define AHEAD_MAX 64

typedef struct Ahead Ahead;

/* The thread starts with the first file. `secrets` are borrowed. */
Ahead *ahead_new(const Secrets *secrets);
/* Waits for the file at hand. */
void ahead_free(Ahead *ahead);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Ahead, ahead_free)

/* How many more may be given now. */
guint ahead_room(const Ahead *ahead);

/* To be opened as `name` in `dir_fd`, which stays the caller's, open until it is taken or dropped.
 * Both texts are copied. */
void ahead_give(Ahead *ahead, int dir_fd, const char *name, const char *path);

/* What was found. */
typedef struct {
	char *name, *path;
	ProbeResult result; /* of opening it */
	int fd;             /* PROBE_PRESENT: the reference; -1 otherwise */
	struct stat st;
	bool is_read; /* it is a regular file, and `probe` has what was read of it */
	Probe probe;
	GError *error; /* PROBE_ERROR, or it is a regular file that was not read */
} AheadFile;

/* One that nobody has opened yet. Both texts are copied. */
AheadFile *ahead_file_new(const char *name, const char *path);

/* The oldest of those that were given: waits for it. Caller frees. */
AheadFile *ahead_take(Ahead *ahead);
void ahead_file_free(AheadFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AheadFile, ahead_file_free)

/* Forgets all that were given: afterwards their directory is not touched any more. */
void ahead_drop(Ahead *ahead);
