/* SPDX-License-Identifier: LGPL-3.0-or-later */
/*
 * What a program says to its operator: one line to standard error, "reeve-judge: text", with the
 * syslog level prefix <N> when systemd reads it. Only programs log; libraries return GError.
 * Foreign bytes in a line must have been escaped (base/escape.h).
 */
#pragma once

#include <glib.h>

/* Names the program; call first. */
void log_init(const char *program);

void log_error(const char *format, ...) G_GNUC_PRINTF(1, 2);
void log_warning(const char *format, ...) G_GNUC_PRINTF(1, 2);
void log_info(const char *format, ...) G_GNUC_PRINTF(1, 2);
/* Shown only when REEVE_DEBUG is set in the environment. */
void log_debug(const char *format, ...) G_GNUC_PRINTF(1, 2);
