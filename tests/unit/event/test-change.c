/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changes, actors and gaps: their words, and lives without leaks (the sanitizer watches). */
#include "event/change.h"

static void test_words(void)
{
	for (guint i = 0; i < _OP_N; i++) {
		ChangeOp op;

		g_assert_true(change_op_from_word(change_op_word((ChangeOp)i), &op));
		g_assert_cmpuint(op, ==, i);
	}
	{
		ChangeOp op;

		g_assert_false(change_op_from_word("touched", &op));
		g_assert_false(change_op_from_word("", &op));
	}
	g_assert_cmpstr(diff_presence_word(DIFF_TOO_LARGE), ==, "too large");
	g_assert_cmpstr(diff_presence_word(DIFF_SECRET), ==, "secret");
	g_assert_cmpstr(confidence_word(CONFIDENCE_INFERRED), ==, "inferred");
}

static void test_file_type(void)
{
	g_autoptr(Change) change = change_new("/etc/x", OP_DELETED);

	g_assert_cmpint(change_file_type(change), ==, FILE_ABSENT);
	change->before.type = FILE_FIFO;
	g_assert_cmpint(change_file_type(change), ==, FILE_FIFO);
	change->after.type = FILE_REGULAR;
	g_assert_cmpint(change_file_type(change), ==, FILE_REGULAR);
}

static void test_actor_copy_stands_alone(void)
{
	Actor *actor = actor_new();
	g_autoptr(Actor) copy = NULL;

	g_assert_cmpint(actor->uid, ==, -1);
	g_assert_cmpint(actor->login_uid, ==, -1);
	actor->uid = 0;
	actor->exe = g_strdup("/usr/bin/vi");
	copy = actor_copy(actor);
	actor_free(actor);
	g_assert_cmpstr(copy->exe, ==, "/usr/bin/vi");
	g_assert_cmpint(copy->uid, ==, 0);
	g_assert_null(copy->user);
}

static void test_change_set_owns_all(void)
{
	g_autoptr(ChangeSet) set = change_set_new();
	Change *change = change_new("/etc/x", OP_UPDATED);
	RuleHit *hit = g_new0(RuleHit, 1);
	Setting *setting = g_new0(Setting, 1);

	hit->title = g_strdup("t");
	hit->tags = g_strsplit("a b", " ", 0);
	setting->name = g_strdup("n");
	g_ptr_array_add(change->rules, hit);
	g_ptr_array_add(change->settings, setting);
	g_ptr_array_add(change->actors, actor_new());
	g_ptr_array_add(change->added, g_strdup("line"));
	g_ptr_array_add(set->changes, change);
	g_ptr_array_add(set->gaps, gap_new("crash", "/", 1, 2));
	set->commit = g_strdup("c");
	set->scope_added = g_strsplit("/etc /root", " ", 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/change/words", test_words);
	g_test_add_func("/change/file-type", test_file_type);
	g_test_add_func("/actor/copy-stands-alone", test_actor_copy_stands_alone);
	g_test_add_func("/change-set/owns-all", test_change_set_owns_all);
	return g_test_run();
}
