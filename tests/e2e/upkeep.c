/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The snapshot store without a recorder, for tests that want many packs, or maintenance, now.
 *
 *   upkeep STATE commits N   N change-sets of one small file each
 *   upkeep STATE maintain S  maintenance until there is nothing left to do but to wait, S seconds
 *                            after the last change-set
 */
#include "snapshot/snapshot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RECORDED_USEC 1700000000000000

static bool commit_one(Snapshot *snapshot, guint n, GError **error)
{
	g_autoptr(Notes) notes = notes_new(snapshot_head(snapshot) == NULL ? CHANGE_SET_BASELINE
									   : CHANGE_SET_CHANGE);
	g_autofree char *text = g_strdup_printf("content %u\n", n);
	g_autofree char *path = g_strdup_printf("/etc/file%u", n % 7);
	g_auto(FileState) state = {.type = FILE_REGULAR, .mode = 0644, .content = CONTENT_STORED};

	notes->first_usec = notes->last_usec = notes->recorded_usec = RECORDED_USEC + n;
	state.size = strlen(text);
	digest_sha256(text, strlen(text), state.sha256);
	if (!snapshot_begin(snapshot, error) ||
	    !snapshot_store(snapshot, text, strlen(text), state.blob, error)) {
		return false;
	}
	snapshot_put(snapshot, path, &state);
	return snapshot_commit(snapshot, notes, error) == SNAPSHOT_COMMITTED;
}

static bool run(Snapshot *snapshot, char **argv, GError **error)
{
	gint64 now_usec = RECORDED_USEC + atoi(argv[3]) * G_GINT64_CONSTANT(1000000);
	SnapshotTidy done = SNAPSHOT_TIDY_MORE;

	if (strcmp(argv[2], "maintain") == 0) {
		while (done == SNAPSHOT_TIDY_MORE) {
			done = snapshot_maintain(snapshot, now_usec, error);
		}
		return done != SNAPSHOT_TIDY_ERROR;
	}
	for (guint n = 0; n < (guint)atoi(argv[3]); n++) {
		if (!commit_one(snapshot, n, error)) {
			return false;
		}
	}
	return true;
}

int main(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Snapshot) snapshot = argc < 4 ? NULL : snapshot_open(argv[1], &error);

	if (snapshot == NULL || !run(snapshot, argv, &error)) {
		fprintf(stderr, "upkeep: %s\n", error == NULL ? "usage" : error->message);
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}
