/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Settings of two versions of a file: src/change/settings.c and its readers. */
#include "change/settings.h"

#include "change/meaning.h"
#include "event/change.h"

#include <string.h>

#define SSHD "/etc/ssh/sshd_config"
#define SUDOERS "/etc/sudoers.d/ops"
#define KEYS "/root/.ssh/authorized_keys"
#define KEY "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFhDdTzQnMHIHb0vUdx8B6wXrMKz1mIZ6oL4qTUk7gVj"

/* "name: before -> after" for each, and "cosmetic". */
static const struct {
	const char *path, *before, *after, *expected;
} rows[] = {
	{SSHD, "PermitRootLogin no\n", "# a\nPermitRootLogin yes\n",
	 "PermitRootLogin: no -> yes\n"},
	{SSHD, "PermitRootLogin no\n", "\n#x\n  permitrootlogin   no\n", "cosmetic\n"},
	{SSHD, "PermitRootLogin no\n", "PermitRootLogin = yes\n", "PermitRootLogin: no -> yes\n"},
	{SSHD, "X11Forwarding yes\n", "", "X11Forwarding: yes -> -\n"},
	{SSHD, "", "Match User bob\nPermitTTY no\n",
	 "Match: - -> User bob\nMatch User bob: PermitTTY: - -> no\n"},
	{SSHD, "Match all\nPermitTTY no\n", "Match all\nPermitTTY yes\n", "PermitTTY: no -> yes\n"},
	/* the first one counts, so another order is not cosmetic */
	{SSHD, "PermitTTY no\nPort 1\n", "Port 1\nPermitTTY no\n", ""},
	{SSHD, "Port 1\nPort 2\n", "Port 2\nPort 1\n", "Port: 1; 2 -> 2; 1\n"},
	{"/etc/sysctl.d/a.conf", "a.b=1\n; x\n", "a.b = 2\n", "a.b: 1 -> 2\n"},
	{"/etc/systemd/system/a.service", "[Service]\nExecStart=/bin/a \\\n -x\n[Unit]\nA=b\n",
	 "[Service]\nExecStart=/bin/a -y\n[Unit]\nA=b\n",
	 "[Service] ExecStart: /bin/a -x -> /bin/a -y\n"},
	{SUDOERS, "# nothing\n", "bob  ALL=(ALL)\tNOPASSWD: ALL\n",
	 "grant to bob: - -> ALL=(ALL) NOPASSWD: ALL\n"},
	{SUDOERS, "User_Alias OPS=bob\n", "User_Alias OPS = bob, eve\n",
	 "User_Alias OPS: bob -> bob, eve\n"},
	{SUDOERS, "", "#1000 ALL=ALL\n#includedir /x\n# a comment\n",
	 "grant to #1000: - -> ALL=ALL\n#includedir: - -> /x\n"},
	{SUDOERS, "bob ALL=ALL\n", "bob ALL = ALL # why\n",
	 "grant to bob: ALL=ALL -> ALL = ALL # why\n"},
	{KEYS, "", KEY " bob@home\n",
	 "key ssh-ed25519 SHA256:/MQuJ3NNuTuCWZx5kAAVu/jQnqtnNvqZCgBIpWj1oFQ: - -> bob@home\n"},
	{KEYS, "command=\"a b\" " KEY " x\n", KEY " x\n",
	 "key ssh-ed25519 SHA256:/MQuJ3NNuTuCWZx5kAAVu/jQnqtnNvqZCgBIpWj1oFQ: command=\"a b\" x -> "
	 "x\n"},
	{"/etc/passwd", "r:x:0:0:r:/root:/bin/sh\n", "r:x:0:0:r:/root:/bin/sh\nm::0:0::/:/bin/sh\n",
	 "account m: - -> uid 0\npassword of m: - -> none\nshell of m: - -> /bin/sh\n"
	 "home of m: - -> /\nfirst group of m: - -> 0\ncomment of m: - -> \n"},
	{"/etc/passwd", "b:x:5:5:b:/:/bin/false\n", "b:x:0:5:b:/:/bin/sh\n",
	 "account b: uid 5 -> uid 0\nshell of b: /bin/false -> /bin/sh\n"},
	/* what looks like a comment, and is none for the program that reads it */
	{"/etc/passwd", "", ";m::0:0::/:/bin/sh\n",
	 "account ;m: - -> uid 0\npassword of ;m: - -> none\nshell of ;m: - -> /bin/sh\n"
	 "home of ;m: - -> /\nfirst group of ;m: - -> 0\ncomment of ;m: - -> \n"},
	{SUDOERS, "# a\n", "# a \\\nm ALL=ALL\n", "grant to m: - -> ALL=ALL\n"},
	{SUDOERS, "# a\n", "# a \\\n# b\n", "cosmetic\n"},
	{"/etc/systemd/system.conf", "[Manager]\n", "[Manager]\n ; a \\\nA=b\n",
	 "[Manager] A: - -> b\n"},
	{"/etc/group", "wheel:x:10:a\n", "wheel:x:10:a,b\n", "members of group wheel: a -> a,b\n"},
	{"/etc/shadow", "b:hmac:12ab:1:0:9:7:::\n", "b:hmac:34cd:1:0:9:7:::\n",
	 "password of b: set -> changed\n"},
	{"/etc/shadow", "b:!hmac:12ab:1:0:9:7:::\n", "b:hmac:12ab:1:0:9:7:::\n",
	 "password of b: locked -> set\n"},
	{"/etc/gshadow", "wheel:!::a\n", "wheel:hmac:12ab:b:a,m\n",
	 "password of group wheel: locked -> set\nadministrators of group wheel:  -> b\n"
	 "members by gshadow of group wheel: a -> a,m\n"},
	{"/etc/gshadow", "wheel:hmac:12ab::\n", "wheel:hmac:34cd::\n",
	 "password of group wheel: set -> changed\n"},
	{"/etc/crontab", "PATH=/bin\n1 2 * * *\troot  /bin/a  -x\n",
	 "# why\nPATH = /bin\n*/5 2 * * * root /bin/a  -x\n",
	 "job of root: /bin/a  -x: 1 2 * * * -> */5 2 * * *\n"},
	{"/etc/cron.d/a", "@daily root /bin/a\n", "@reboot bob /bin/a\n",
	 "job of bob: /bin/a: - -> @reboot\njob of root: /bin/a: @daily -> -\n"},
	{"/etc/cron.d/a", "1 2 3 4 5 root /bin/a\n", "  1\t2 3 4 5   root\t/bin/a\n", "cosmetic\n"},
	{"/var/spool/cron/crontabs/bob", "", "1 2 3 4 5 /bin/a = b\n1 2\n",
	 "job: /bin/a = b: - -> 1 2 3 4 5\njob: : - -> 1 2\n"},
	{"/etc/shadow", "b:hmac:12ab:1:0:9:7:::\n", "b::2:0:9:7:::\n",
	 "password of b: set -> none\nday of the last password of b: 1 -> 2\n"},
};

