/* SPDX-License-Identifier: GPL-3.0-or-later */
/* States: what counts as different, and copies that stand alone. */
#include "event/file-state.h"
#include "event/event.h"

#include <glib.h>
#include <string.h>
#include <sys/stat.h>

static void make_file(FileState *state)
{
	*state = (FileState){.type = FILE_REGULAR,
			     .content = CONTENT_STORED,
			     .mode = 0644,
			     .uid = 1,
			     .gid = 2,
			     .size = 5};
	memset(state->sha256, 0x11, DIGEST_BYTES);
	memset(state->hmac, 0x22, DIGEST_BYTES);
	memset(state->blob, 0x33, BLOB_BYTES);
	file_state_add_xattr(state, "user.b", "2", 1);
	file_state_add_xattr(state, "user.a", "1", 1);
}

static void same(FileState *state)
{
}
static void other_mode(FileState *state)
{
	state->mode = 0600;
}
static void other_owner(FileState *state)
{
	state->uid = 9;
}
static void other_group(FileState *state)
{
	state->gid = 9;
}
static void other_content(FileState *state)
{
	state->sha256[31] ^= 1;
}
static void kept_as_digest(FileState *state)
{
	state->content = CONTENT_DIGEST;
}
static void now_secret(FileState *state)
{
	state->content = CONTENT_SECRET;
	state->size = 0;
}
static void now_unreadable(FileState *state)
{
	state->content = CONTENT_UNREADABLE;
}
static void other_names(FileState *state)
{
	state->owner = g_strdup("alice");
	state->group = g_strdup("users");
}
static void more_xattrs(FileState *state)
{
	file_state_add_xattr(state, "security.capability", "\1", 1);
}
static void other_xattr(FileState *state)
{
	g_clear_pointer(&state->xattrs, g_ptr_array_unref);
	file_state_add_xattr(state, "user.a", "1", 1);
	file_state_add_xattr(state, "user.b", "3", 1);
}
static void immutable(FileState *state)
{
	state->flags = 0x10;
}
static void gone(FileState *state)
{
	file_state_clear(state);
}
static void now_link(FileState *state)
{
	state->type = FILE_SYMLINK;
	state->content = CONTENT_NONE;
	state->link = g_strdup("/x");
}
static void now_link_and_mode(FileState *state)
{
	now_link(state);
	state->mode = 0777;
}

static const struct {
	void (*differs)(FileState *state);
	guint difference;
} cases[] = {
	{same, 0},
	{other_mode, STATE_MODE},
	{other_owner, STATE_OWNER},
	{other_group, STATE_GROUP},
	{other_content, STATE_CONTENT},
	{kept_as_digest, 0},
	{now_secret, STATE_CONTENT},
	{now_unreadable, STATE_CONTENT},
	{other_names, 0},
	{more_xattrs, STATE_XATTRS},
	{other_xattr, STATE_XATTRS},
	{immutable, STATE_FLAGS},
	{gone, STATE_TYPE},
	{now_link, STATE_TYPE},
	{now_link_and_mode, STATE_TYPE | STATE_MODE},
};

/* The digest is the comparison, put into one word. */
static void test_compare_and_digest(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_auto(FileState) a = {0};
		g_auto(FileState) b = {0};
		char digest_a[DIGEST_HEX + 1], digest_b[DIGEST_HEX + 1];

		make_file(&a);
		make_file(&b);
		cases[i].differs(&b);
		g_assert_cmphex(file_state_compare(&a, &b), ==, cases[i].difference);
		g_assert_cmphex(file_state_compare(&b, &a), ==, cases[i].difference);
		event_state_digest(&a, digest_a);
		event_state_digest(&b, digest_b);
		g_assert_cmpint(g_str_equal(digest_a, digest_b), ==, cases[i].difference == 0);
	}
}

