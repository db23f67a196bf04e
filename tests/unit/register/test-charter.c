/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The register's policy in force: what brings it there, what does not, what it does to requests,
 * and that nothing takes it back.
 */
#include "register-rig.h"

#define END "window: {end: 2099-01-01T00:00:00Z}\n"
#define ANY "changes:\n  - path: /etc/motd\n    content: any\n"
#define TWO                                                                  \
	"roles: {change-authority: [alice@example.org, dave@example.org]}\n" \
	"rules: [{need: 2 of role change-authority}]\n"
#define ONE                                                                  \
	"roles: {change-authority: [alice@example.org, dave@example.org]}\n" \
	"rules: [{need: 1 of role change-authority}]\n"
#define BOB_LEAVES                                                           \
	"bob: {principals: [bob@example.org], logins: [bob], valid-before: " \
	"2026-11-22T12:00:00Z}\n"

/* Git's id of a text; "" is none. */
static char *pin_of(const char *text)
{
	git_oid id;
	char hex[GIT_OID_HEXSZ + 1];

	if (*text == '\0') {
		return g_strdup("absent: true");
	}
	g_assert_cmpint(git_odb_hash(&id, text, strlen(text), GIT_OBJECT_BLOB), ==, 0);
	return g_strdup_printf("blob: \"%s\"", git_oid_tostr(hex, sizeof(hex), &id));
}

/* Asks that a file of the policy become this. */
static void ask_policy(Rig *rig, const char *id, const char *file, const char *from, const char *to)
{
	g_autofree char *old_pin = pin_of(from);
	g_autofree char *new_pin = pin_of(to);
	g_autofree char *changes = g_strdup_printf(
		"changes:\n  - path: register:policy/%s\n    from: {%s}\n    to: {%s}\n", file,
		old_pin, new_pin);

	rig_ask(rig, id, changes);
}

static void put_policy(Rig *rig, const char *file, const char *text)
{
	g_autofree char *path = g_strconcat("policy/", file, NULL);

	rig_put(rig, path, *text == '\0' ? NULL : text);
}

static void sign(Rig *rig, const char *id, const char *name)
{
	g_autofree char *who = g_strconcat(name, "@example.org", NULL);

	rig_sign_as(rig, id, who, name, DECISION_APPROVE);
}

/* A rig whose policy asks for two. */
static Rig *rig_of_two(void)
{
	Rig *rig = rig_open();

	put_policy(rig, "approvers.yaml", TWO);
	ask_policy(rig, "CHG-POLICY", "approvers.yaml", "", TWO);
	sign(rig, "CHG-POLICY", "alice");
	rig_ask(rig, "CHG-1", ANY);
	sign(rig, "CHG-1", "alice");
	rig_push(rig);
	rig_load(rig, NOON - 600 * SEC);
	return rig;
}

static const char *problem_of(const Rig *rig, bool *ret_is_wild)
{
	const char *wild;
	const GPtrArray *problems = register_policy_problems(rig->reg, &wild);

	*ret_is_wild = wild != NULL;
	return problems->len == 0 ? "" : problems->pdata[0];
}

static void assert_problem(const Rig *rig, bool is_wild, const char *expected)
{
	bool found_wild;
	const char *problem = problem_of(rig, &found_wild);

	if (found_wild != is_wild || strstr(problem, expected) == NULL) {
		g_error("`%s` (%d) is not in: %s (%d)", expected, is_wild, problem, found_wild);
	}
}

static void assert_standing(const Rig *rig, const char *id, const char *not_effective)
{
	const Standing *standing = register_find(rig->reg, id);

	g_assert_nonnull(standing);
	g_assert_cmpstr(standing->problem, ==, NULL);
	if (not_effective == NULL) {
		g_assert_cmpstr(standing->not_effective, ==, NULL);
	} else if (strstr(standing->not_effective, not_effective) == NULL) {
		g_error("`%s` is not in: %s", not_effective, standing->not_effective);
	}
}

/* Under one approval, by the policy before; from then on two are needed, also for open requests. */
static void test_comes_into_force(void)
{
	g_autoptr(Rig) rig = rig_of_two();

	assert_problem(rig, false, "");
	assert_standing(rig, "CHG-1", "2 of role change-authority are needed, 1 has decided");
	sign(rig, "CHG-1", "dave");
	rig_push(rig);
	rig_load(rig, NOON);
	assert_standing(rig, "CHG-1", NULL);
	g_assert_cmpstr(register_find(rig->reg, "CHG-1")->approver, ==, ALICE ", " DAVE);
}

