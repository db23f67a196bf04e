/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The journal's cursor: see cursor.h. */
#include "journal/cursor.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SUM_HEX 32
#define SUM_AT (CURSOR_BYTES - SUM_HEX - 1)
#define TEXT_BYTES (SUM_AT - 4) /* "sum=" */
#define READ_TRIES 8

void cursor_format(const JournalCursor *cursor, char ret[CURSOR_BYTES])
{
	char digest[DIGEST_HEX + 1];
	int length;

	length = snprintf(ret, TEXT_BYTES,
			  "reeve-cursor 1 seq=%" PRIu64 " id=%s from=%" PRIi64 " end=%" PRIi64
			  " commit=%s part=%u/%u",
			  cursor->seq, cursor->id[0] == '\0' ? "-" : cursor->id,
			  (gint64)cursor->from, (gint64)cursor->end,
			  cursor->commit[0] == '\0' ? "-" : cursor->commit, cursor->part_n,
			  cursor->part_of);
	g_assert(length > 0 && length < TEXT_BYTES);
	memset(ret + length, ' ', (gsize)(TEXT_BYTES - length));
	digest_sha256_hex(ret, TEXT_BYTES, digest);
	memcpy(ret + TEXT_BYTES, "sum=", 4);
	memcpy(ret + SUM_AT, digest, SUM_HEX);
	ret[CURSOR_BYTES - 1] = '\n';
}

static bool sum_holds(const char bytes[CURSOR_BYTES])
{
	char digest[DIGEST_HEX + 1];

	digest_sha256_hex(bytes, TEXT_BYTES, digest);
	return memcmp(bytes + TEXT_BYTES, "sum=", 4) == 0 &&
	       memcmp(bytes + SUM_AT, digest, SUM_HEX) == 0 && bytes[CURSOR_BYTES - 1] == '\n';
}

bool cursor_parse(const char bytes[CURSOR_BYTES], JournalCursor *ret)
{
	char text[TEXT_BYTES + 1];
	JournalCursor cursor = {0};
	char again[CURSOR_BYTES];
	gint64 from, end;

	if (!sum_holds(bytes)) {
		return false;
	}
	memcpy(text, bytes, TEXT_BYTES);
	text[TEXT_BYTES] = '\0';
	if (sscanf(text,
		   "reeve-cursor 1 seq=%" SCNu64 " id=%64s from=%" SCNi64 " end=%" SCNi64
		   " commit=%40s part=%u/%u",
		   &cursor.seq, cursor.id, &from, &end, cursor.commit, &cursor.part_n,
		   &cursor.part_of) != 7 ||
	    from < 0 || end < from) {
		return false;
	}
	cursor.from = from;
	cursor.end = end;
	if (g_str_equal(cursor.id, "-")) {
		cursor.id[0] = '\0';
	}
	if (g_str_equal(cursor.commit, "-")) {
		cursor.commit[0] = '\0';
	}
	cursor_format(&cursor, again);
	if (memcmp(again, bytes, CURSOR_BYTES) != 0) {
		return false;
	}
	*ret = cursor;
	return true;
}

CursorRead cursor_read(int fd, JournalCursor *ret)
{
	char bytes[CURSOR_BYTES + 1];
	ssize_t got = 0;

	for (int i = 0; i < READ_TRIES; i++) {
		got = fd < 0 ? 0 : pread(fd, bytes, sizeof(bytes), 0);
		if (got == 0) {
			return CURSOR_MISSING;
		}
		if (got == CURSOR_BYTES && cursor_parse(bytes, ret)) {
			return CURSOR_FOUND;
		}
	}
	return CURSOR_INVALID;
}
