/* SPDX-License-Identifier: GPL-3.0-or-later */
/* approvers.yaml: each refusal with its place, and who is enough for what. */
#include "register/approvers.h"
#include "register/path-class.h"

#include <string.h>

#define SEEN G_GINT64_CONSTANT(1795348800000000) /* 2026-11-22T12:00:00Z */
#define ROLES "roles: {change-authority: [alice, carol, dave], security: [erin]}\n"
#define ANY_RULE "rules:\n  - need: 1 of role change-authority\n"

static Approvers *parse(const char *text, GError **error)
{
	return approvers_parse("approvers.yaml", text, strlen(text), error);
}

static void test_refusals(void)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{"- x\n", "approvers.yaml:1:1: expected a mapping"},
		{"role: {}\n", "approvers.yaml:1:1: unknown key `role`"},
		{"roles: [a]\n", "approvers.yaml:1:8: expected a mapping of roles"},
		{"roles: {\"a b\": [x]}\n", "approvers.yaml:1:9: this is no name of a role"},
		{"roles: {a: []}\n", "approvers.yaml:1:12: an empty list"},
		{"roles: {a: [\"x y\"]}\n", "`x y` is no name of a person"},
		{ROLES "rules: {}\n", "approvers.yaml:2:8: expected a list"},
		{ROLES "rules:\n  - paths: [/etc/**]\n", "does not say who is needed"},
		{ROLES "rules:\n  - need: two\n",
		 "approvers.yaml:3:11: this is no number of people"},
		{ROLES "rules:\n  - need: 0 of role security\n", "this is no number of people"},
		{ROLES "rules:\n  - need: 1 of role nobody\n", "there is no role `nobody`"},
		{ROLES "rules:\n  - need: 2 of role security\n",
		 "role `security` has only 1 people"},
		{ROLES "rules:\n  - {need: 1 of role security, paths: [etc]}\n",
		 "`etc` is no canonical pattern"},
		{ROLES "rules:\n  - {need: 1 of role security, risk: [huge]}\n",
		 "`huge` is none of low, medium, high"},
		{ROLES "rules:\n  - {need: 1 of role security, types: [emergency]}\n",
		 "`emergency` is none of standard, normal"},
		{ROLES "rules:\n  - {need: 1 of role security, require: finger}\n",
		 "`finger` is none of touch, pin"},
		{ROLES "rules:\n  - {need: 1 of role security, paths: [/etc/**]}\n",
		 "no rule says who may change this policy itself"},
		{ROLES, "no rule says who may change this policy itself"},
		{ROLES ANY_RULE "requester_implements: sometimes\n",
		 "approvers.yaml:4:23: unknown word"},
		{ROLES ANY_RULE "deputies: [{of: alice, is: erin}]\n",
		 "`of`, `is` and `until` are needed"},
		{ROLES ANY_RULE "deputies: [{of: a, is: b, until: soon}]\n", "this is no time"},
		{ROLES ANY_RULE "emergency: {lives: 5m}\n",
		 "approvers.yaml:4:20: this is no length"},
		{ROLES ANY_RULE "emergency: {review: 9 of role security}\n", "has only 1 people"},
		{ROLES ANY_RULE "self_approval: true\n", "unknown key `self_approval`"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;

		g_assert_null(parse(cases[i].text, &error));
		g_assert_nonnull(error);
		if (strstr(error->message, cases[i].message) == NULL) {
			g_error("`%s` is not in: %s", cases[i].message, error->message);
		}
	}
}

