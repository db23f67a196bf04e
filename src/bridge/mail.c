/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mails: see mail.h. */
#include "bridge/mail.h"
#include "base/digest.h"
#include "event/verdict.h"

#include <string.h>
#include <time.h>

#define ADDRESS_MAX 254
#define SUBJECT_MAX 160
#define LINE_MAX_CHARS 76
/* of UTF-8 in one encoded word (RFC 2047: at most 75 characters) */
#define WORD_BYTES 42
#define TEXTS_MAX 50

bool mail_address_is_valid(const char *address)
{
	const char *at = strchr(address, '@');
	gsize size = strlen(address);

	if (at == NULL || at == address || at[1] == '\0' || strchr(at + 1, '@') != NULL ||
	    size > ADDRESS_MAX) {
		return false;
	}
	for (const char *c = address; *c != '\0'; c++) {
		if (!g_ascii_isgraph(*c) || strchr(",;:<>()[]\"\\", *c) != NULL) {
			return false;
		}
	}
	return true;
}

/* Where a text of valid UTF-8 is cut so that no character is. */
static gsize cut_at(const char *text, gsize max)
{
	const char *end = text + max;

	if (strlen(text) <= max) {
		return strlen(text);
	}
	while (end > text && ((guchar)*end & 0xc0) == 0x80) {
		end--;
	}
	return (gsize)(end - text);
}

static bool is_plain(const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text < ' ' || *text > '~') {
			return false;
		}
	}
	return true;
}

/* A header of foreign text: plain ASCII as it is, else in encoded words, one a line. */
static void append_subject(GString *out, const char *text)
{
	g_autofree char *sound = g_utf8_make_valid(text, -1);

	sound[cut_at(sound, SUBJECT_MAX)] = '\0';
	g_string_append(out, "Subject:");
	if (is_plain(sound) && strstr(sound, "=?") == NULL) {
		g_string_append_printf(out, " %s\r\n", sound);
		return;
	}
	for (const char *at = sound; *at != '\0';) {
		gsize size = cut_at(at, WORD_BYTES);
		g_autofree char *word = g_base64_encode((const guchar *)at, size);

		g_string_append_printf(out, " =?UTF-8?B?%s?=\r\n", word);
		at += size;
	}
}

/* Quoted-printable (RFC 2045): ASCII stays what it is, no line is longer than 76. */
static void append_quoted(GString *out, const char *text)
{
	gsize column = 0;

	for (const char *c = text; *c != '\0'; c++) {
		bool is_last = c[1] == '\0' || c[1] == '\n';
		bool is_quoted = *c == '=' || *c < ' ' || *c > '~' || (*c == ' ' && is_last);

		if (*c == '\n') {
			g_string_append(out, "\r\n");
			column = 0;
			continue;
		}
		if (column + (is_quoted ? 3 : 1) > LINE_MAX_CHARS - 1) {
			g_string_append(out, "=\r\n");
			column = 0;
		}
		if (is_quoted) {
			g_string_append_printf(out, "=%02X", (guint)(guchar)*c);
		} else {
			g_string_append_c(out, *c);
		}
		column += is_quoted ? 3 : 1;
	}
}

static char *make_subject(const GPtrArray *parcels)
{
	const Parcel *first = parcels->pdata[0];
	guint worst = 0;

	if (parcels->len == 1) {
		return g_strdup_printf("[reeve] %s", first->title);
	}
	for (guint i = 0; i < parcels->len; i++) {
		worst = MAX(worst, ((const Parcel *)parcels->pdata[i])->severity);
	}
	return g_strdup_printf("[reeve] %u alerts, worst %s: %s ...", parcels->len,
			       severity_word((Severity)worst), first->title);
}

static void append_date(GString *out, gint64 now_usec)
{
	static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
					     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	time_t seconds = (time_t)(now_usec / G_USEC_PER_SEC);
	struct tm tm;

	/* (not by strftime: its names are those of the locale) */
	gmtime_r(&seconds, &tm);
	g_string_append_printf(out, "Date: %s, %02d %s %d %02d:%02d:%02d +0000\r\n",
			       days[tm.tm_wday], tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900,
			       tm.tm_hour, tm.tm_min, tm.tm_sec);
}

/* The same mail sent twice has the same name: a server may drop the second. */
static void append_name(GString *out, const char *from, const GPtrArray *parcels, gint64 now_usec)
{
	g_autoptr(GString) all = g_string_new(NULL);
	char hex[DIGEST_HEX + 1];

	for (guint i = 0; i < parcels->len; i++) {
		const Parcel *parcel = parcels->pdata[i];

		g_string_append_printf(all, "%s %s %s\n", parcel->id, parcel->to, parcel->title);
	}
	digest_sha256_hex(all->str, all->len, hex);
	g_string_append_printf(out, "Message-ID: <%.32s.%" G_GINT64_FORMAT "%s>\r\n", hex,
			       now_usec / G_USEC_PER_SEC / 3600, strchr(from, '@'));
}

void mail_compose(const char *from, const GPtrArray *parcels, gint64 now_usec, GString *out)
{
	const Parcel *first = parcels->pdata[0];
	g_autofree char *subject = make_subject(parcels);

	g_string_append_printf(out, "From: Reeve <%s>\r\nTo: %s\r\n", from, first->to);
	append_subject(out, subject);
	append_date(out, now_usec);
	append_name(out, from, parcels, now_usec);
	g_string_append(out, "MIME-Version: 1.0\r\n"
			     "Content-Type: text/plain; charset=utf-8\r\n"
			     "Content-Transfer-Encoding: quoted-printable\r\n"
			     "Auto-Submitted: auto-generated\r\n\r\n");
	for (guint i = 0; i < MIN(parcels->len, TEXTS_MAX); i++) {
		append_quoted(out, ((const Parcel *)parcels->pdata[i])->text);
		g_string_append(out, "\r\n");
	}
	if (parcels->len > TEXTS_MAX) {
		g_string_append_printf(
			out, "... and %u more: `reeve log` on the machine has them all.\r\n",
			parcels->len - TEXTS_MAX);
	}
}
