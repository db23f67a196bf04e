/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one state has more than another. */
#include "policy/gain.h"

#include <linux/capability.h>

static char *joined(GStrv words)
{
	char *text = g_strjoinv(" ", words);

	g_strfreev(words);
	return text;
}

static void test_modes(void)
{
	static const struct {
		FileType old_type;
		guint32 old_mode;
		FileType new_type;
		guint32 new_mode;
		const char *gained;
	} rows[] = {
		{FILE_REGULAR, 0755, FILE_REGULAR, 04755, "setuid"},
		{FILE_REGULAR, 04755, FILE_REGULAR, 0755, ""},
		{FILE_REGULAR, 0600, FILE_REGULAR, 0666,
		 "world-writable group-writable world-readable group-readable"},
		{FILE_REGULAR, 0644, FILE_REGULAR, 0744, "executable"},
		{FILE_REGULAR, 0744, FILE_REGULAR, 0755, ""},
		{FILE_ABSENT, 0, FILE_REGULAR, 02700, "setgid executable"},
		{FILE_REGULAR, 04777, FILE_ABSENT, 0, ""},
		{FILE_ABSENT, 0, FILE_SYMLINK, 0777, ""},
		{FILE_SYMLINK, 0777, FILE_REGULAR, 0666,
		 "world-writable group-writable world-readable group-readable"},
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		const FileState before = {.type = rows[i].old_type, .mode = rows[i].old_mode};
		const FileState after = {.type = rows[i].new_type, .mode = rows[i].new_mode};
		g_autofree char *gained = joined(gain_mode_words(&before, &after));

		g_assert_cmpstr(gained, ==, rows[i].gained);
	}
}

static void add_capabilities(FileState *state, guint32 low, guint32 high)
{
	struct vfs_cap_data data = {.magic_etc = GUINT32_TO_LE(VFS_CAP_REVISION_2)};

	data.data[0].permitted = GUINT32_TO_LE(low);
	data.data[1].permitted = GUINT32_TO_LE(high);
	file_state_add_xattr(state, "security.capability", &data, sizeof(data));
}

static void test_capabilities(void)
{
	g_auto(FileState) none = {.type = FILE_REGULAR};
	g_auto(FileState) one = {.type = FILE_REGULAR};
	g_auto(FileState) more = {.type = FILE_REGULAR};
	g_auto(FileState) odd = {.type = FILE_REGULAR};
	g_autofree char *first = NULL;
	g_autofree char *second = NULL;
	g_autofree char *third = NULL;
	g_autofree char *fourth = NULL;

	add_capabilities(&one, 1u << CAP_NET_RAW, 0);
	add_capabilities(&more, 1u << CAP_NET_RAW | 1u << CAP_SETUID, 1u << (CAP_BPF - 32));
	file_state_add_xattr(&odd, "security.capability", "x", 1);
	first = joined(gain_capabilities(&none, &one));
	second = joined(gain_capabilities(&one, &more));
	third = joined(gain_capabilities(&more, &one));
	fourth = joined(gain_capabilities(&none, &odd));
	g_assert_cmpstr(first, ==, "cap_net_raw");
	g_assert_cmpstr(second, ==, "cap_setuid cap_bpf");
	g_assert_cmpstr(third, ==, "");
	g_assert_cmpstr(fourth, ==, "cap_unreadable");
}

static void test_xattrs(void)
{
	g_auto(FileState) before = {.type = FILE_REGULAR};
	g_auto(FileState) after = {.type = FILE_REGULAR};
	g_autofree char *gained = NULL;
	g_autofree char *back = NULL;

	file_state_add_xattr(&before, "user.same", "1", 1);
	file_state_add_xattr(&before, "user.other", "1", 1);
	file_state_add_xattr(&before, "user.gone", "1", 1);
	file_state_add_xattr(&after, "user.same", "1", 1);
	file_state_add_xattr(&after, "user.other", "2", 1);
	file_state_add_xattr(&after, "user.new", "1", 1);
	gained = joined(gain_xattrs(&before, &after));
	back = joined(gain_xattrs(&after, &before));
	g_assert_cmpstr(gained, ==, "user.new user.other");
	g_assert_cmpstr(back, ==, "user.gone user.other");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/gain/modes", test_modes);
	g_test_add_func("/gain/capabilities", test_capabilities);
	g_test_add_func("/gain/xattrs", test_xattrs);
	return g_test_run();
}
