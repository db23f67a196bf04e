/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The register in memory: which requests are considered for a path, which one decides, and what is
 * told of the others. How it is read from git is test-register-load.c.
 */
#include "register-rig.h"

#define MOTD "changes:\n  - path: /etc/motd\n"
#define ANY MOTD "    content: any\n"
#define ONES "0101010101010101010101010101010101010101"
#define PINNED MOTD "    to: {blob: \"" ONES "\"}\n"

static const MatchContext at_noon = {.host = "web-1", .earliest_usec = NOON, .latest_usec = NOON};

/* A register with these requests, all approved a minute before noon. */
static Rig *rig_of(const char *const (*requests)[2])
{
	Rig *rig = rig_open();

	for (guint i = 0; requests[i][0] != NULL; i++) {
		rig_ask(rig, requests[i][0], requests[i][1]);
		rig_approve(rig, requests[i][0]);
	}
	rig_push(rig);
	rig_load(rig, NOON - 60 * SEC);
	return rig;
}

static Considered consider(Rig *rig, const char *path, const MatchContext *context, bool late)
{
	g_autoptr(Change) change = rig_change(path, 1);
	Considered found;

	register_consider(rig->reg, change, context, late, &found);
	found.match.change = NULL;
	return found;
}

/* Which of them may name a path: literally, by a pattern of its own folder or of one above. */
static void test_candidates(void)
{
	static const char *const requests[][2] = {
		{"CHG-1", ANY},
		{"CHG-2", "changes:\n  - path: /etc/*\n    content: any\n"},
		{"CHG-3", "changes:\n  - path: /**\n    content: any\n"},
		{"CHG-4", "changes:\n  - path: /etc/motd.d/**\n    content: any\n"},
		{"CHG-5", "changes:\n  - path: /e*/motd\n    content: any\n"},
		{"CHG-6", "changes:\n  - path: /etc\n    content: any\n"},
		{NULL, NULL}};
	static const struct {
		const char *path;
		guint others;
	} cases[] = {{"/etc/motd", 3}, {"/etc/motd.d/x", 1}, {"/etc/issue", 1}, {"/usr/x", 0}};
	g_autoptr(Rig) rig = rig_of(requests);

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_auto(Considered) found = consider(rig, cases[i].path, &at_noon, false);

		g_assert_nonnull(found.standing);
		g_assert_cmpuint(found.others->len, ==, cases[i].others);
	}
}

/* Exact before any, then the narrower window, then the id (design 5.3). */
static void test_who_decides(void)
{
	static const struct {
		const char *requests[4][2];
		const char *decides;
	} cases[] = {
		{{{"CHG-1", ANY}, {"CHG-2", PINNED}}, "CHG-2"},
		{{{"CHG-2", ANY}, {"CHG-1", ANY}}, "CHG-1"},
		{{{"CHG-1", ANY},
		  {"CHG-2", ANY "window: {start: 2026-11-22T11:00:00Z, end: "
				"2026-11-22T13:00:00Z}\n"}},
		 "CHG-2"},
		{{{"CHG-1", ANY "hosts: [db-1]\n"}, {"CHG-2", ANY}}, "CHG-2"},
		{{{"CHG-1", ANY "hosts: [db-1]\nimplementers: [carol]\n"},
		  {"CHG-2", ANY "hosts: [db-1]\n"}},
		 "CHG-2"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Rig) rig = rig_of(cases[i].requests);
		g_auto(Considered) found = consider(rig, "/etc/motd", &at_noon, false);

		g_assert_cmpstr(found.standing->id, ==, cases[i].decides);
		g_assert_cmpuint(found.others->len, >, 0);
	}
}

/* Every test that every other request failed is told, with its id. */
static void test_others_are_told_in_full(void)
{
	static const char *const requests[][2] = {
		{"CHG-1", ANY},
		{"CHG-2", MOTD "    content: any\n    to: {mode: \"0600\"}\nhosts: [db-1]\n"},
		{NULL, NULL}};
	g_autoptr(Rig) rig = rig_of(requests);
	g_auto(Considered) found = consider(rig, "/etc/motd", &at_noon, false);

	g_assert_cmpstr(found.standing->id, ==, "CHG-1");
	g_assert_cmpuint(found.others->len, ==, 2);
	g_assert_cmpstr(g_ptr_array_index(found.others, 0), ==,
			"CHG-2 names it too: host: requested for db-1, this is web-1");
	g_assert_cmpstr(g_ptr_array_index(found.others, 1), ==,
			"CHG-2 names it too: mode: requested 0600, found 0644");
}

static void test_many_others_are_counted(void)
{
	g_autoptr(Rig) rig = rig_open();
	g_auto(Considered) found = {0};

	for (guint i = 0; i < 40; i++) {
		g_autofree char *id = g_strdup_printf("CHG-%03u", i);

		rig_ask(rig, id, ANY);
	}
	rig_push(rig);
	rig_load(rig, NOON - SEC);
	found = consider(rig, "/etc/motd", &at_noon, false);
	g_assert_cmpuint(found.others->len, ==, 21);
	g_assert_cmpstr(g_ptr_array_index(found.others, 20), ==, "19 more requests name it");
}

