/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Loading the register: one commit at a time, only what changed, nothing trusted, and what cannot
 * be read spoils nothing else.
 */
#include "register-rig.h"

#define CHANGES "changes:\n  - path: /etc/motd\n    content: any\n"

static const Standing *find(Rig *rig, const char *id)
{
	const Standing *standing = register_find(rig->reg, id);

	g_assert_nonnull(standing);
	return standing;
}

static guint news(Rig *rig)
{
	g_autoptr(GPtrArray) taken = register_take_news(rig->reg);

	return taken->len;
}

static void test_nothing_yet(void)
{
	g_autoptr(Rig) rig = rig_open();

	g_assert_cmpint(rig_load(rig, NOON), ==, REGISTER_NONE);
	g_assert_null(register_commit(rig->reg));
	rig_ask(rig, "CHG-1", CHANGES);
	rig_push(rig);
	g_assert_cmpint(rig_load(rig, NOON), ==, REGISTER_LOADED);
	g_assert_cmpstr(register_commit(rig->reg), ==, rig->head);
	g_assert_cmpint(rig_load(rig, NOON), ==, REGISTER_SAME);
}

/* One that was judged by before, and is not there any more, is not the same as none. */
static void test_gone(void)
{
	g_autoptr(Rig) rig = rig_open();
	g_autoptr(GError) error = NULL;

	register_set_before(rig->reg, "0101010101010101010101010101010101010101");
	g_assert_cmpint(register_load(rig->reg, NOON, 0, &error), ==, REGISTER_ERROR);
	g_assert_error(error, REEVE_ERROR, REEVE_ERROR_UNAVAILABLE);
}

static void test_approved_once_told_once(void)
{
	g_autoptr(Rig) rig = rig_open();

	rig_ask(rig, "CHG-1", CHANGES);
	rig_push(rig);
	rig_load(rig, NOON);
	g_assert_false(find(rig, "CHG-1")->is_effective);
	g_assert_cmpstr(find(rig, "CHG-1")->not_effective, ==, "nobody has approved it yet");
	rig_approve(rig, "CHG-1");
	rig_push(rig);
	g_assert_cmpint(rig_load(rig, NOON + 5 * SEC), ==, REGISTER_LOADED);
	g_assert_true(find(rig, "CHG-1")->is_effective);
	g_assert_cmpstr(find(rig, "CHG-1")->approver, ==, ALICE);
	/* since the last look, when it was not there */
	g_assert_cmpint(find(rig, "CHG-1")->since_usec, ==, NOON);
	g_assert_cmpuint(news(rig), ==, 1);
	rig_ask(rig, "CHG-2", CHANGES);
	rig_push(rig);
	rig_load(rig, NOON + 6 * SEC);
	g_assert_cmpuint(news(rig), ==, 0);
	g_assert_true(find(rig, "CHG-1")->is_effective);
}

/* What was given back before the first load is no news, whatever became of its files. */
static void test_recalled(void)
{
	g_autoptr(Rig) rig = rig_open();
	g_autoptr(GPtrArray) first = NULL;

	rig_ask(rig, "CHG-1", CHANGES);
	rig_approve(rig, "CHG-1");
	rig_push(rig);
	rig_load(rig, NOON);
	first = register_take_news(rig->reg);
	g_assert_cmpuint(first->len, ==, 1);
	rig_put(rig, "requests/CHG-1/approvals/" ALICE, NULL);
	rig_put(rig, "requests/CHG-1/approvals/" ALICE ".sig", NULL);
	rig_push(rig);
	rig_open_register(rig);
	register_recall(rig->reg, g_ptr_array_index(first, 0));
	rig_load(rig, NOON + SEC);
	g_assert_cmpuint(news(rig), ==, 0);
	g_assert_true(find(rig, "CHG-1")->is_effective);
}

static void test_half_an_approval_is_none(void)
{
	static const char *const halves[] = {"", ".sig"};

	for (gsize i = 0; i < G_N_ELEMENTS(halves); i++) {
		g_autoptr(Rig) rig = rig_open();
		g_autofree char *half =
			g_strconcat("requests/CHG-1/approvals/" ALICE, halves[i], NULL);

		rig_ask(rig, "CHG-1", CHANGES);
		rig_approve(rig, "CHG-1");
		rig_put(rig, half, NULL);
		rig_push(rig);
		rig_load(rig, NOON);
		g_assert_cmpuint(news(rig), ==, 0);
		g_assert_false(find(rig, "CHG-1")->is_effective);
	}
}

