/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rewrites the files named on standard input, one a line, in place, as fast as it can: what a mass
 * change costs is measured against this. Each is 2 KiB of text: a first line that says TEXT, and
 * lines of digits that depend on the file's name alone; so whoever calls it again with another TEXT
 * changes one line of each. Usage: rewrite TEXT <LIST
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SIZE 2048
#define LINE 64

static void fill(char *content, const char *text, const char *name)
{
	uint64_t state = 88172645463325252u;

	for (; *name != '\0'; name++) {
		state = (state ^ (unsigned char)*name) * 1099511628211u;
	}
	for (int i = 0; i < SIZE; i++) {
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		content[i] = i % LINE == LINE - 1 ? '\n' : "0123456789abcdef"[state >> 60];
	}
	memset(content, ' ', LINE - 1);
	memcpy(content, text, strnlen(text, LINE - 1));
}

int main(int argc, char **argv)
{
	char content[SIZE];
	char *line = NULL;
	size_t room = 0;
	ssize_t length;

	while ((length = getline(&line, &room, stdin)) > 1) {
		int fd;

		line[length - 1] = '\0';
		fill(content, argc > 1 ? argv[1] : "", line);
		fd = open(line, O_WRONLY | O_TRUNC | O_CLOEXEC);
		if (fd < 0 || write(fd, content, sizeof(content)) != sizeof(content) ||
		    close(fd) != 0) {
			perror(line);
			return 1;
		}
	}
	free(line);
	return 0;
}