/* Effective since the moment the approval was first not missing; late, when it is so by now. */
static void test_since_and_late(void)
{
	static const char *const requests[][2] = {{"CHG-1", ANY}, {NULL, NULL}};
	static const struct {
		gint64 usec;
		bool late;
		bool covers;
	} cases[] = {{NOON, false, true},
		     {NOON - 60 * SEC, false, true},
		     {NOON - 61 * SEC, false, false},
		     {NOON - 61 * SEC, true, true}};
	g_autoptr(Rig) rig = rig_of(requests);

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		MatchContext context = {.host = "web-1",
					.earliest_usec = cases[i].usec,
					.latest_usec = cases[i].usec};
		g_auto(Considered) found = consider(rig, "/etc/motd", &context, cases[i].late);

		g_assert_true((found.match.kind != MATCH_FAILED) == cases[i].covers);
	}
}

/* What was done before it was closed stays covered; nothing is approved late by it. */
static void test_closed(void)
{
	static const char *const requests[][2] = {{"CHG-1", ANY}, {NULL, NULL}};
	static const struct {
		gint64 usec;
		bool late, covers;
	} cases[] = {{NOON - SEC, false, true},
		     {NOON, false, false},
		     {NOON + SEC, false, false},
		     {NOON - SEC, true, false}};
	g_autoptr(Rig) rig = rig_of(requests);

	rig_shut(rig, "CHG-1");
	rig_push(rig);
	rig_load(rig, NOON);
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		MatchContext context = {.host = "web-1",
					.earliest_usec = cases[i].usec,
					.latest_usec = cases[i].usec};
		g_auto(Considered) found = consider(rig, "/etc/motd", &context, cases[i].late);

		g_assert_true((found.match.kind != MATCH_FAILED) == cases[i].covers);
	}
}

/* Held against one request alone, as it stands by now. */
static void test_hold(void)
{
	static const char *const requests[][2] = {
		{"CHG-1", ANY}, {"CHG-2", ANY "hosts: [db-1]\n"}, {NULL, NULL}};
	g_autoptr(Rig) rig = rig_of(requests);
	g_autoptr(Change) change = rig_change("/etc/motd", 1);
	g_auto(Match) one = {0}, two = {0}, none = {0};

	g_assert_true(register_hold(rig->reg, "CHG-1", change, &at_noon, &one));
	g_assert_cmpint(one.kind, ==, MATCH_ANY);
	g_assert_true(register_hold(rig->reg, "CHG-2", change, &at_noon, &two));
	g_assert_cmpint(two.kind, ==, MATCH_FAILED);
	g_assert_false(register_hold(rig->reg, "CHG-3", change, &at_noon, &none));
}

/* A request that git cannot give takes away what nothing else gives, and no more. */
static void test_damage(void)
{
	static const struct {
		const char *broken, *path;
		bool is_told;
	} cases[] = {
		{"/request.yaml", "/etc/motd", false}, /* CHG-1 covers it */
		{"/request.yaml", "/etc/issue", true}, {"/request.yaml", "/usr/x", true},
		{"/approvals", "/etc/issue", true},    {"/approvals", "/usr/x", false},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Rig) rig = rig_open();
		g_autofree char *path = g_strconcat("requests/CHG-2", cases[i].broken, NULL);
		g_autofree char *object = NULL, *away = NULL;
		g_auto(Considered) found = {0};

		rig_ask(rig, "CHG-1", ANY);
		rig_approve(rig, "CHG-1");
		rig_ask(rig, "CHG-2", "changes:\n  - path: /etc/*\n    content: any\n");
		rig_approve(rig, "CHG-2");
		rig_push(rig);
		object = rig_object(rig, path);
		away = g_strdup_printf("chmod u+w %s && truncate -s 9 %s", object, object);
		must_run(away);
		rig_load(rig, NOON - SEC);
		found = consider(rig, cases[i].path, &at_noon, false);
		g_assert_true((found.damaged != NULL) == cases[i].is_told);
	}
}

/* What once counted counts, whatever is given back behind it. */
static void test_recall_forgets_nothing(void)
{
	static const char *const requests[][2] = {{"CHG-1", ANY}, {NULL, NULL}};
	g_autoptr(Rig) rig = rig_of(requests);
	g_autoptr(GPtrArray) news = register_take_news(rig->reg);
	g_autoptr(Approval) worse = approval_copy(g_ptr_array_index(news, 0));

	worse->counts = false;
	register_recall(rig->reg, worse);
	rig_put(rig, "requests/CHG-1/note", "makes it load again");
	rig_push(rig);
	rig_load(rig, NOON);
	g_assert_true(register_find(rig->reg, "CHG-1")->is_effective);
}

int main(int argc, char **argv)
{
	int result;

	g_test_init(&argc, &argv, NULL);
	rig_prepare();
	g_test_add_func("/register/candidates", test_candidates);
	g_test_add_func("/register/decides", test_who_decides);
	g_test_add_func("/register/others", test_others_are_told_in_full);
	g_test_add_func("/register/many-others", test_many_others_are_counted);
	g_test_add_func("/register/since", test_since_and_late);
	g_test_add_func("/register/closed", test_closed);
	g_test_add_func("/register/hold", test_hold);
	g_test_add_func("/register/damage", test_damage);
	g_test_add_func("/register/recall", test_recall_forgets_nothing);
	result = g_test_run();
	rig_finish();
	return result;
}