static void test_vetoes_and_closings(void)
{
	g_autoptr(Rig) rig = rig_open();

	rig_ask(rig, "CHG-1", CHANGES);
	rig_approve(rig, "CHG-1");
	rig_sign_as(rig, "CHG-1", DAVE, "dave", DECISION_REJECT);
	rig_ask(rig, "CHG-2", CHANGES);
	rig_approve(rig, "CHG-2");
	rig_shut(rig, "CHG-2");
	rig_push(rig);
	rig_load(rig, NOON);
	g_assert_cmpuint(news(rig), ==, 4);
	g_assert_cmpstr(find(rig, "CHG-1")->not_effective, ==, "rejected by " DAVE);
	g_assert_true(find(rig, "CHG-2")->is_effective);
	g_assert_cmpint(find(rig, "CHG-2")->closed_usec, ==, NOON);
	g_assert_nonnull(strstr(find(rig, "CHG-2")->closed, "closed by bob@example.org"));
	rig_put(rig, "requests/CHG-2/closed", NULL);
	rig_push(rig);
	rig_load(rig, NOON + SEC);
	g_assert_cmpint(find(rig, "CHG-2")->closed_usec, ==, NOON);
}

static void test_a_closing_of_something_else_closes_nothing(void)
{
	static const char *const wrong[] = {
		"reeve-closing 1\nrequest CHG-9\nby bob\ndate 2026-11-22T03:04:05Z\nnote x\n",
		"closed\n", "->../elsewhere"};

	for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
		g_autoptr(Rig) rig = rig_open();

		rig_ask(rig, "CHG-1", CHANGES);
		rig_approve(rig, "CHG-1");
		rig_put(rig, "requests/CHG-1/closed", wrong[i]);
		rig_push(rig);
		rig_load(rig, NOON);
		g_assert_cmpint(find(rig, "CHG-1")->closed_usec, ==, 0);
		/* but what is no file at all may hide something */
		g_assert_true(find(rig, "CHG-1")->is_effective == (i < 2));
	}
}

static void test_who_signs(void)
{
	static const struct {
		const char *who, *key, *problem;
	} cases[] = {
		{ALICE, "alice", NULL},
		{DAVE, "dave", NULL},
		{ALICE, "mallory", "is not trusted here"},
		{ALICE, "dave", "belongs to " DAVE},
		{"mallory@example.org", "mallory", "is not trusted here"},
		{"bob@example.org", "alice", "belongs to " ALICE},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Rig) rig = rig_open();
		const Standing *standing;

		rig_ask(rig, "CHG-1", CHANGES);
		rig_sign_as(rig, "CHG-1", cases[i].who, cases[i].key, DECISION_APPROVE);
		rig_push(rig);
		rig_load(rig, NOON);
		standing = find(rig, "CHG-1");
		g_assert_true(standing->is_effective == (cases[i].problem == NULL));
		if (cases[i].problem != NULL) {
			g_assert_nonnull(strstr(standing->not_effective, cases[i].problem));
		}
	}
}

static void test_folders_come_and_go(void)
{
	g_autoptr(Rig) rig = rig_open();
	g_autoptr(GPtrArray) all = NULL;

	rig_ask(rig, "CHG-1", CHANGES);
	rig_ask(rig, "CHG-2", CHANGES);
	rig_put(rig, "requests/README", "not a request\n");
	rig_put(rig, "requests/.x/request.yaml", "not a request\n");
	rig_push(rig);
	rig_load(rig, NOON);
	rig_put(rig, "requests/CHG-1/request.yaml", NULL);
	rig_ask(rig, "CHG-3", CHANGES);
	rig_push(rig);
	g_assert_cmpint(rig_load(rig, NOON), ==, REGISTER_LOADED);
	g_assert_null(register_find(rig->reg, "CHG-1"));
	all = register_requests(rig->reg);
	g_assert_cmpstr(((Standing *)g_ptr_array_index(all, 0))->id, ==, "CHG-2");
	g_assert_cmpstr(((Standing *)g_ptr_array_index(all, 1))->id, ==, "CHG-3");
}

