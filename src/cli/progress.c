/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Long work on a terminal: see progress.h. */
#include "cli/progress.h"

#include "base/clock.h"
#include "cli/paint.h"

#include <stdio.h>
#include <unistd.h>

#define PATIENCE_USEC 500000
#define INTERVAL_USEC 100000

Progress progress_on(const Context *context)
{
	return (Progress){
		.is_shown = isatty(STDERR_FILENO) == 1 && !context->is_json,
		.width = context->width,
	};
}

void progress_begin(Progress *progress, const char *label)
{
	g_strlcpy(progress->label, label, sizeof(progress->label));
	progress->begun_usec = clock_mono_usec();
	progress->drawn_usec = 0;
}

void progress_say(Progress *progress, const char *text)
{
	Paint paint = {.width = progress->width};
	g_autofree char *line = NULL;

	if (!progress->is_shown) {
		return;
	}
	line = paint_fit(&paint, text, progress->width - 1);
	fprintf(stderr, "\r\033[K%s", line);
	fflush(stderr);
	progress->drawn_usec = clock_mono_usec();
}

void progress_step(Progress *progress, guint64 done, guint64 of)
{
	gint64 now = clock_mono_usec();
	g_autofree char *so_far = NULL, *all = NULL, *text = NULL;

	if (!progress->is_shown || now - progress->begun_usec < PATIENCE_USEC ||
	    now - progress->drawn_usec < INTERVAL_USEC) {
		return;
	}
	so_far = paint_count(done);
	if (of == 0) {
		text = g_strdup_printf("%s: %s", progress->label, so_far);
	} else {
		all = paint_count(of);
		text = g_strdup_printf("%s: %s of %s (%d %%)", progress->label, so_far, all,
				       (int)(done * 100 / of));
	}
	progress_say(progress, text);
}

void progress_end(Progress *progress)
{
	if (progress->is_shown && progress->drawn_usec != 0) {
		fputs("\r\033[K", stderr);
		fflush(stderr);
	}
	progress->drawn_usec = 0;
}
