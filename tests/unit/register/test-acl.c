/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Access lists: text and attribute give the same words; anything else is refused. */
#include "register/acl.h"

#include <string.h>

static void test_order_does_not_matter(void)
{
	static const char wanted[] = "user::rw-,user:2:---,user:10:r--,group::r--,group:5:rwx,"
				     "mask::rwx,other::r--,default:user::rwx,default:group::---,"
				     "default:other::--x";
	g_autoptr(GError) error = NULL;
	g_autofree char *text =
		acl_from_text("default:other::--x,other::r--,mask::rwx,group:5:rwx,group::r--,"
			      "user:10:r--,default:user::rwx,user:2:---,user::rw-,"
			      "default:group::---",
			      &error);
	g_autofree char *again = NULL;

	g_assert_no_error(error);
	g_assert_cmpstr(text, ==, wanted);
	again = acl_from_text(text, &error);
	g_assert_cmpstr(again, ==, wanted);
}

static void test_what_no_file_can_have_is_refused(void)
{
	static const struct {
		const char *text, *message;
	} wrong[] = {
		{"", "write `none`"},
		{"rw", "no entry"},
		{"user::rw", "no entry"},
		{"user::rwxr", "no entry"},
		{"user::wr-", "no entry"},
		{"user:bob:r--", "write the number"},
		{"user:-1:r--", "write the number"},
		{"user:4294967295:r--", "write the number"},
		{"boss::rwx", "user, group, mask or other"},
		{"mask:1:rwx", "user, group, mask or other"},
		{"user::rw-", "must have"},
		{"user::rw-,group::r--", "must have"},
		{"user::rw-,user:1:r--,group::r--,other::r--", "must have mask::"},
		{"user::rw-,user::r--,group::r--,other::r--", "about the same"},
		{"user::rw-,group::r--,other::r--,default:user::r--", "the default list must have"},
		{"user::rw-,group::r--,other::r--\n", "no entry"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
		g_autoptr(GError) error = NULL;
		g_autofree char *text = acl_from_text(wrong[i].text, &error);

		g_assert_null(text);
		if (strstr(error->message, wrong[i].message) == NULL) {
			g_error("%s: %s", wrong[i].text, error->message);
		}
	}
}

static const guint8 access_list[] = {
	2,  0, 0, 0,                     /* version */
	1,  0, 6, 0, 255, 255, 255, 255, /* user::rw- */
	2,  0, 4, 0, 232, 3,   0,   0,   /* user:1000:r-- */
	4,  0, 4, 0, 255, 255, 255, 255, /* group::r-- */
	16, 0, 6, 0, 255, 255, 255, 255, /* mask::rw- */
	32, 0, 0, 0, 255, 255, 255, 255, /* other::--- */
};

static char *text_of(const void *value, gsize size)
{
	g_auto(FileState) state = {.type = FILE_REGULAR};

	file_state_add_xattr(&state, ACL_ACCESS, value, size);
	return acl_of_state(&state);
}

static void test_attributes(void)
{
	static const FileState none = {.type = FILE_REGULAR};
	g_autofree char *nothing = acl_of_state(&none);
	g_autofree char *text = text_of(access_list, sizeof(access_list));

	g_assert_cmpstr(nothing, ==, ACL_NONE);
	g_assert_cmpstr(text, ==, "user::rw-,user:1000:r--,group::r--,mask::rw-,other::---");
	for (gsize size = 0; size < sizeof(access_list); size++) {
		g_autofree char *cut = text_of(access_list, size);
		g_autofree char *pin = acl_from_text(cut, NULL);

		/* whatever is left of it: never the whole list, and never `none` */
		g_assert_cmpstr(cut, !=, text);
		g_assert_true(size == 4 || !g_str_equal(cut, ACL_NONE));
		g_assert_true(size == 4 || pin == NULL);
	}
}

static void test_who_may_write(void)
{
	static const struct {
		guint8 user, mask;
		bool writes;
	} cases[] = {{4, 6, false}, {6, 6, true}, {6, 4, false}, {7, 7, true}, {5, 7, false}};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_auto(FileState) state = {.type = FILE_REGULAR};
		guint8 list[sizeof(access_list)];

		memcpy(list, access_list, sizeof(list));
		list[4 + 8 + 2] = cases[i].user;
		list[4 + 24 + 2] = cases[i].mask;
		file_state_add_xattr(&state, ACL_ACCESS, list, sizeof(list));
		g_assert_true(acl_lets_write(&state) == cases[i].writes);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/acl/order", test_order_does_not_matter);
	g_test_add_func("/acl/refusals", test_what_no_file_can_have_is_refused);
	g_test_add_func("/acl/attributes", test_attributes);
	g_test_add_func("/acl/write", test_who_may_write);
	return g_test_run();
}