static void test_what_is_no_request(void)
{
	static const struct {
		const char *path, *text, *problem;
	} cases[] = {
		{"requests/CHG-1/request.yaml", "->../../x", "is a link; links are not followed"},
		{"requests/CHG-1", "a file", "is not a folder"},
		{"requests/CHG-1/other", "x", "request.yaml is missing"},
		{"requests/CHG-1/request.yaml", "", "expected a mapping"},
		{"requests/CHG-1/request.yaml", "id: CHG-2\n", "differs from its folder"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Rig) rig = rig_open();

		rig_put(rig, cases[i].path, cases[i].text);
		rig_push(rig);
		rig_load(rig, NOON);
		g_assert_null(find(rig, "CHG-1")->request);
		g_assert_false(find(rig, "CHG-1")->is_damaged);
		if (strstr(find(rig, "CHG-1")->problem, cases[i].problem) == NULL) {
			g_error("%s: %s", cases[i].problem, find(rig, "CHG-1")->problem);
		}
	}
}

/* One object that is cut off makes one request unknown, until it is whole again. */
static void test_damage_stays_where_it_is(void)
{
	static const char *const parts[] = {"", "/request.yaml", "/approvals",
					    "/approvals/" ALICE ".sig"};

	for (gsize i = 0; i < G_N_ELEMENTS(parts); i++) {
		g_autoptr(Rig) rig = rig_open();
		g_autofree char *path = g_strconcat("requests/CHG-1", parts[i], NULL);
		g_autofree char *object = NULL, *away = NULL, *back = NULL;
		guint count;

		rig_ask(rig, "CHG-1", CHANGES);
		rig_approve(rig, "CHG-1");
		rig_ask(rig, "CHG-2", CHANGES "risk: low\n");
		rig_approve(rig, "CHG-2");
		rig_push(rig);
		object = rig_object(rig, path);
		away = g_strdup_printf("cp -p %s kept && chmod u+w %s && truncate -s 9 %s", object,
				       object, object);
		back = g_strdup_printf("cp -p kept %s", object);
		must_run(away);
		g_assert_cmpint(rig_load(rig, NOON), ==, REGISTER_LOADED);
		g_assert_true(find(rig, "CHG-1")->is_damaged);
		g_assert_false(find(rig, "CHG-1")->is_effective);
		g_assert_true(find(rig, "CHG-2")->is_effective);
		g_assert_nonnull(strstr(register_damage(rig->reg, &count), "CHG-1: register: "));
		g_assert_cmpuint(count, ==, 1);
		g_assert_cmpint(rig_load(rig, NOON + SEC), ==, REGISTER_SAME);
		must_run(back);
		g_assert_cmpint(rig_load(rig, NOON + 2 * SEC), ==, REGISTER_LOADED);
		g_assert_true(find(rig, "CHG-1")->is_effective);
		g_assert_null(register_damage(rig->reg, &count));
		g_assert_cmpint(rig_load(rig, NOON + 3 * SEC), ==, REGISTER_SAME);
	}
}

/* What the whole register hangs on is another matter: what was loaded stays. */
static void test_damage_at_the_top(void)
{
	static const char *const parts[] = {"", "requests"};

	for (gsize i = 0; i < G_N_ELEMENTS(parts); i++) {
		g_autoptr(Rig) rig = rig_open();
		g_autoptr(GError) error = NULL;
		g_autofree char *object = NULL, *away = NULL;

		rig_ask(rig, "CHG-1", CHANGES);
		rig_push(rig);
		rig_load(rig, NOON);
		rig_ask(rig, "CHG-2", CHANGES);
		rig_push(rig);
		object = rig_object(rig, parts[i]);
		away = g_strdup_printf("chmod u+w %s && truncate -s 9 %s", object, object);
		must_run(away);
		g_assert_cmpint(register_load(rig->reg, NOON, 0, &error), ==, REGISTER_ERROR);
		g_assert_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT);
		g_assert_nonnull(find(rig, "CHG-1"));
		g_assert_null(register_find(rig->reg, "CHG-2"));
	}
}

