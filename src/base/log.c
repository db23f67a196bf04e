/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The operator's log: see log.h. */
#include "base/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *log_program = "reeve";
static bool log_for_systemd;
static bool log_debugs;

void log_init(const char *program)
{
	log_program = program;
	log_for_systemd = getenv("JOURNAL_STREAM") != NULL;
	log_debugs = getenv("REEVE_DEBUG") != NULL;
}

/* One write(2), so that lines of several processes do not mix. */
G_GNUC_PRINTF(2, 0)
static void log_line(int level, const char *format, va_list args)
{
	g_autofree char *text = g_strdup_vprintf(format, args);
	g_autofree char *line = NULL;
	ssize_t put;

	if (log_for_systemd) {
		line = g_strdup_printf("<%d>%s: %s\n", level, log_program, text);
	} else {
		line = g_strdup_printf("%s: %s\n", log_program, text);
	}
	put = write(STDERR_FILENO, line, strlen(line));
	(void)put; /* there is no one left to tell */
}

#define LOG_FUNCTION(name, level, wanted)        \
	void name(const char *format, ...)       \
	{                                        \
		va_list args;                    \
                                                 \
		if (!(wanted)) {                 \
			return;                  \
		}                                \
		va_start(args, format);          \
		log_line((level), format, args); \
		va_end(args);                    \
	}

LOG_FUNCTION(log_error, 3, true)
LOG_FUNCTION(log_warning, 4, true)
LOG_FUNCTION(log_info, 6, true)
LOG_FUNCTION(log_debug, 7, log_debugs)
