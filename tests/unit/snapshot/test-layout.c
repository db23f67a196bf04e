/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names in a snapshot's tree: what git dislikes is escaped, everything else stays as it is. */
#include "snapshot/layout.h"

#include <string.h>

static const struct {
	const char *name, *encoded;
} names[] = {
	{"passwd", "passwd"},
	{"dev-disk\\x2dby.swap", "dev-disk\\x2dby.swap"},
	{"100%", "100%"},
	{"a~1", "a~1"},
	{"git", "git"},
	{"x.git", "x.git"},
	{"new\nline", "new\nline"},
	{"\xff\xfe", "\xff\xfe"},
	{".git", "%2Egit"},
	{".GIT", "%2EGIT"},
	{".gitignore", "%2Egitignore"},
	{".gitmodules", "%2Egitmodules"},
	{".mailmap", "%2Emailmap"},
	{"git~1", "%67it~1"},
	{"GIT~1", "%47IT~1"},
	{"gitmod~1", "%67itmod~1"},
	{"GI7EBA~1", "%47I7EBA~1"},
	{"gi7d29~9", "%67i7d29~9"},
	{"~1000000", "%7E1000000"},
	{".g\xe2\x80\x8cit", "%2Eg\xe2\x80\x8cit"},
	{"\xef\xbb\xbf.git", "%EF\xbb\xbf.git"},
	{"a\\.git", "%61%5C.git"},
	{"a\\b\\git~1", "%61%5Cb%5Cgit~1"},
	{"%", "%25"},
	{"%dir", "%25dir"},
	{"%41%\\", "%2541%25%5C"},
};

static void test_names(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *encoded = layout_encode_name(names[i].name);
		g_autofree char *decoded = layout_decode_name(encoded);

		g_assert_cmpstr(encoded, ==, names[i].encoded);
		g_assert_cmpstr(decoded, ==, names[i].name);
	}
}

static void test_refused(void)
{
	static const char *const refused[] = {
		"",    ".",    "..",     "a/b",    "%",   "%dir", "%2",      "%zz",
		"%61", ".git", "%2egit", "%00git", "%2F", "%2E",  "%25%dir", "%61b",
	};

	for (gsize i = 0; i < G_N_ELEMENTS(refused); i++) {
		g_autofree char *decoded = layout_decode_name(refused[i]);

		g_assert_null(decoded);
	}
}

static void test_paths(void)
{
	g_autofree char *file = layout_file_path("/etc/.git/%x");
	g_autofree char *meta = layout_meta_path("/etc/ssh");
	g_autofree char *top = layout_meta_path("/");

	g_assert_cmpstr(file, ==, "files/etc/%2Egit/%25x");
	g_assert_cmpstr(meta, ==, "meta/etc/ssh");
	g_assert_cmpstr(top, ==, "meta");
}

static void test_shards(void)
{
	g_autofree char *last = layout_shard_name(LAYOUT_SHARDS - 1);

	/* Part of the format: these may never change. */
	g_assert_cmpuint(layout_shard("passwd"), ==, 1);
	g_assert_cmpuint(layout_shard("a"), ==, 32);
	g_assert_cmpuint(layout_shard("\xff"), ==, 5);
	g_assert_cmpstr(last, ==, "%dir.63");
	g_assert_true(layout_is_manifest("%dir"));
	g_assert_true(layout_is_manifest("%dir.00"));
	g_assert_true(layout_is_manifest("%dir.63"));
	g_assert_false(layout_is_manifest("%dir.64"));
	g_assert_false(layout_is_manifest("%dir.7"));
	g_assert_false(layout_is_manifest("%dir."));
	g_assert_false(layout_is_manifest("%dir.007"));
	g_assert_false(layout_is_manifest("%dirs"));
	g_assert_false(layout_is_manifest("%25dir"));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/snapshot/layout/names", test_names);
	g_test_add_func("/snapshot/layout/refused", test_refused);
	g_test_add_func("/snapshot/layout/paths", test_paths);
	g_test_add_func("/snapshot/layout/shards", test_shards);
	return g_test_run();
}
