/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Runs a fuzzer's entry point over the files of a folder: the seeds, and what fuzzing once found,
 * stay tested in every build.
 */
#include <glib.h>
#include <stdint.h>
#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int main(int argc, char **argv)
{
	g_autoptr(GDir) folder = g_dir_open(argc > 1 ? argv[1] : ".", 0, NULL);
	const char *name;
	int seeds = 0;

	while (folder != NULL && (name = g_dir_read_name(folder)) != NULL) {
		g_autofree char *path = g_build_filename(argv[1], name, NULL);
		g_autofree char *data = NULL;
		gsize size;

		if (g_file_get_contents(path, &data, &size, NULL)) {
			LLVMFuzzerTestOneInput((const uint8_t *)data, size);
			seeds++;
		}
	}
	printf("%d seeds\n", seeds);
	return seeds > 0 ? 0 : 1;
}