static void make_secret(FileState *state)
{
	make_file(state);
	state->content = CONTENT_SECRET;
	state->size = 0;
}
static void make_redacted(FileState *state)
{
	make_secret(state);
	state->content = CONTENT_REDACTED;
}
static void make_other_secret(FileState *state)
{
	make_secret(state);
	state->hmac[0] ^= 1;
}
static void make_unreadable(FileState *state)
{
	make_file(state);
	state->content = CONTENT_UNREADABLE;
	state->mtime_usec = 77;
}
static void make_unreadable_later(FileState *state)
{
	make_unreadable(state);
	state->mtime_usec = 78;
}
static void make_unreadable_longer(FileState *state)
{
	make_unreadable(state);
	state->size = 6;
}
static void make_device(FileState *state)
{
	*state = (FileState){.type = FILE_BLOCK, .mode = 0660, .device = 0x801};
}
static void make_other_device(FileState *state)
{
	*state = (FileState){.type = FILE_BLOCK, .mode = 0660, .device = 0x802};
}
static void make_link(FileState *state)
{
	*state = (FileState){.type = FILE_SYMLINK, .mode = 0777, .link = g_strdup("a\nb")};
}
static void make_other_link(FileState *state)
{
	*state = (FileState){.type = FILE_SYMLINK, .mode = 0777, .link = g_strdup("a\\nb")};
}

static void test_compare_others(void)
{
	static const struct {
		void (*a)(FileState *state);
		void (*b)(FileState *state);
		guint difference;
	} pairs[] = {
		{make_secret, make_secret, 0},
		{make_secret, make_redacted, 0},
		{make_secret, make_other_secret, STATE_CONTENT},
		{make_unreadable, make_unreadable, 0},
		{make_unreadable, make_unreadable_later, STATE_CONTENT},
		{make_unreadable, make_unreadable_longer, STATE_CONTENT},
		{make_device, make_device, 0},
		{make_device, make_other_device, STATE_DEVICE},
		{make_link, make_link, 0},
		{make_link, make_other_link, STATE_LINK},
	};

	for (guint i = 0; i < G_N_ELEMENTS(pairs); i++) {
		g_auto(FileState) a = {0};
		g_auto(FileState) b = {0};
		char digest_a[DIGEST_HEX + 1], digest_b[DIGEST_HEX + 1];

		pairs[i].a(&a);
		pairs[i].b(&b);
		g_assert_cmphex(file_state_compare(&a, &b), ==, pairs[i].difference);
		event_state_digest(&a, digest_a);
		event_state_digest(&b, digest_b);
		g_assert_cmpint(g_str_equal(digest_a, digest_b), ==, pairs[i].difference == 0);
	}
}

static void test_copy_stands_alone(void)
{
	g_auto(FileState) copy = {0};
	FileState state;

	make_file(&state);
	state.owner = g_strdup("root");
	file_state_copy(&state, &copy);
	g_assert_cmphex(file_state_compare(&state, &copy), ==, 0);
	file_state_clear(&state);
	g_assert_cmpuint(copy.xattrs->len, ==, 2);
	g_assert_cmpstr(copy.owner, ==, "root");
	g_assert_cmpstr(((FileXattr *)g_ptr_array_index(copy.xattrs, 0))->name, ==, "user.a");
}

static void test_words(void)
{
	g_auto(GStrv) all = state_difference_words(~0u);
	g_autofree char *joined = g_strjoinv(" ", all);
	g_auto(GStrv) none = state_difference_words(0);

	g_assert_cmpstr(joined, ==, "type content mode owner group target xattrs flags device");
	g_assert_null(none[0]);
	for (guint i = 0; i < _FILE_TYPE_N; i++) {
		FileType type;

		g_assert_true(file_type_from_word(file_type_word((FileType)i), &type));
		g_assert_cmpuint(type, ==, i);
	}
	g_assert_cmpint(file_type_from_mode(S_IFREG | 0644), ==, FILE_REGULAR);
	g_assert_cmpint(file_type_from_mode(S_IFSOCK), ==, FILE_SOCKET);
	g_assert_cmpint(file_type_from_mode(0), ==, FILE_ABSENT);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/file-state/compare-and-digest", test_compare_and_digest);
	g_test_add_func("/file-state/compare-others", test_compare_others);
	g_test_add_func("/file-state/copy-stands-alone", test_copy_stands_alone);
	g_test_add_func("/file-state/words", test_words);
	return g_test_run();
}