/* What lies in policy/ without a request, or before it is approved, has no effect. */
static void test_wild(void)
{
	static const struct {
		const char *lies, *asked_from, *asked_to;
		bool is_signed, is_wild;
		const char *problem;
	} cases[] = {
		{ONE, NULL, NULL, false, true, "and no request asks for that"},
		{"", NULL, NULL, false, true, "and no request asks for that"},
		{ONE, TWO, ONE, false, false,
		 "is not in force yet: CHG-2: for register:policy/approvers.yaml 2 of"},
		{ONE, TWO, "x", false, true, "no request asks for that"},
		{ONE, "x", ONE, true, false, "it replaces something else than what is in force"},
		{"x\n", TWO, "x\n", true, true,
		 "cannot come into force: policy/approvers.yaml:1:1"},
		{ONE, TWO, ONE, true, false, ""},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Rig) rig = rig_of_two();

		put_policy(rig, "approvers.yaml", cases[i].lies);
		if (cases[i].asked_to != NULL) {
			ask_policy(rig, "CHG-2", "approvers.yaml", cases[i].asked_from,
				   cases[i].asked_to);
		}
		if (cases[i].is_signed) {
			sign(rig, "CHG-2", "alice");
			sign(rig, "CHG-2", "dave");
		}
		rig_push(rig);
		rig_load(rig, NOON);
		assert_problem(rig, cases[i].is_wild, cases[i].problem);
		assert_standing(rig, "CHG-1", *cases[i].problem == '\0' ? NULL : "2 of role");
	}
}

/* Neither an older policy nor its old request bring it back; a new request does. */
static void test_no_way_back(void)
{
	g_autoptr(Rig) rig = rig_of_two();

	put_policy(rig, "approvers.yaml", ONE);
	ask_policy(rig, "CHG-2", "approvers.yaml", TWO, ONE);
	sign(rig, "CHG-2", "alice");
	sign(rig, "CHG-2", "dave");
	rig_push(rig);
	rig_load(rig, NOON);
	put_policy(rig, "approvers.yaml", TWO);
	ask_policy(rig, "CHG-3", "approvers.yaml", ONE, TWO);
	sign(rig, "CHG-3", "alice");
	rig_push(rig);
	rig_load(rig, NOON + SEC);
	assert_standing(rig, "CHG-1", "2 of role");
	put_policy(rig, "approvers.yaml", ONE);
	rig_push(rig);
	rig_load(rig, NOON + 2 * SEC);
	assert_problem(rig, false, "it was used already");
	assert_standing(rig, "CHG-1", "2 of role");
}

/* The journal remembers it: deleted files, a restart, a register set back change nothing. */
static void test_remembered(void)
{
	g_autoptr(Rig) rig = rig_of_two();
	g_autoptr(GPtrArray) news = register_take_news(rig->reg);
	bool is_adopted = false;

	put_policy(rig, "approvers.yaml", "");
	rig_push(rig);
	rig_open_register(rig);
	for (guint i = 0; i < news->len; i++) {
		const Approval *record = news->pdata[i];

		is_adopted |= record->decision == DECISION_ADOPT;
		register_recall(rig->reg, record);
	}
	g_assert_true(is_adopted);
	rig_load(rig, NOON);
	assert_problem(rig, true, "and no request asks for that");
	assert_standing(rig, "CHG-1", "2 of role");
}

/* A policy in force that cannot be read any more is no policy that asks for less. */
static void test_unreadable(void)
{
	g_autoptr(Rig) rig = rig_of_two();
	g_autoptr(GPtrArray) news = register_take_news(rig->reg);
	g_autofree char *object = rig_object(rig, "policy/approvers.yaml");
	g_autofree char *away = g_strdup_printf("rm -f %s", object);
	g_autoptr(GError) error = NULL;

	put_policy(rig, "approvers.yaml", "");
	rig_push(rig);
	must_run(away);
	rig_open_register(rig);
	for (guint i = 0; i < news->len; i++) {
		register_recall(rig->reg, news->pdata[i]);
	}
	g_assert_cmpint(register_load(rig->reg, NOON, 0, &error), ==, REGISTER_ERROR);
	g_assert_nonnull(strstr(error->message, "the policy in force cannot be read"));
}

