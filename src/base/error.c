/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The shared error domain: see error.h. */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>

G_DEFINE_QUARK(reeve - error - quark, reeve_error)

bool error_set_errno(GError **error, const char *format, ...)
{
	int saved = errno;
	g_autofree char *doing = NULL;
	va_list args;

	va_start(args, format);
	doing = g_strdup_vprintf(format, args);
	va_end(args);
	g_set_error(error, REEVE_ERROR, REEVE_ERROR_IO, "%s: %s", doing, g_strerror(saved));
	return false;
}
