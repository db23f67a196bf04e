/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Moments as other systems write them: RFC 3339, or a form of strptime(3) with English names
 * whatever the caller's language. A time without a zone is one of `zone`; one that this zone does
 * not have, or has twice (when clocks are set), is refused: nobody can say which was meant.
 */
#pragma once

#include <glib.h>

/* `forms` NULL: none but RFC 3339. Why not, in words that go behind the text; NULL: *ret_usec is
 * it. Static. */
const char *import_time(const char *text, GStrv forms, GTimeZone *zone, gint64 *ret_usec);