static void test_revoked(void)
{
	g_autoptr(Rig) rig = rig_open();
	g_autofree char *line = read_text("alice.pub");

	rig_ask(rig, "CHG-1", ANY);
	rig_approve(rig, "CHG-1");
	rig_push(rig);
	rig_load(rig, NOON - SEC);
	assert_standing(rig, "CHG-1", NULL);
	put_policy(rig, "revoked_keys", line);
	ask_policy(rig, "CHG-2", "revoked_keys", "", line);
	sign(rig, "CHG-2", "dave");
	rig_push(rig);
	rig_load(rig, NOON);
	assert_standing(rig, "CHG-1", "is revoked");
	sign(rig, "CHG-1", "dave");
	rig_push(rig);
	rig_load(rig, NOON + SEC);
	assert_standing(rig, "CHG-1", NULL);
}

/* Who has left: his open requests freeze; what was done before is covered. */
static void test_leaver(void)
{
	static const struct {
		gint64 usec;
		bool covers;
	} cases[] = {{NOON - SEC, true}, {NOON, false}, {NOON + SEC, false}};
	g_autoptr(Rig) rig = rig_open();

	rig_ask(rig, "CHG-1", ANY);
	rig_approve(rig, "CHG-1");
	put_policy(rig, "people.yaml", BOB_LEAVES);
	ask_policy(rig, "CHG-2", "people.yaml", "", BOB_LEAVES);
	sign(rig, "CHG-2", "alice");
	rig_push(rig);
	rig_load(rig, NOON - 60 * SEC);
	assert_problem(rig, false, "");
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		const MatchContext context = {.host = "web-1",
					      .earliest_usec = cases[i].usec,
					      .latest_usec = cases[i].usec};
		g_autoptr(Change) change = rig_change("/etc/motd", 1);
		g_auto(Considered) found = {0};

		register_consider(rig->reg, change, &context, false, &found);
		g_assert_true((found.match.kind != MATCH_FAILED) == cases[i].covers);
		if (!cases[i].covers) {
			g_assert_nonnull(strstr(found.match.reasons->pdata[0],
						"frozen: bob@example.org, who requested it, left"));
		}
	}
}

/* What a person is known by is one person, in every role. */
static void test_people_are_one(void)
{
	static const char people[] = "alice: {principals: [alice@example.org], logins: [robert]}\n";
	g_autoptr(Rig) rig = rig_open();
	MatchContext context = {
		.host = "web-1", .earliest_usec = NOON, .latest_usec = NOON, .login = "robert"};
	g_autoptr(Change) change = rig_change("/etc/motd", 1);
	g_auto(Considered) found = {0};

	rig_ask(rig, "CHG-1", ANY);
	rig_approve(rig, "CHG-1");
	put_policy(rig, "people.yaml", people);
	ask_policy(rig, "CHG-2", "people.yaml", "", people);
	sign(rig, "CHG-2", "dave");
	rig_push(rig);
	rig_load(rig, NOON - 60 * SEC);
	register_consider(rig->reg, change, &context, false, &found);
	g_assert_cmpint(found.match.kind, ==, MATCH_FAILED);
	g_assert_nonnull(strstr(found.match.reasons->pdata[0], "approved it, so somebody else"));
}

/* One who is alone, by root's word, approves his own; the verdict has to say so. */
static void test_self_approval(void)
{
	static const struct {
		const char *one_person;
		const char *remark, *not_effective;
	} cases[] = {{NULL, NULL, "requested it and cannot approve it as well"},
		     {DAVE, NULL, "requested it and cannot approve it as well"},
		     {ALICE, "self-approval: alice@example.org approved what is his own", NULL}};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Rig) rig = rig_open();
		const Standing *standing;

		register_set_host(rig->reg, "laptop", cases[i].one_person);
		rig_put(rig, "requests/CHG-1/request.yaml",
			"id: CHG-1\ntitle: t\nrequester: alice@example.org\n" END ANY);
		rig_approve(rig, "CHG-1");
		rig_push(rig);
		rig_load(rig, NOON);
		assert_standing(rig, "CHG-1", cases[i].not_effective);
		standing = register_find(rig->reg, "CHG-1");
		g_assert_true((standing->remark != NULL) == (cases[i].remark != NULL));
		g_assert_true(cases[i].remark == NULL ||
			      g_str_has_prefix(standing->remark, cases[i].remark));
	}
}

