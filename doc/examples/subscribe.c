/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every event of a host behind the cursor in a file, then live; the cursor moves on.
 *   cc -o subscribe subscribe.c $(pkg-config --cflags --libs libreeve)
 *   ./subscribe FILE [LIVE REPLAY]
 */
#include <reeve.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	char cursor[65] = ""; /* from the beginning */
	FILE *file = fopen(argv[1], "a+");
	ReeveOptions options = {.size = sizeof(options), .since = cursor};
	ReeveEvent event;
	ReeveNews news;

	if (argc > 3) {
		options.live = argv[2];
		options.replay = argv[3];
	}
	while (file != NULL && fscanf(file, "%64s", cursor) == 1) {
	}
	Reeve *reeve = reeve_open(&options);
	while ((news = reeve_next(reeve, -1, &event)) < REEVE_GONE) {
		if (news == REEVE_EVENT) {
			printf("%d %.12s %s\n", (int)event.seq, event.id, event.topic);
			fflush(stdout);
			fprintf(file, "%s\n", event.id); /* handled: the last line is the cursor */
			fflush(file);
		}
	}
	fprintf(stderr, "%s\n", news == REEVE_GONE ? "history was rewritten" : reeve_error(reeve));
	reeve_close(reeve);
	return 1;
}
