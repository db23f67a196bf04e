/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A snapshot store in a folder of its own, what is put into it, and stock git to judge it. */
#pragma once

#include "snapshot/snapshot.h"

#include "stock-git.h"

#include <git2.h>

#define NOW (G_GINT64_CONSTANT(1795316645) * 1000000)

typedef struct {
	char *state, *repository, *packs;
	Snapshot *snapshot;
} Fixture;

static inline void reopen(Fixture *f)
{
	g_autoptr(GError) error = NULL;

	snapshot_close(f->snapshot);
	f->snapshot = snapshot_open(f->state, &error);
	g_assert_no_error(error);
}

static inline void setup(Fixture *f, const void *data)
{
	f->state = g_dir_make_tmp("reeve-snapshot-XXXXXX", NULL);
	f->repository = g_build_filename(f->state, "snapshots.git", NULL);
	f->packs = g_build_filename(f->repository, "objects", "pack", NULL);
	reopen(f);
}

static inline void teardown(Fixture *f, const void *data)
{
	snapshot_close(f->snapshot);
	remove_folder(f->state);
	g_free(f->state);
	g_free(f->repository);
	g_free(f->packs);
}

static inline void begin(Fixture *f)
{
	g_autoptr(GError) error = NULL;

	snapshot_begin(f->snapshot, &error);
	g_assert_no_error(error);
}

static inline void put_directory(Fixture *f, const char *path)
{
	FileState state = {.type = FILE_DIRECTORY, .mode = 0755};

	snapshot_put(f->snapshot, path, &state);
}

static inline void put_mode(Fixture *f, const char *path, const char *content, guint32 mode)
{
	g_autoptr(GError) error = NULL;
	FileState state = {.type = FILE_REGULAR,
			   .content = CONTENT_STORED,
			   .mode = mode,
			   .size = strlen(content)};

	digest_sha256(content, strlen(content), state.sha256);
	snapshot_store(f->snapshot, content, strlen(content), state.blob, &error);
	g_assert_no_error(error);
	snapshot_put(f->snapshot, path, &state);
}

static inline void put_file(Fixture *f, const char *path, const char *content)
{
	put_mode(f, path, content, 0644);
}

static inline void put_link(Fixture *f, const char *path, const char *target)
{
	g_auto(FileState) state = {.type = FILE_SYMLINK, .mode = 0777, .link = g_strdup(target)};

	snapshot_put(f->snapshot, path, &state);
}

static inline SnapshotCommit commit_notes(Fixture *f, Notes *notes)
{
	g_autoptr(GError) error = NULL;
	SnapshotCommit outcome;

	notes->recorded_usec = NOW;
	outcome = snapshot_commit(f->snapshot, notes, &error);
	g_assert_no_error(error);
	return outcome;
}

static inline SnapshotCommit commit(Fixture *f)
{
	g_autoptr(Notes) notes = notes_new(CHANGE_SET_CHANGE);

	return commit_notes(f, notes);
}

static inline char *git(Fixture *f, const char *arguments)
{
	return stock_git(f->repository, arguments);
}

static inline void check_git(Fixture *f, const char *arguments, const char *expected)
{
	g_autofree char *output = git(f, arguments);

	g_assert_cmpstr(output, ==, expected);
}

static inline guint count_packs(Fixture *f)
{
	g_autoptr(GDir) dir = g_dir_open(f->packs, 0, NULL);
	const char *name;
	guint packs = 0;
	guint indexes = 0;

	while ((name = g_dir_read_name(dir)) != NULL) {
		packs += g_str_has_suffix(name, ".pack");
		indexes += g_str_has_suffix(name, ".idx");
	}
	g_assert_cmpuint(packs, ==, indexes);
	return packs;
}

static inline void put_some(Fixture *f)
{
	put_directory(f, "/etc");
	put_file(f, "/etc/passwd", "root:x:0:0\n");
	put_directory(f, "/etc/ssh");
	put_file(f, "/etc/ssh/sshd_config", "PermitRootLogin no\n");
	put_mode(f, "/etc/rc.local", "#!/bin/sh\n", 0755);
	put_link(f, "/etc/localtime", "/usr/share/zoneinfo/UTC");
	put_directory(f, "/etc/empty");
}

static inline void baseline(Fixture *f)
{
	begin(f);
	put_some(f);
	g_assert_cmpint(commit(f), ==, SNAPSHOT_COMMITTED);
}

static inline guint count_lines(Fixture *f, const char *arguments)
{
	g_autofree char *output = git(f, arguments);
	guint n = 0;

	for (const char *p = output; (p = strchr(p, '\n')) != NULL; p++) {
		n++;
	}
	return n;
}

static inline void damage_packs(Fixture *f)
{
	g_autoptr(GDir) dir = g_dir_open(f->packs, 0, NULL);
	const char *name;

	while ((name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *path = g_build_filename(f->packs, name, NULL);
		g_autofree char *bytes = NULL;
		gsize size;

		if (g_str_has_suffix(name, ".pack")) {
			g_assert_true(g_file_get_contents(path, &bytes, &size, NULL));
			memset(bytes + 12, 0, size - 12);
			g_assert_true(g_file_set_contents(path, bytes, (gssize)size, NULL));
		}
	}
}

#define ADD(name, function) g_test_add("/snapshot/" name, Fixture, NULL, setup, function, teardown)
