/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Secrets: which paths and contents are, which are not, and what is kept of them. */
#include "snapshot/secret.h"

#include <glib/gstdio.h>
#include <string.h>

#define B64 "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7"

typedef struct {
	char *dir, *key;
	Secrets *secrets;
} Fixture;

static void setup(Fixture *f, const void *data)
{
	static const char *const globs[] = {"/etc/app/**", "/etc/apt/keyrings/mine", NULL};
	g_autoptr(GError) error = NULL;

	f->dir = g_dir_make_tmp("reeve-secret-XXXXXX", NULL);
	f->key = g_build_filename(f->dir, "hmac.key", NULL);
	f->secrets = secrets_open(f->dir, globs, &error);
	g_assert_no_error(error);
}

static void teardown(Fixture *f, const void *data)
{
	secrets_free(f->secrets);
	g_unlink(f->key);
	g_rmdir(f->dir);
	g_free(f->key);
	g_free(f->dir);
}

static void test_paths(Fixture *f, const void *data)
{
	static const struct {
		const char *path;
		SecretKind kind;
	} cases[] = {
		{"/etc/passwd", SECRET_NO},
		{"/etc/sudoers", SECRET_NO},
		{"/etc/ssh/sshd_config", SECRET_NO},
		{"/etc/ssh/ssh_host_rsa_key.pub", SECRET_NO},
		{"/etc/ssh/ssh_host_rsa_key", SECRET_WHOLE},
		{"/root/.ssh/id_rsa", SECRET_WHOLE},
		{"/root/.ssh/id_rsa.pub", SECRET_NO},
		{"/root/.ssh/authorized_keys", SECRET_NO},
		{"/etc/shadow", SECRET_FIELDS},
		{"/etc/gshadow-", SECRET_FIELDS},
		{"/etc/shadow.bak", SECRET_WHOLE},
		{"/etc/.shadow.swp", SECRET_WHOLE},
		{"/etc/security/opasswd", SECRET_WHOLE},
		{"/etc/ssl/private/a/b", SECRET_WHOLE},
		{"/etc/ssl/certs/a.pem", SECRET_NO},
		{"/etc/letsencrypt/live/x.org/privkey.pem", SECRET_WHOLE},
		{"/etc/letsencrypt/live/x.org/fullchain.pem", SECRET_NO},
		{"/etc/NetworkManager/system-connections/wifi", SECRET_WHOLE},
		{"/etc/apt/keyrings/docker.key", SECRET_NO},
		{"/etc/apt/keyrings/mine", SECRET_WHOLE},
		{"/etc/krb5.keytab", SECRET_WHOLE},
		{"/etc/krb5.conf", SECRET_NO},
		{"/etc/app/x/y", SECRET_WHOLE},
		{"/etc/application", SECRET_NO},
		{"/etc/bind/rndc.key", SECRET_WHOLE},
		{"/etc/ppp/chap-secrets", SECRET_WHOLE},
		{"/etc/ppp/options", SECRET_NO},
		{"/home/a/.kube/config", SECRET_WHOLE},
		{"/etc/pam.d/common-password", SECRET_NO},
		{"/etc/sssd/sssd.conf", SECRET_NO},
		{"/etc/kubernetes/pki/etcd/server.key", SECRET_WHOLE},
		{"/etc/kubernetes/pki/ca.crt", SECRET_NO},
		{"/root/.cloudflared/4f.json", SECRET_WHOLE},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_test_message("%s", cases[i].path);
		g_assert_cmpint(secrets_classify_path(f->secrets, cases[i].path), ==,
				cases[i].kind);
	}
}

static void test_content(void)
{
	static const struct {
		const char *text;
		bool is_secret;
	} cases[] = {
		{"", false},
		{"PermitRootLogin no\n", false},
		{"-----BEGIN CERTIFICATE-----\n" B64 "\n", false},
		{"-----BEGIN PUBLIC KEY-----\n" B64 "\n", false},
		{"-----BEGIN PRIVATE KEY-----\n" B64 "\n", true},
		{"x: |\n  -----BEGIN RSA PRIVATE KEY-----\r\n  " B64 "\r\n", true},
		{"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: "
		 "AES-128-CBC,ABCDEF\n\n" B64,
		 true},
		{"{\"private_key\": \"-----BEGIN PRIVATE KEY-----\\n" B64 "\\n\"}", true},
		{"grep -q -e '-----BEGIN PRIVATE KEY-----' \"$1\" && echo no\n", false},
		{"PuTTY-User-Key-File-3: ssh-ed25519\n", true},
		{"# PuTTY-User-Key-File-3 is a format\n", false},
		{"key=AKIAIOSFODNN7EXAMPLE\n", true},
		{"AKIAIOSFODNN7\n", false},
		{"TAKIAIOSFODNN7EXAMPLE\n", false},
		{"token ghp_0123456789abcdefghijABCDEFGHIJ012345\n", true},
		{"# tokens begin with ghp_ and so on\n", false},
		{"xoxb-123456789012-abcdefghijkl", true},
		{"xoxb-\n", false},
		{"PrivateKey = yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=\n", true},
		{"PrivateKeyFile=/etc/systemd/network/wg0.key\n", false},
		{"a", false},
		{"-", false},
		{"x\n---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\n" B64, true},
		{"dckr_pat_0123456789abcdefghij", true},
		{"see dckr_pat_ in the manual", false},
		{"DefaultEndpointsProtocol=https;AccountName=a;AccountKey=" B64 B64 "\n", true},
		{"AccountKey=none\n", false},
		{"MSG.0123456789012345678901234567890123456789012345678901234567890", false},
		{"sk-proj-0123456789abcdefghijABCDEFGHIJ01", true},
		{"ask-proj-0123456789abcdefghijABCDEFGHIJ01", false},
		{"half_life 34", false},
		{"bindpw secret\n", true},
		{"#bindpw secret\n", false},
		{"bindpwtest x\n", false},
		{"password required pam_unix.so\n", false},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_test_message("%s", cases[i].text);
		g_assert_cmpint(secrets_content_is_secret(cases[i].text, strlen(cases[i].text)), ==,
				cases[i].is_secret);
	}
}

