/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rewrites the files named on standard input, one a line, in place, as fast as it can: what a mass
 * change costs is measured against this. Usage: rewrite TEXT <LIST
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SIZE 2048

int main(int argc, char **argv)
{
	char content[SIZE];
	char *line = NULL;
	size_t room = 0;
	ssize_t length;

	memset(content, '\n', sizeof(content));
	snprintf(content, sizeof(content), "%s", argc > 1 ? argv[1] : "");
	while ((length = getline(&line, &room, stdin)) > 1) {
		char *number = content + sizeof(content) - 16;
		int fd;

		line[length - 1] = '\0';
		fd = open(line, O_WRONLY | O_TRUNC | O_CLOEXEC);
		/* every file another content: its own name's end */
		memcpy(number, line + (length > 16 ? length - 16 : 0), 15);
		if (fd < 0 || write(fd, content, sizeof(content)) != sizeof(content) ||
		    close(fd) != 0) {
			perror(line);
			return 1;
		}
	}
	free(line);
	return 0;
}