/* Signatures: "alice", "erin/security", "alice+touch", "alice+pin"; separated by blanks. */
static GPtrArray *approvals_of(const char *text)
{
	GPtrArray *approvals = g_ptr_array_new_with_free_func((GDestroyNotify)approval_free);
	g_auto(GStrv) words = g_strsplit(text, " ", -1);

	for (guint i = 0; words[i] != NULL && *words[i] != '\0'; i++) {
		Approval *approval = g_new0(Approval, 1);
		g_auto(GStrv) presence = g_strsplit(words[i], "+", 2);
		g_auto(GStrv) role = g_strsplit(presence[0], "/", 2);

		approval->approver = g_strdup(role[0]);
		approval->role = g_strdup(role[1] == NULL ? APPROVERS_ROLE : role[1]);
		approval->fingerprint = g_strdup_printf("SHA256:%s", role[0]);
		approval->presence = presence[1] == NULL ? 0
				     : g_str_equal(presence[1], "touch")
					     ? PRESENCE_TOUCH
					     : PRESENCE_TOUCH | PRESENCE_PIN;
		approval->counts = true;
		approval->seen_usec = SEEN + i;
		approval->since_usec = SEEN + i;
		g_ptr_array_add(approvals, approval);
	}
	return approvals;
}

static const struct {
	const char *policy;    /* behind the roles */
	const char *more;      /* lines of the request; NULL */
	const char *path;      /* it asks for */
	const char *approvals; /* that were seen */
	const char *missing;   /* NULL: enough */
	gint64 since;          /* SEEN and this */
} quorums[] = {
	{ANY_RULE, NULL, "/etc/motd", "", "1 of role change-authority is needed, 0 have", 0},
	{ANY_RULE, NULL, "/etc/motd", "alice", NULL, 0},
	{ANY_RULE, NULL, "/etc/motd", "mallory", "mallory is not in role change-authority", 0},
	{ANY_RULE, NULL, "/etc/motd", "mallory carol", NULL, 1},
	{ANY_RULE, NULL, "/etc/motd", "alice/security", "alice decided as security", 0},
	/* two people */
	{"rules: [{need: 2 of role change-authority}]\n", NULL, "/etc/motd", "alice",
	 "2 of role change-authority are needed, 1 has decided", 0},
	{"rules: [{need: 2 of role change-authority}]\n", NULL, "/etc/motd", "alice carol", NULL,
	 1},
	{"rules: [{need: 2 of role change-authority}]\n", NULL, "/etc/motd", "alice aadm",
	 "aadm is counted already", 0},
	{"rules: [{need: 2 of role change-authority}]\n", NULL, "/etc/motd",
	 "alice alice@home.example", "alice@home.example is counted already", 0},
	/* by class of path */
	{ANY_RULE "  - {paths: [/etc/ssh/**], need: 1 of role security}\n", NULL, "/etc/motd",
	 "alice", NULL, 0},
	{ANY_RULE "  - {paths: [/etc/ssh/**], need: 1 of role security}\n", NULL, "/etc/ssh/x",
	 "alice", "for /etc/ssh/x 1 of role security is needed", 0},
	{ANY_RULE "  - {paths: [/etc/ssh/**], need: 1 of role security}\n", NULL, "/etc/ssh/x",
	 "alice erin/security", NULL, 1},
	{ANY_RULE "  - {paths: [/etc/ssh/**], need: 1 of role security}\n", NULL, "/etc/**",
	 "alice", "1 of role security is needed", 0},
	{ANY_RULE "  - {paths: [/etc/ssh/**], need: 1 of role security}\n", NULL, "/usr/**",
	 "alice", NULL, 0},
	/* by risk, host, type */
	{ANY_RULE "  - {risk: high, need: 1 of role security}\n", "risk: low\n", "/etc/motd",
	 "alice", NULL, 0},
	{ANY_RULE "  - {risk: high, need: 1 of role security}\n", "risk: high\n", "/etc/motd",
	 "alice", "1 of role security is needed", 0},
	{ANY_RULE "  - {risk: high, need: 1 of role security}\n", NULL, "/etc/motd", "alice",
	 "1 of role security is needed", 0},
	{ANY_RULE "  - {hosts: [\"web-*\"], need: 1 of role security}\n", NULL, "/etc/motd",
	 "alice", "1 of role security is needed", 0},
	{ANY_RULE "  - {hosts: [\"db-*\"], need: 1 of role security}\n", NULL, "/etc/motd", "alice",
	 NULL, 0},
	{ANY_RULE "  - {types: standard, need: 1 of role security}\n", NULL, "/etc/motd", "alice",
	 NULL, 0},
	{ANY_RULE "  - {types: standard, need: 1 of role security}\n",
	 "type: standard\nwindow: {end: 2027-01-01T00:00:00Z}\n", "/etc/motd", "alice",
	 "1 of role security is needed", 0},
	/* what no rule speaks of */
	{"rules: [{paths: [/etc/**, \"register:policy/**\"], need: 1 of role security}]\n", NULL,
	 "/usr/x", "alice erin/security",
	 "no rule of policy/approvers.yaml says who may approve /usr/x", 0},
	{"rules: [{paths: [/etc/*, \"register:policy/**\"], need: 1 of role security}]\n", NULL,
	 "/etc/**", "erin/security",
	 "no rule of policy/approvers.yaml says who may approve /etc/**", 0},
	/* by a hardware key */
	{"rules: [{need: 1 of role change-authority, require: touch}]\n", NULL, "/etc/motd",
	 "alice", "alice signed without touching a hardware key", 0},
	{"rules: [{need: 1 of role change-authority, require: touch}]\n", NULL, "/etc/motd",
	 "alice+touch", NULL, 0},
	{"rules: [{need: 1 of role change-authority, require: pin}]\n", NULL, "/etc/motd",
	 "alice+touch", "alice signed without the PIN of a hardware key", 0},
	{"rules: [{need: 1 of role change-authority, require: pin}]\n", NULL, "/etc/motd",
	 "alice+pin", NULL, 0},
	/* deputies */
	{ANY_RULE "deputies: [{of: alice, is: zoe, until: 2026-12-01T00:00:00Z}]\n", NULL,
	 "/etc/motd", "zoe", NULL, 0},
	{ANY_RULE "deputies: [{of: alice, is: zoe, until: 2026-11-01T00:00:00Z}]\n", NULL,
	 "/etc/motd", "zoe", "zoe is not in role change-authority", 0},
	{ANY_RULE "deputies: [{of: alice, is: zoe, from: 2026-11-23T00:00:00Z, until: "
		  "2026-12-01T00:00:00Z}]\n",
	 NULL, "/etc/motd", "zoe", "zoe is not in role change-authority", 0},
	{"rules: [{need: 2 of role change-authority}]\ndeputies: [{of: alice, is: zoe, until: "
	 "2026-12-01T00:00:00Z}]\n",
	 NULL, "/etc/motd", "alice zoe", "2 of role change-authority are needed, 1 has decided", 0},
	{"rules: [{need: 2 of role change-authority}]\ndeputies: [{of: alice, is: zoe, until: "
	 "2026-12-01T00:00:00Z}]\n",
	 NULL, "/etc/motd", "zoe carol", NULL, 1},
	/* an emergency is opened by one, whoever the rules ask for otherwise */
	{"rules: [{need: 2 of role change-authority}]\n", "type: emergency\n", "/etc/motd", "zoe",
	 NULL, 0},
	{ANY_RULE "emergency: {need: 1 of role security}\n", "type: emergency\n", "/etc/motd",
	 "alice", "1 of role security is needed", 0},
};

