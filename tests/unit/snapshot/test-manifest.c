/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Manifest lines: written, read back, and refused when they are not ours. */
#include "snapshot/manifest.h"

#include <string.h>
#include <sys/sysmacros.h>

#define SHA "abababababababababababababababababababababababababababababababab"

static void check(const char *name, const FileState *state, const char *expected)
{
	g_autoptr(GString) line = g_string_new(NULL);
	g_autoptr(GError) error = NULL;
	g_autofree char *again = NULL;
	g_auto(FileState) read = {0};

	manifest_format(line, name, state);
	g_assert_cmpstr(line->str, ==, expected);
	manifest_parse(line->str, line->len - 1, &again, &read, &error);
	g_assert_no_error(error);
	g_assert_cmpstr(again, ==, name);
	g_assert_cmpuint(file_state_compare(state, &read), ==, 0);
}

static FileState regular(ContentKind content)
{
	FileState state = {.type = FILE_REGULAR, .content = content, .mode = 0644};

	memset(state.sha256, 0xab, DIGEST_BYTES);
	memset(state.hmac, 0xab, DIGEST_BYTES);
	return state;
}

static void test_files(void)
{
	FileState state = regular(CONTENT_STORED);

	state.size = 12;
	check("a b#\n\xff=*\\", &state,
	      "a\\040b\\043\\012\\377\\075\\052\\134 type=file mode=0644 uid=0 gid=0 size=12 "
	      "sha256digest=" SHA "\n");
	state.content = CONTENT_DIGEST;
	state.mode = 06755;
	check("su", &state, "su type=file mode=6755 uid=0 gid=0 size=12 sha256digest=" SHA "\n");
	state.content = CONTENT_SECRET;
	check("k", &state, "k type=file mode=6755 uid=0 gid=0 hmac=" SHA "\n");
	state.content = CONTENT_REDACTED;
	state.mode = 0640;
	state.gid = 42;
	check("shadow", &state, "shadow type=file mode=0640 uid=0 gid=42 hmac=" SHA " redacted\n");
	state.content = CONTENT_UNREADABLE;
	state.mtime_usec = -5;
	state.uid = G_MAXUINT32;
	check("x", &state, "x type=file mode=0640 uid=4294967295 gid=42 size=12 unreadable=-5\n");
}

static void test_others(void)
{
	g_auto(FileState) link = {.type = FILE_SYMLINK, .mode = 0777, .link = g_strdup("a b")};
	g_auto(FileState) device = {.type = FILE_BLOCK, .mode = 0660, .device = makedev(8, 1)};
	g_auto(FileState) dir = {.type = FILE_DIRECTORY, .mode = 01777, .flags = 0x30};
	g_auto(FileState) fifo = {.type = FILE_FIFO, .mode = 0};

	check("l", &link, "l type=link mode=0777 uid=0 gid=0 link=a\\040b\n");
	check("sda1", &device, "sda1 type=block mode=0660 uid=0 gid=0 device=linux,8,1\n");
	file_state_add_xattr(&dir, "user.x=y", "v", 1);
	file_state_add_xattr(&dir, "user.a", "", 0);
	check("tmp", &dir,
	      "tmp type=dir mode=1777 uid=0 gid=0 flags=0x30 xattr.user.a= "
	      "xattr.user.x\\075y=dg==\n");
	check("p", &fifo, "p type=fifo mode=0000 uid=0 gid=0\n");
}

static void test_refused(void)
{
	static const char *const lines[] = {
		"",
		"x",
		"x type=file",
		"x type=dir mode=0755 uid=0",
		"x type=dir mode=755 uid=0 gid=0",
		"x type=dir mode=0755 uid=00 gid=0",
		"x type=dir mode=0755 uid=0 gid=0 ",
		"x  type=dir mode=0755 uid=0 gid=0",
		"x type=dir uid=0 mode=0755 gid=0",
		"x type=dir mode=0755 uid=0 gid=0 gid=0",
		"x type=dir mode=0755 uid=-1 gid=0",
		"x type=dir mode=0755 uid=4294967296 gid=0",
		"x type=dir mode=17777 uid=0 gid=0",
		"x type=dir mode=0755 uid=0 gid=0 link=x",
		"x type=dir mode=0755 uid=0 gid=0 hmac=" SHA,
		"x type=dir mode=0755 uid=0 gid=0 new=1",
		"x type=dir mode=0755 uid=0 gid=0 flags=0x0",
		"x type=dir mode=0755 uid=0 gid=0 xattr.user.b=dg== xattr.user.a=dg==",
		"x type=dir mode=0755 uid=0 gid=0 xattr.user.b=d",
		"x type=dir mode=0755 uid=0 gid=0 xattr.user.b",
		"x type=absent mode=0755 uid=0 gid=0",
		"x type=file mode=0644 uid=0 gid=0",
		"x type=file mode=0644 uid=0 gid=0 size=1 sha256digest=abab",
		"x type=file mode=0644 uid=0 gid=0 hmac=" SHA " redacted=1",
		"x type=link mode=0777 uid=0 gid=0",
		"x type=link mode=0777 uid=0 gid=0 link=",
		"a/b type=dir mode=0755 uid=0 gid=0",
		"a\\057b type=dir mode=0755 uid=0 gid=0",
		"a\\000b type=dir mode=0755 uid=0 gid=0",
		"\\141 type=dir mode=0755 uid=0 gid=0",
		"a\\9 type=dir mode=0755 uid=0 gid=0",
		"a\\ type=dir mode=0755 uid=0 gid=0",
		".. type=dir mode=0755 uid=0 gid=0",
		"a* type=dir mode=0755 uid=0 gid=0",
	};

	for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
		g_autoptr(GError) error = NULL;
		g_autofree char *name = NULL;
		g_auto(FileState) state = {0};

		g_test_message("line: %s", lines[i]);
		g_assert_false(manifest_parse(lines[i], strlen(lines[i]), &name, &state, &error));
		g_assert_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/snapshot/manifest/files", test_files);
	g_test_add_func("/snapshot/manifest/others", test_others);
	g_test_add_func("/snapshot/manifest/refused", test_refused);
	return g_test_run();
}
