/* SPDX-License-Identifier: LGPL-3.0-or-later */
/*
 * Paths and other foreign bytes become text here, once, at the edge (JSON, terminal, log).
 *
 * The escaped form is valid UTF-8 without control or direction-changing characters, one line, and
 * injective: two different byte strings never escape to the same text. Backslash is `\\`, newline
 * `\n`, tab `\t`, carriage return `\r`; other control bytes and bytes that are not UTF-8 are
 * `\xHH`; Unicode controls, bidirectional marks and line separators are `\u{HEX}`.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* Escapes `size` bytes; caller frees. */
char *escape_bytes(const char *bytes, gsize size);

/* Escapes a NUL-terminated byte string (a path); caller frees. */
char *escape_path(const char *path);

/* Undoes escape_bytes; NULL when the text is not an escaped form. The result may hold NULs only if
 * the input had `\x00`; its length goes to *ret_size when that is not NULL. Caller frees. */
char *unescape_path(const char *text, gsize *ret_size);

/* Whether escaping would change anything. */
bool escape_is_needed(const char *bytes, gsize size);

/*
 * Makes a multi-line text (a diff) safe for a terminal or JSON: newlines and tabs stay, everything
 * else that escape_bytes would escape is escaped, but a plain backslash stays. Caller frees.
 */
char *escape_text(const char *bytes, gsize size);