/* Set back or rewritten: told once, by the commit that is missing. */
static void test_lost_history(void)
{
	g_autoptr(Rig) rig = rig_open();
	g_autofree char *first = NULL, *lost = NULL, *again = NULL, *before = NULL, *same = NULL;

	rig_ask(rig, "CHG-1", CHANGES);
	rig_push(rig);
	first = g_strdup(rig->head);
	register_set_before(rig->reg, first);
	rig_load(rig, NOON);
	rig_ask(rig, "CHG-2", CHANGES);
	rig_push(rig);
	rig_load(rig, NOON);
	same = register_take_lost(rig->reg);
	g_assert_null(same);
	g_free(first);
	first = g_strdup(rig->head);
	rig_forget(rig);
	rig_push(rig);
	rig_load(rig, NOON);
	lost = register_take_lost(rig->reg);
	g_assert_cmpstr(lost, ==, first);
	again = register_take_lost(rig->reg);
	g_assert_null(again);
	rig_open_register(rig);
	register_set_before(rig->reg, first);
	rig_load(rig, NOON);
	before = register_take_lost(rig->reg);
	g_assert_cmpstr(before, ==, first);
}

/* Somebody waits: a load stops at its deadline, gets on with every call, and ends. */
static void test_in_slices(void)
{
	g_autoptr(Rig) rig = rig_open();
	RegisterLoad load;
	guint slices = 0;

	for (guint i = 0; i < 200; i++) {
		g_autofree char *id = g_strdup_printf("CHG-%03u", i);

		rig_ask(rig, id, CHANGES);
	}
	rig_push(rig);
	do {
		load = register_load(rig->reg, NOON + slices, 1 /* long past */, NULL);
		slices++;
		g_assert_cmpuint(slices, <, 100);
		g_assert_true(load != REGISTER_BUSY || register_commit(rig->reg) == NULL);
	} while (load == REGISTER_BUSY);
	g_assert_cmpint(load, ==, REGISTER_LOADED);
	g_assert_cmpuint(slices, >, 3);
	g_assert_nonnull(register_find(rig->reg, "CHG-000"));
	g_assert_nonnull(register_find(rig->reg, "CHG-199"));
}

/* A push in the middle of a load is seen by the next one; what came with it counts since the
 * moment this one began. */
static void test_a_push_in_the_middle(void)
{
	g_autoptr(Rig) rig = rig_open();
	g_autofree char *first = NULL;

	for (guint i = 0; i < 40; i++) {
		g_autofree char *id = g_strdup_printf("CHG-%03u", i);

		rig_ask(rig, id, CHANGES);
	}
	rig_push(rig);
	first = g_strdup(rig->head);
	g_assert_cmpint(register_load(rig->reg, NOON, 1, NULL), ==, REGISTER_BUSY);
	rig_approve(rig, "CHG-000");
	rig_push(rig);
	g_assert_cmpint(rig_load(rig, NOON + SEC), ==, REGISTER_LOADED);
	g_assert_cmpstr(register_commit(rig->reg), ==, first);
	g_assert_false(find(rig, "CHG-000")->is_effective);
	g_assert_cmpint(rig_load(rig, NOON + 2 * SEC), ==, REGISTER_LOADED);
	g_assert_true(find(rig, "CHG-000")->is_effective);
	g_assert_cmpint(find(rig, "CHG-000")->since_usec, ==, NOON);
}

int main(int argc, char **argv)
{
	int result;

	g_test_init(&argc, &argv, NULL);
	rig_prepare();
	g_test_add_func("/register-load/nothing", test_nothing_yet);
	g_test_add_func("/register-load/gone", test_gone);
	g_test_add_func("/register-load/once", test_approved_once_told_once);
	g_test_add_func("/register-load/recalled", test_recalled);
	g_test_add_func("/register-load/half", test_half_an_approval_is_none);
	g_test_add_func("/register-load/veto", test_vetoes_and_closings);
	g_test_add_func("/register-load/closing", test_a_closing_of_something_else_closes_nothing);
	g_test_add_func("/register-load/signers", test_who_signs);
	g_test_add_func("/register-load/folders", test_folders_come_and_go);
	g_test_add_func("/register-load/no-request", test_what_is_no_request);
	g_test_add_func("/register-load/damage", test_damage_stays_where_it_is);
	g_test_add_func("/register-load/damage-at-top", test_damage_at_the_top);
	g_test_add_func("/register-load/lost", test_lost_history);
	g_test_add_func("/register-load/slices", test_in_slices);
	g_test_add_func("/register-load/middle", test_a_push_in_the_middle);
	result = g_test_run();
	rig_finish();
	return result;
}
