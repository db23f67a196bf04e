/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Probes of real files: every type, links on the way, secrets, size limits; nothing blocks. */
#include "base/fd.h"
#include "recorder/probe.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

typedef struct {
	char *dir, *state;
	int fd;
	Secrets *secrets;
} Fixture;

static void setup(Fixture *f, const void *data)
{
	static const char *const globs[] = {"/private/**", NULL};
	g_autoptr(GError) error = NULL;

	f->dir = g_dir_make_tmp("reeve-probe-XXXXXX", NULL);
	f->state = g_dir_make_tmp("reeve-probe-state-XXXXXX", NULL);
	f->fd = open(f->dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	f->secrets = secrets_open(f->state, globs, &error);
	g_assert_no_error(error);
}

static void remove_tree(const char *path)
{
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	const char *name;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *child = g_build_filename(path, name, NULL);

		if (g_file_test(child, G_FILE_TEST_IS_DIR) &&
		    !g_file_test(child, G_FILE_TEST_IS_SYMLINK)) {
			remove_tree(child);
		} else {
			g_unlink(child);
		}
	}
	g_rmdir(path);
}

static void teardown(Fixture *f, const void *data)
{
	secrets_free(f->secrets);
	fd_close(&f->fd);
	remove_tree(f->dir);
	remove_tree(f->state);
	g_free(f->dir);
	g_free(f->state);
}

static void write_file(Fixture *f, const char *name, const char *data, gsize size)
{
	auto_fd int fd = openat(f->fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);

	g_assert_cmpint(write(fd, data, size), ==, (ssize_t)size);
	fchmod(fd, 0640);
}

static ProbeResult probe(Fixture *f, const char *path, Probe *ret)
{
	auto_fd int fd = -1;
	struct stat st;
	g_autoptr(GError) error = NULL;
	ProbeResult result = probe_open(f->fd, path, &fd, &st, &error);

	if (result == PROBE_PRESENT) {
		g_assert_true(probe_read(fd, path, f->secrets, ret, &error));
	}
	g_assert_no_error(error);
	return result;
}

static void test_file(Fixture *f, const void *data)
{
	g_auto(Probe) p = {0};
	char digest[DIGEST_HEX + 1], expected[DIGEST_HEX + 1];

	write_file(f, "a", "hello\n", 6);
	g_assert_cmpint(probe(f, "/a", &p), ==, PROBE_PRESENT);
	g_assert_cmpint(p.entry.state.type, ==, FILE_REGULAR);
	g_assert_cmpint(p.entry.state.content, ==, CONTENT_STORED);
	g_assert_cmpuint(p.entry.state.mode, ==, 0640);
	g_assert_cmpuint(p.entry.state.size, ==, 6);
	g_assert_cmpmem(g_bytes_get_data(p.content, NULL), g_bytes_get_size(p.content), "hello\n",
			6);
	hex_encode(p.entry.state.sha256, DIGEST_BYTES, digest);
	digest_sha256_hex("hello\n", 6, expected);
	g_assert_cmpstr(digest, ==, expected);
	g_assert_false(p.is_unstable);
}

static void test_empty(Fixture *f, const void *data)
{
	g_auto(Probe) p = {0};

	write_file(f, "a", "", 0);
	g_assert_cmpint(probe(f, "/a", &p), ==, PROBE_PRESENT);
	g_assert_cmpint(p.entry.state.content, ==, CONTENT_STORED);
	g_assert_cmpuint(g_bytes_get_size(p.content), ==, 0);
}

static void test_absent(Fixture *f, const void *data)
{
	g_auto(Probe) p = {0};

	write_file(f, "a", "x", 1);
	g_assert_cmpint(symlinkat("..", f->fd, "up"), ==, 0);
	g_assert_cmpint(symlinkat("/", f->fd, "root"), ==, 0);
	g_assert_cmpint(probe(f, "/b", &p), ==, PROBE_GONE);
	g_assert_cmpint(probe(f, "/a/b", &p), ==, PROBE_GONE);
	/* Links on the way are never followed, not even inside. */
	g_assert_cmpint(probe(f, "/up/etc", &p), ==, PROBE_GONE);
	g_assert_cmpint(probe(f, "/root/a", &p), ==, PROBE_GONE);
}

/* None of these blocks, and none is opened. */
static void test_special(Fixture *f, const void *data)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	auto_fd int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	static const struct {
		const char *path;
		FileType type;
	} cases[] = {
		{"/fifo", FILE_FIFO},   {"/link", FILE_SYMLINK},  {"/dangling", FILE_SYMLINK},
		{"/d", FILE_DIRECTORY}, {"/socket", FILE_SOCKET},
	};

	g_snprintf(address.sun_path, sizeof(address.sun_path), "%s/socket", f->dir);
	g_assert_cmpint(bind(server, (struct sockaddr *)&address, sizeof(address)), ==, 0);
	g_assert_cmpint(mkfifoat(f->fd, "fifo", 0600), ==, 0);
	g_assert_cmpint(mkdirat(f->fd, "d", 0755), ==, 0);
	g_assert_cmpint(symlinkat("fifo", f->fd, "link"), ==, 0);
	g_assert_cmpint(symlinkat("no\nwhere", f->fd, "dangling"), ==, 0);
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_auto(Probe) p = {0};

		g_assert_cmpint(probe(f, cases[i].path, &p), ==, PROBE_PRESENT);
		g_assert_cmpint(p.entry.state.type, ==, cases[i].type);
		g_assert_cmpint(p.entry.state.content, ==, CONTENT_NONE);
		g_assert_null(p.content);
		if (g_str_equal(cases[i].path, "/dangling")) {
			g_assert_cmpstr(p.entry.state.link, ==, "no\nwhere");
		}
	}
}