/* What leaves content open must end some day. */
static const char *end_of(const char *more)
{
	return more == NULL || strstr(more, "window:") == NULL
		       ? "window: {end: 2099-01-01T00:00:00Z}\n"
		       : "";
}

static void test_quorum(void)
{
	static const char people_text[] =
		"alice: {principals: [alice@home.example], logins: [aadm]}\n";
	g_autoptr(People) people =
		people_parse("people.yaml", people_text, strlen(people_text), NULL);

	for (gsize i = 0; i < G_N_ELEMENTS(quorums); i++) {
		g_autofree char *policy = g_strconcat(ROLES, quorums[i].policy, NULL);
		g_autofree char *yaml = g_strdup_printf(
			"id: CHG-1\ntitle: t\nrequester: bob\n%s%schanges: [{path: \"%s\", "
			"content: any}]\n",
			quorums[i].more == NULL ? "" : quorums[i].more, end_of(quorums[i].more),
			quorums[i].path);
		g_autoptr(GError) error = NULL;
		g_autoptr(Approvers) approvers = parse(policy, &error);
		g_autoptr(Request) request =
			error == NULL ? request_parse("r", NULL, yaml, strlen(yaml), &error) : NULL;
		g_autoptr(GPtrArray) approvals = approvals_of(quorums[i].approvals);
		Quorum quorum = {approvers, people, request, "web-1", approvals};
		g_autofree char *missing = NULL;
		gint64 since;

		g_assert_no_error(error);
		missing = quorum_missing(&quorum, &since);
		if (quorums[i].missing == NULL) {
			g_assert_cmpstr(missing, ==, NULL);
			g_assert_cmpint(since, ==, SEEN + quorums[i].since);
		} else if (missing == NULL || strstr(missing, quorums[i].missing) == NULL) {
			g_error("%" G_GSIZE_FORMAT ": `%s` is not in: %s", i, quorums[i].missing,
				missing);
		}
	}
}

