/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A mail is one mail, whatever a name holds. */
#include "bridge/mail.h"

#include <string.h>

#define NOW G_GINT64_CONSTANT(1795316645123456)
#define HOSTILE "x\r\nBcc: evil@example.org\r\n\r\n.\r\n\xc3\xa9=?\xff"

static Parcel *make(const char *text, const char *title)
{
	Parcel *parcel = parcel_new(g_string_new(text), "0123");

	parcel->to = g_strdup("a@example.org, b@example.org");
	parcel->title = g_strdup(title);
	parcel->severity = 3;
	return parcel;
}

static char *compose(guint count, const char *text, const char *title)
{
	g_autoptr(GPtrArray) parcels = g_ptr_array_new_with_free_func((GDestroyNotify)parcel_free);
	GString *out = g_string_new(NULL);

	for (guint i = 0; i < count; i++) {
		g_ptr_array_add(parcels, make(text, title));
	}
	mail_compose("reeve@example.org", parcels, NOW, out);
	return g_string_free(out, FALSE);
}

static void test_plain(void)
{
	g_autofree char *mail = compose(1, "HIGH: /etc/motd\n", "HIGH on web-1: /etc/motd");

	g_assert_true(g_str_has_prefix(mail, "From: Reeve <reeve@example.org>\r\n"
					     "To: a@example.org, b@example.org\r\n"
					     "Subject: [reeve] HIGH on web-1: /etc/motd\r\n"
					     "Date: Sun, 22 Nov 2026 03:04:05 +0000\r\n"
					     "Message-ID: <"));
	g_assert_true(g_str_has_suffix(mail, "\r\n\r\nHIGH: /etc/motd\r\n\r\n"));
}

/* The headers are those we wrote, and no line is other than mail allows. */
static void test_hostile(void)
{
	static const char *const names[] = {
		"From",          "To",           "Subject",      "Date",
		"Message-ID",    "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
		"Auto-Submitted"};
	g_autofree char *mail = compose(1, HOSTILE, HOSTILE);
	g_auto(GStrv) lines = g_strsplit(mail, "\r\n", -1);
	guint at = 0;

	for (; *lines[at] != '\0'; at++) {
		if (*lines[at] != ' ') { /* one that goes on */
			bool is_known = false;

			for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
				g_autofree char *begin = g_strconcat(names[i], ": ", NULL);

				is_known |= g_str_has_prefix(lines[at], begin) ||
					    g_str_equal(lines[at], "Subject:");
			}
			g_assert_true(is_known);
		}
	}
	for (guint i = 0; lines[i] != NULL; i++) {
		g_assert_cmpuint(strlen(lines[i]), <=, 78);
		for (const char *c = lines[i]; *c != '\0'; c++) {
			g_assert_true(*c >= ' ' && *c <= '~');
		}
	}
	g_assert_nonnull(strstr(mail, "Subject: =?UTF-8?B?"));
}

static void test_many(void)
{
	g_autofree char *mail = compose(70, "text\n", "HIGH on web-1: /etc/motd");

	g_assert_nonnull(strstr(mail, "Subject: [reeve] 70 alerts, worst high: HIGH on web-1"));
	g_assert_nonnull(strstr(mail, "... and 20 more"));
}

static void test_addresses(void)
{
	static const char *const good[] = {"a@b", "first.last+x@mail.example.org"};
	static const char *const bad[] = {
		"",           "a",       "@b",    "a@",    "a@b@c",
		"a b@c",      "a@b,c@d", "<a@b>", "a@b\n", "a@b\r\nBcc: x",
		"a@\xc3\xa9", "\"a\"@b"};

	for (guint i = 0; i < G_N_ELEMENTS(good); i++) {
		g_assert_true(mail_address_is_valid(good[i]));
	}
	for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_assert_false(mail_address_is_valid(bad[i]));
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/mail/plain", test_plain);
	g_test_add_func("/mail/hostile", test_hostile);
	g_test_add_func("/mail/many", test_many);
	g_test_add_func("/mail/addresses", test_addresses);
	return g_test_run();
}
