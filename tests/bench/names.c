/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes N links in a folder as fast as one can: N events, each of a name of its own, so that the
 * kernel cannot make one of several. Usage: names FOLDER N */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	char name[32];

	if (argc != 3 || chdir(argv[1]) != 0) {
		return 1;
	}
	for (long i = 0; i < atol(argv[2]); i++) {
		snprintf(name, sizeof(name), "%ld", i);
		if (symlink("x", name) != 0) {
			return 1;
		}
	}
	return 0;
}