static void test_reviews(void)
{
	static const struct {
		const char *policy, *approvals;
		bool are_enough;
	} cases[] = {
		{ANY_RULE, "", false},
		{ANY_RULE, "zoe", true},
		{ANY_RULE "emergency: {review: 2 of role change-authority}\n", "alice", false},
		{ANY_RULE "emergency: {review: 2 of role change-authority}\n", "alice dave", true},
		{ANY_RULE "emergency: {review: [1 of role change-authority, 1 of role security]}\n",
		 "alice dave", false},
		{ANY_RULE "emergency: {review: [1 of role change-authority, 1 of role security]}\n",
		 "alice erin/security", true},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *policy = g_strconcat(ROLES, cases[i].policy, NULL);
		g_autoptr(Approvers) approvers = parse(policy, NULL);
		g_autoptr(Request) request = request_new();
		g_autoptr(GPtrArray) approvals = approvals_of(cases[i].approvals);
		Quorum quorum = {approvers, NULL, request, "web-1", approvals};
		gint64 since;
		g_autofree char *missing = quorum_missing_reviews(&quorum, &since);

		g_assert_true((missing == NULL) == cases[i].are_enough);
	}
}

static void test_path_class(void)
{
	static const struct {
		const char *pattern, *path;
		bool may_meet, covers;
	} cases[] = {
		{"/etc/**", "/etc/motd", true, true},
		{"/etc/**", "/etc", false, false},
		{"/etc/**", "/etc/*", true, true},
		{"/etc/**", "/etc/ssh/**", true, true},
		{"/etc/**", "/**", true, false},
		{"/**", "/**", true, true},
		{"/etc/*", "/etc/**", true, false},
		{"/etc/*.conf", "/etc/a*", true, false},
		{"/etc/motd", "/etc/*", true, false},
		{"/etc/motd", "/usr/*", false, false},
		{"/usr/**", "/etc/*", false, false},
		{"/**", "register:policy/approvers.yaml", false, false},
		{"register:policy/**", "register:policy/approvers.yaml", true, true},
		{"register:policy/people.yaml", "register:policy/approvers.yaml", false, false},
		{"register:policy/**", "/etc/motd", false, false},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_assert_true(path_class_may_meet(cases[i].pattern, cases[i].path) ==
			      cases[i].may_meet);
		g_assert_true(path_class_covers(cases[i].pattern, cases[i].path) ==
			      cases[i].covers);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/approvers/refusals", test_refusals);
	g_test_add_func("/approvers/quorum", test_quorum);
	g_test_add_func("/approvers/reviews", test_reviews);
	g_test_add_func("/approvers/path-class", test_path_class);
	return g_test_run();
}