static char *redact(Fixture *f, const char *text)
{
	g_autoptr(GBytes) bytes = secrets_redact_fields(f->secrets, text, strlen(text));

	return g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
}

static void test_fields(Fixture *f, const void *data)
{
	static const char unchanged[] = "a::1:\nb:*:1:\nc:!:\nd:!!:\ne:!*:\nf:x\n\n";
	g_autofree char *same = redact(f, unchanged);
	g_autofree char *one = redact(f, "root:$y$abc:19000:0:99999:7:::\nbob:!$y$abc:1::::::");
	g_autofree char *other = redact(f, "root:$y$abd:19000:0:99999:7:::\n");
	g_autofree char *odd = redact(f, "$y$abc\nroot:$y$abc");
	g_auto(GStrv) lines = g_strsplit(one, "\n", -1);

	g_assert_cmpstr(same, ==, unchanged);
	g_assert_null(strstr(one, "$y$"));
	g_assert_true(g_str_has_prefix(lines[0], "root:hmac:"));
	g_assert_true(g_str_has_suffix(lines[0], ":19000:0:99999:7:::"));
	g_assert_cmpuint(strlen(lines[0]), ==, strlen("root:hmac::19000:0:99999:7:::") + 32);
	g_assert_true(g_str_has_prefix(lines[1], "bob:!hmac:"));
	/* The same hash, locked or not, has the same digest; another has another. */
	g_assert_cmpint(memcmp(lines[0] + 10, lines[1] + 10, 32), ==, 0);
	g_assert_cmpint(memcmp(lines[0], other, strlen("root:hmac:") + 32), !=, 0);
	g_assert_null(strstr(odd, "$y$"));
	g_assert_true(g_str_has_prefix(odd, "hmac:"));
}

static void test_key_is_kept(Fixture *f, const void *data)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Secrets) again = secrets_open(f->dir, NULL, &error);
	guint8 a[DIGEST_BYTES], b[DIGEST_BYTES];
	GStatBuf st;

	g_assert_no_error(error);
	secrets_hmac(f->secrets, "x", 1, a);
	secrets_hmac(again, "x", 1, b);
	g_assert_cmpmem(a, sizeof(a), b, sizeof(b));
	g_assert_cmpint(g_stat(f->key, &st), ==, 0);
	g_assert_cmpint(st.st_mode & 0777, ==, 0600);
	g_assert_cmpint(st.st_size, ==, 32);
}

static void test_key_is_refused(Fixture *f, const void *data)
{
	g_autoptr(GError) open_to_all = NULL;
	g_autoptr(GError) short_key = NULL;

	g_assert_cmpint(g_chmod(f->key, 0640), ==, 0);
	g_assert_null(secrets_open(f->dir, NULL, &open_to_all));
	g_assert_error(open_to_all, REEVE_ERROR, REEVE_ERROR_DENIED);
	g_assert_cmpint(g_chmod(f->key, 0600), ==, 0);
	g_assert_true(g_file_set_contents(f->key, "short", 5, NULL));
	g_assert_cmpint(g_chmod(f->key, 0600), ==, 0);
	g_assert_null(secrets_open(f->dir, NULL, &short_key));
	g_assert_error(short_key, REEVE_ERROR, REEVE_ERROR_CORRUPT);
}

#define ADD(name, function) \
	g_test_add("/snapshot/secret/" name, Fixture, NULL, setup, function, teardown)

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/snapshot/secret/content", test_content);
	ADD("paths", test_paths);
	ADD("fields", test_fields);
	ADD("key-is-kept", test_key_is_kept);
	ADD("key-is-refused", test_key_is_refused);
	return g_test_run();
}
