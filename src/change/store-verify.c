/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Verifying the store: see store-verify.h. */
#include "change/store-verify.h"

#include "base/escape.h"
#include "base/io.h"
#include "change/verify-files.h"
#include "change/verify-history.h"
#include "snapshot/layout.h"

#include <fcntl.h>
#include <string.h>

#define MAX_PROBLEMS 1000
#define MAX_REF_BYTES 256
#define MAX_PACKED_REFS_BYTES (1024 * 1024)
#define TELL_EVERY 256

typedef struct {
	Odb *objects;
	GPtrArray *problems;
	void (*progress)(void *context, guint64 done, guint64 of);
	void *context;
	guint64 done, of;
} Verify;

static void complain(Verify *verify, const char *where, const char *what)
{
	g_ptr_array_add(verify->problems, g_strdup_printf("snapshots.git: %s: %s", where, what));
}

/*
 * Odb
 */

static int list_object(const git_oid *id, void *ids)
{
	g_array_append_val((GArray *)ids, *id);
	return 0;
}

/* libgit2 hashes what it reads and compares. */
static void verify_object(Verify *verify, const git_oid *id)
{
	g_autoptr(GError) error = NULL;

	if (!odb_check(verify->objects, id, &error)) {
		g_ptr_array_add(verify->problems, g_strdup(error->message));
	}
	verify->done++;
	if (verify->progress != NULL && verify->done % TELL_EVERY == 0) {
		verify->progress(verify->context, verify->done, verify->of);
	}
}

/*
 * Listed first, then read: the recorder may merge packs meanwhile, and whoever then misses an
 * object opens the database anew, which nobody may do under a listing that goes on.
 */
static void verify_all_objects(Verify *verify)
{
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(git_oid));

	if (git_odb_foreach(odb_raw(verify->objects), list_object, ids) < 0) {
		complain(verify, "objects", git_error_last()->message);
	}
	verify->of = ids->len;
	for (guint i = 0; i < ids->len && verify->problems->len < MAX_PROBLEMS; i++) {
		verify_object(verify, &g_array_index(ids, git_oid, i));
	}
	if (verify->progress != NULL) {
		verify->progress(verify->context, verify->done, verify->done);
	}
}

/*
 * Refs
 */

static void verify_target(Verify *verify, const char *where, const char *hex)
{
	g_autoptr(OdbCommit) commit = NULL;
	g_autoptr(GError) error = NULL;
	git_oid id;

	if (!odb_parse_id(hex, &id)) {
		complain(verify, where, "does not name a commit");
		return;
	}
	commit = odb_commit(verify->objects, &id, &error);
	if (commit == NULL) {
		complain(verify, where, error->message);
	}
}

static char *read_small(Verify *verify, const char *name, gsize max_bytes)
{
	g_autofree char *path = g_build_filename(odb_folder(verify->objects), name, NULL);
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) bytes = io_read_file(AT_FDCWD, path, max_bytes, &error);
	gsize size;
	const char *data;

	if (bytes == NULL) {
		if (!g_error_matches(error, REEVE_ERROR, REEVE_ERROR_NOT_FOUND)) {
			complain(verify, name, error->message);
		}
		return NULL;
	}
	data = g_bytes_get_data(bytes, &size);
	if (size > 0 && memchr(data, '\0', size) != NULL) {
		complain(verify, name, "has a zero byte");
		return NULL;
	}
	return g_strndup(data == NULL ? "" : data, size);
}

static void verify_ref(Verify *verify, const char *name)
{
	g_autofree char *shown = escape_path(name);
	g_autofree char *text = read_small(verify, name, MAX_REF_BYTES);
	gsize length = text == NULL ? 0 : strlen(text);

	if (text == NULL) {
		return;
	}
	if (length == 0 || text[length - 1] != '\n') {
		complain(verify, shown, "does not end with a line's end");
		return;
	}
	text[length - 1] = '\0';
	verify_target(verify, shown, text);
}

static void verify_refs_below(Verify *verify, const char *inner)
{
	g_autofree char *path = g_build_filename(odb_folder(verify->objects), inner, NULL);
	g_autoptr(GDir) names = g_dir_open(path, 0, NULL);
	const char *name;

	while (names != NULL && (name = g_dir_read_name(names)) != NULL) {
		g_autofree char *below = g_build_filename(inner, name, NULL);
		g_autofree char *full = g_build_filename(path, name, NULL);

		if (g_file_test(full, G_FILE_TEST_IS_SYMLINK)) {
			complain(verify, below, "is a link");
		} else if (g_file_test(full, G_FILE_TEST_IS_DIR)) {
			verify_refs_below(verify, below);
		} else if (!g_str_has_suffix(name, ".lock")) {
			verify_ref(verify, below);
		}
	}
}

/* "<id> <name>" lines under one of comment; "^<id>" lines for tags. */
static void verify_packed_refs(Verify *verify)
{
	g_autofree char *text = read_small(verify, "packed-refs", MAX_PACKED_REFS_BYTES);
	g_auto(GStrv) lines = NULL;

	if (text == NULL) {
		return;
	}
	if (*text != '\0' && !g_str_has_suffix(text, "\n")) {
		complain(verify, "packed-refs", "does not end with a line's end");
	}
	lines = g_strsplit(text, "\n", -1);
	for (guint i = 0; lines[i] != NULL && lines[i + 1] != NULL; i++) {
		char *space = strchr(lines[i], ' ');

		if (i == 0 &&
		    strcmp(lines[i], "# pack-refs with: peeled fully-peeled sorted ") == 0) {
			continue;
		}
		if (space == NULL || !g_str_has_prefix(space, " refs/")) {
			complain(verify, "packed-refs", "has a line that is no ref");
			continue;
		}
		*space = '\0';
		verify_target(verify, "packed-refs", lines[i]);
	}
}

static void verify_refs(Verify *verify)
{
	g_autofree char *head = read_small(verify, "HEAD", MAX_REF_BYTES);

	if (head == NULL || strcmp(head, "ref: " LAYOUT_REF "\n") != 0) {
		complain(verify, "HEAD", "does not say `ref: " LAYOUT_REF "`");
	}
	verify_refs_below(verify, "refs");
	verify_packed_refs(verify);
}

static void verify_head(Verify *verify)
{
	g_autoptr(GError) error = NULL;
	git_oid head;

	switch (odb_head(verify->objects, &head, &error)) {
	case ODB_REF_FOUND:
		verify_history(verify->objects, &head, verify->problems);
		break;
	case ODB_REF_ERROR:
		complain(verify, LAYOUT_REF, error->message);
		break;
	case ODB_REF_NONE:
		if (verify->of > 0) {
			complain(verify, LAYOUT_REF,
				 "is missing, as a file and in packed-refs, though there are "
				 "snapshots");
		}
		break;
	}
}

GPtrArray *verify_objects(Odb *objects, void (*progress)(void *context, guint64 done, guint64 of),
			  void *context, GError **error)
{
	g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
	Verify verify = {objects, problems, progress, context, 0, 0};

	verify_files(odb_folder(objects), problems);
	/* Files that appeared since the database was opened were checked; read them, too. */
	if (!odb_reopen(objects, error)) {
		return NULL;
	}
	verify_all_objects(&verify);
	verify_refs(&verify);
	verify_head(&verify);
	return g_steal_pointer(&problems);
}