static void test_secret(Fixture *f, const void *data)
{
	static const char key[] =
		"-----BEGIN OPENSSH PRIVATE KEY-----\n"
		"b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtz\n";
	g_auto(Probe) by_path = {0};
	g_auto(Probe) by_content = {0};
	static const guint8 zeros[DIGEST_BYTES] = {0};

	g_assert_cmpint(mkdirat(f->fd, "private", 0755), ==, 0);
	write_file(f, "private/x", "hunter2", 7);
	write_file(f, "innocent", key, strlen(key));
	g_assert_cmpint(probe(f, "/private/x", &by_path), ==, PROBE_PRESENT);
	g_assert_cmpint(probe(f, "/innocent", &by_content), ==, PROBE_PRESENT);
	g_assert_cmpint(by_path.entry.state.content, ==, CONTENT_SECRET);
	g_assert_cmpint(by_content.entry.state.content, ==, CONTENT_SECRET);
	g_assert_null(by_path.content);
	g_assert_null(by_content.content);
	g_assert_cmpuint(by_path.entry.state.size, ==, 0);
	g_assert_cmpmem(by_path.entry.state.sha256, DIGEST_BYTES, zeros, DIGEST_BYTES);
}

static void test_shadow(Fixture *f, const void *data)
{
	static const char text[] = "root:$6$abc$def:1:0:::::\n";
	g_auto(Probe) p = {0};
	g_autofree char *stored = NULL;

	g_assert_cmpint(mkdirat(f->fd, "etc", 0755), ==, 0);
	write_file(f, "etc/shadow", text, strlen(text));
	g_assert_cmpint(probe(f, "/etc/shadow", &p), ==, PROBE_PRESENT);
	g_assert_cmpint(p.entry.state.content, ==, CONTENT_REDACTED);
	stored = g_strndup(g_bytes_get_data(p.content, NULL), g_bytes_get_size(p.content));
	g_assert_null(strstr(stored, "$6$"));
	g_assert_true(g_str_has_prefix(stored, "root:hmac:"));
}

static void make_sparse(Fixture *f, const char *name, off_t size)
{
	auto_fd int fd = openat(f->fd, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	g_assert_cmpint(ftruncate(fd, size), ==, 0);
}

static void test_big(Fixture *f, const void *data)
{
	static const struct {
		const char *name;
		off_t size;
		ContentKind content;
	} cases[] = {
		{"/limit", PROBE_STORE_MAX_BYTES, CONTENT_STORED},
		{"/above", PROBE_STORE_MAX_BYTES + 1, CONTENT_DIGEST},
		{"/exabytes", (off_t)1 << 42, CONTENT_UNREADABLE},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_auto(Probe) p = {0};

		make_sparse(f, cases[i].name + 1, cases[i].size);
		g_assert_cmpint(probe(f, cases[i].name, &p), ==, PROBE_PRESENT);
		g_assert_cmpint(p.entry.state.content, ==, cases[i].content);
		g_assert_cmpuint(p.entry.state.size, ==, (guint64)cases[i].size);
		g_assert_cmpint(p.content != NULL, ==, cases[i].content == CONTENT_STORED);
		g_assert_cmpint(p.entry.state.mtime_usec != 0, ==,
				cases[i].content == CONTENT_UNREADABLE);
	}
}

static void test_xattrs(Fixture *f, const void *data)
{
	g_autofree char *path = g_build_filename(f->dir, "a", NULL);
	g_auto(Probe) p = {0};
	const FileXattr *first;

	write_file(f, "a", "x", 1);
	if (setxattr(path, "user.b", "two", 3, 0) < 0 || setxattr(path, "user.a", "", 0, 0) < 0) {
		g_test_skip("no user attributes on this file system");
		return;
	}
	g_assert_cmpint(probe(f, "/a", &p), ==, PROBE_PRESENT);
	g_assert_cmpuint(p.entry.state.xattrs->len, ==, 2);
	first = p.entry.state.xattrs->pdata[0];
	g_assert_cmpstr(first->name, ==, "user.a");
	g_assert_cmpuint(g_bytes_get_size(first->value), ==, 0);
}

#define ADD(name, function) g_test_add(name, Fixture, NULL, setup, function, teardown)

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD("/probe/file", test_file);
	ADD("/probe/empty", test_empty);
	ADD("/probe/absent", test_absent);
	ADD("/probe/special", test_special);
	ADD("/probe/secret", test_secret);
	ADD("/probe/shadow", test_shadow);
	ADD("/probe/big", test_big);
	ADD("/probe/xattrs", test_xattrs);
	return g_test_run();
}