static void test_rows(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GBytes) before =
			g_bytes_new_static(rows[i].before, strlen(rows[i].before));
		g_autoptr(GBytes) after = g_bytes_new_static(rows[i].after, strlen(rows[i].after));
		g_autoptr(GPtrArray) found =
			g_ptr_array_new_with_free_func((GDestroyNotify)setting_free);
		g_autoptr(GString) text = g_string_new(NULL);
		bool is_cosmetic =
			settings_compare(settings_reader(rows[i].path), before, after, found);

		for (guint j = 0; j < found->len; j++) {
			const Setting *s = found->pdata[j];

			g_string_append_printf(text, "%s: %s -> %s\n", s->name,
					       s->before == NULL ? "-" : s->before,
					       s->after == NULL ? "-" : s->after);
		}
		g_string_append(text, is_cosmetic ? "cosmetic\n" : "");
		g_assert_cmpstr(text->str, ==, rows[i].expected);
	}
}

/* Never the hash of a password, even where the snapshot's own redaction failed. */
static void test_no_hash_is_told(void)
{
	static const char *const files[][2] = {
		{"/etc/shadow", "b:$6$salt$SECRET:1:0:9:7:::\n"},
		{"/etc/passwd", "b:$6$salt$SECRET:0:0::/:/bin/sh\n"},
		{"/etc/group", "b:$6$salt$SECRET:0:\n"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autoptr(GBytes) after = g_bytes_new_static(files[i][1], strlen(files[i][1]));
		g_autoptr(GPtrArray) found =
			g_ptr_array_new_with_free_func((GDestroyNotify)setting_free);

		settings_compare(settings_reader(files[i][0]), NULL, after, found);
		g_assert_cmpuint(found->len, >, 0);
		for (guint j = 0; j < found->len; j++) {
			g_assert_null(strstr(((Setting *)found->pdata[j])->after, "SECRET"));
		}
	}
}

static void test_what_is_not_read(void)
{
	g_autofree char *big = g_strnfill(SETTINGS_MAX_BYTES + 1, 'x');
	g_autoptr(GBytes) too_big = g_bytes_new_static(big, SETTINGS_MAX_BYTES + 1);
	g_autoptr(GBytes) binary = g_bytes_new_static("Port 1\0\n", 8);
	g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func((GDestroyNotify)setting_free);

	g_assert_null(settings_reader("/etc/hosts"));
	g_assert_null(settings_reader("/home/bob/sshd_config"));
	g_assert_false(settings_compare(settings_reader(SSHD), too_big, NULL, found));
	g_assert_false(settings_compare(settings_reader(SSHD), binary, too_big, found));
	g_assert_cmpuint(found->len, ==, 0);
}

static bool is_cosmetic(const char *before, const char *after)
{
	g_autoptr(Change) change = change_new("/etc/cron.d/a", OP_UPDATED);
	g_autoptr(GBytes) old = g_bytes_new_static(before, strlen(before));
	g_autoptr(GBytes) new = g_bytes_new_static(after, strlen(after));

	change->before.type = change->after.type = FILE_REGULAR;
	change->difference = STATE_CONTENT;
	meaning_add(NULL, change, old, new);
	return change->is_cosmetic;
}

/* Bytes that are no text look the same when they are told, and are not. */
static void test_cosmetic_is_text(void)
{
	g_assert_true(is_cosmetic("@daily root /bin/\xc3\xa4\n", "@daily  root /bin/\xc3\xa4\n"));
	g_assert_false(is_cosmetic("@daily root /bin/\xff\n", "@daily root /bin/\xfe\n"));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/settings/rows", test_rows);
	g_test_add_func("/settings/no-hash-is-told", test_no_hash_is_told);
	g_test_add_func("/settings/what-is-not-read", test_what_is_not_read);
	g_test_add_func("/settings/cosmetic-is-text", test_cosmetic_is_text);
	return g_test_run();
}