/* Opened by one, his own; lives for hours; reviewed by another, not by him. */
static void test_emergency(void)
{
	g_autoptr(Rig) rig = rig_open();
	const Standing *standing;

	rig_put(rig, "requests/CHG-1/request.yaml",
		"id: CHG-1\ntype: emergency\ntitle: t\nrequester: alice@example.org\n" END ANY);
	rig_approve(rig, "CHG-1");
	rig_push(rig);
	rig_load(rig, NOON);
	assert_standing(rig, "CHG-1", NULL);
	standing = register_find(rig->reg, "CHG-1");
	g_assert_cmpint(standing->ends_usec, ==, NOON + 8 * 3600 * SEC);
	g_assert_cmpint(standing->due_usec, ==, NOON + 24 * 3600 * SEC);
	g_assert_cmpstr(standing->not_reviewed, ==, "nobody has reviewed it yet");
	rig_sign_in(rig, "CHG-1", "reviews", ALICE, "alice", DECISION_REVIEW);
	rig_push(rig);
	rig_load(rig, NOON + SEC);
	standing = register_find(rig->reg, "CHG-1");
	g_assert_cmpint(standing->reviewed_usec, ==, 0);
	g_assert_nonnull(strstr(standing->not_reviewed, "nobody has reviewed it yet"));
	rig_sign_in(rig, "CHG-1", "reviews", DAVE, "dave", DECISION_REVIEW);
	rig_push(rig);
	rig_load(rig, NOON + 2 * SEC);
	standing = register_find(rig->reg, "CHG-1");
	g_assert_cmpint(standing->reviewed_usec, ==, NOON + 2 * SEC);
	g_assert_cmpstr(standing->reviewer, ==, DAVE);
}

/* What falls due does so once, and not before. */
static void test_due(void)
{
	static const struct {
		gint64 usec;
		guint count;
	} cases[] = {{NOON, 0},
		     {NOON + 3600 * SEC, 0},
		     {NOON + 3604 * SEC, 1}, /* the window */
		     {NOON + 3605 * SEC, 0},
		     {NOON + 24 * 3600 * SEC, 1}}; /* the review */
	g_autoptr(Rig) rig = rig_open();

	rig_ask(rig, "CHG-1", ANY "window: {end: 2026-11-22T13:00:00Z}\n");
	rig_approve(rig, "CHG-1");
	rig_ask(rig, "CHG-2", ANY "type: emergency\n");
	rig_approve(rig, "CHG-2");
	rig_ask(rig, "CHG-3", ANY "window: {end: 2026-11-22T13:00:00Z}\n"); /* nobody approved */
	rig_ask(rig, "CHG-4", ANY "hosts: [db-1]\nwindow: {end: 2026-11-22T13:00:00Z}\n");
	rig_approve(rig, "CHG-4");
	register_set_host(rig->reg, "web-1", NULL);
	rig_push(rig);
	rig_load(rig, NOON);
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GArray) due = register_due(rig->reg, cases[i].usec);

		g_assert_cmpuint(due->len, ==, cases[i].count);
		for (guint k = 0; k < due->len; k++) {
			const Due *one = &g_array_index(due, Due, k);
			Approval record = {.request = one->standing->id,
					   .approver = (char *)"x",
					   .decision = one->decision,
					   .counts = true};

			register_note(rig->reg, &record);
		}
	}
}

int main(int argc, char **argv)
{
	int result;

	g_test_init(&argc, &argv, NULL);
	rig_prepare();
	g_test_add_func("/charter/force", test_comes_into_force);
	g_test_add_func("/charter/wild", test_wild);
	g_test_add_func("/charter/no-way-back", test_no_way_back);
	g_test_add_func("/charter/remembered", test_remembered);
	g_test_add_func("/charter/unreadable", test_unreadable);
	g_test_add_func("/charter/revoked", test_revoked);
	g_test_add_func("/charter/leaver", test_leaver);
	g_test_add_func("/charter/people", test_people_are_one);
	g_test_add_func("/charter/self-approval", test_self_approval);
	g_test_add_func("/charter/emergency", test_emergency);
	g_test_add_func("/charter/due", test_due);
	result = g_test_run();
	rig_finish();
	return result;
}
