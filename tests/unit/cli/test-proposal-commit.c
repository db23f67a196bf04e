/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/proposal-commit.h"

static void test_paths_are_mapped(void)
{
	static const struct {
		const char *prefix, *path, *mapped;
	} cases[] = {
		{NULL, "etc/motd", "/etc/motd"},
		{"/", "etc/motd", "/etc/motd"},
		{"/etc", "motd", "/etc/motd"},
		{"etc/", "ssh/sshd_config", "/etc/ssh/sshd_config"},
		{"//etc//", "motd", "/etc/motd"},
		{"/etc", "../shadow", NULL},
		{"/etc/..", "shadow", NULL},
		{NULL, "./x", NULL},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *mapped = proposal_map_path(cases[i].prefix, cases[i].path);

		g_assert_cmpstr(mapped, ==, cases[i].mapped);
	}
}

static void test_lfs_pointers(void)
{
	g_autoptr(GBytes) pointer =
		g_bytes_new_static("version https://git-lfs.github.com/spec/v1\n", 43);
	g_autoptr(GBytes) text = g_bytes_new_static("version 2\n", 10);
	g_autoptr(GBytes) nothing = g_bytes_new_static("", 0);

	g_assert_true(content_is_lfs_pointer(pointer));
	g_assert_false(content_is_lfs_pointer(text));
	g_assert_false(content_is_lfs_pointer(nothing));
}

static void test_blob_ids(void)
{
	g_autoptr(GBytes) nothing = g_bytes_new_static("", 0);
	g_autofree char *id = stock_git_blob_id(nothing);

	g_assert_cmpstr(id, ==, "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/proposal-commit/paths", test_paths_are_mapped);
	g_test_add_func("/proposal-commit/lfs", test_lfs_pointers);
	g_test_add_func("/proposal-commit/blob-ids", test_blob_ids);
	return g_test_run();
}
