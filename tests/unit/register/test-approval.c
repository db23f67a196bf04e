/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One approval held against its request: each refusal has its sentence, and validity is judged by
 * when it was first seen, never by the date it carries.
 */
#include "register/approval.h"
#include "register-rig.h"

#define YAML                                                                                       \
	"id: CHG-1\ntitle: t\nrequester: bob@example.org\nimplementers: [carol]\nauthor: "         \
	"erin@example.org\nwindow: {end: 2099-01-01T00:00:00Z}\nchanges:\n  - path: /etc/motd\n  " \
	"  content: any\n"

/* Statement of a good approval; `edit` replaces `old`. */
typedef struct {
	const char *old, *new;     /* in the statement, before it is signed; NULL: as it is */
	const char *name;          /* of the file; NULL: alice */
	const char *key, *options; /* who signs; options of her line of trusted keys */
	const char *name_space;    /* NULL: reeve-approval */
	const char *problem;       /* NULL: it counts */
} Case;

static void make_subject(Request *request, ApprovalSubject *ret)
{
	git_oid oid;

	*ret = (ApprovalSubject){.request = request};
	digest_sha256(YAML, strlen(YAML), ret->sha256);
	g_assert_cmpint(git_odb_hash(&oid, YAML, strlen(YAML), GIT_OBJECT_BLOB), ==, 0);
	memcpy(ret->blob, oid.id, BLOB_BYTES);
}

static char *make_statement(const ApprovalSubject *subject)
{
	Statement statement = {.request = (char *)"CHG-1",
			       .role = (char *)"change-authority",
			       .approver = (char *)ALICE,
			       .date_usec = NOON};

	memcpy(statement.request_sha256, subject->sha256, DIGEST_BYTES);
	memcpy(statement.request_blob, subject->blob, BLOB_BYTES);
	return statement_format(&statement);
}

static Signers *trust(const char *options)
{
	g_autofree char *line = read_text("alice.pub");
	g_autofree char *text =
		g_strconcat(ALICE " ", options == NULL ? "" : options, " ", line, NULL);
	g_autoptr(GError) error = NULL;
	Signers *signers = signers_parse("allowed", text, strlen(text), &error);

	g_assert_no_error(error);
	return signers;
}

static Approval *judge(const Case *c, const ApprovalSubject *subject)
{
	GString *text = g_string_new(NULL);
	g_autofree char *good = make_statement(subject);
	g_autofree char *command =
		g_strdup_printf("rm -f s.sig && ssh-keygen -q -Y sign -n %s -f %s s",
				c->name_space == NULL ? "reeve-approval" : c->name_space,
				c->key == NULL ? "alice" : c->key);
	g_autofree char *signature = NULL;
	g_autoptr(GBytes) statement = NULL, signed_bytes = NULL;
	g_autoptr(Signers) signers = trust(c->options);

	g_string_append(text, good);
	if (c->old != NULL) {
		g_assert_cmpuint(g_string_replace(text, c->old, c->new, 1), ==, 1);
	}
	write_text("s", text->str, text->len);
	must_run(command);
	signature = read_text("s.sig");
	statement = g_string_free_to_bytes(text);
	signed_bytes = g_bytes_new(signature, strlen(signature));
	return approval_judge(subject, c->name == NULL ? ALICE : c->name, statement, signed_bytes,
			      signers, NOON);
}

static void test_refusals(void)
{
	static const Case cases[] = {
		{.problem = NULL},
		{.options = "namespaces=\"reeve-approval\"", .problem = NULL},
		{.options = "valid-before=\"20261122120000Z\"", .problem = NULL},
		{"date 2026-11-22T12:00:00Z", "date 2001-01-01T00:00:00Z", .problem = NULL},
		{"decision approve", "decision reject", .problem = NULL},
		{"request CHG-1", "request CHG-2",
		 .problem = "is about CHG-2, not about this request"},
		{.name = DAVE, .problem = "is by " ALICE ", but lies in the name of " DAVE},
		{"approver " ALICE, "approver " DAVE, .name = DAVE,
		 .problem = "belongs to " ALICE ", not to " DAVE},
		{.key = "mallory", .problem = "is not trusted here"},
		{.name_space = "git", .problem = "signed for the namespace git"},
		{.options = "namespaces=\"git\"", .problem = "not trusted to approve (namespaces)"},
		{.options = "valid-before=\"20261122115959Z\"",
		 .problem = "expired at 2026-11-22T11:59:59"},
		{.options = "valid-after=\"20261122120001Z\"",
		 .problem = "is valid from 2026-11-22"},
		{"date 2026-11-22", "date 2026-11-23", .problem = "which is still to come"},
		{"role ", "roll ", .problem = "expected `role <a word>`"},
	};
	g_autoptr(Request) request = request_parse("r", "CHG-1", YAML, strlen(YAML), NULL);
	ApprovalSubject subject;

	make_subject(request, &subject);
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Approval) approval = judge(&cases[i], &subject);

		g_assert_true(approval->counts == (cases[i].problem == NULL));
		if (cases[i].problem != NULL &&
		    strstr(approval->problem, cases[i].problem) == NULL) {
			g_error("%s: %s", cases[i].problem, approval->problem);
		}
	}
}

/* Nobody approves what is his own, by whichever of his names; anybody may object to it. */
static void test_conflicts(void)
{
	static const struct {
		const char *approver, *also, *problem;
	} cases[] = {
		{ALICE, NULL, NULL},
		{"bob@example.org", NULL, "requested it"},
		{"BOB@example.org", NULL, "requested it"},
		{"bob", NULL, "requested it"},
		{"carol@example.org", NULL, "implements it"},
		{"erin", NULL, "wrote the content"},
		{ALICE, "ally@example.org", NULL},
		{ALICE, "bob@example.org", "requested it"},
		{ALICE, "carol", "implements it"},
		{ALICE, "erin@example.org", "wrote the content"},
	};
	g_autoptr(Request) request = request_parse("r", "CHG-1", YAML, strlen(YAML), NULL);

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		char *also[] = {(char *)cases[i].also, NULL};
		const Approval approval = {.approver = (char *)cases[i].approver, .also = also};
		g_autofree char *conflict = approval_conflict(&approval, request, NULL);

		g_assert_true((conflict == NULL) == (cases[i].problem == NULL));
		g_assert_true(conflict == NULL || strstr(conflict, cases[i].problem) != NULL);
	}
}

/* The same for the same bytes, another for any other pair. */
static void test_identity(void)
{
	static const char *const pairs[][2] = {
		{"a", "b"}, {"a", "c"}, {"ab", ""}, {"", "ab"}, {"b", "a"}};
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (gsize i = 0; i < G_N_ELEMENTS(pairs); i++) {
		g_autoptr(GBytes) a = g_bytes_new_static(pairs[i][0], strlen(pairs[i][0]));
		g_autoptr(GBytes) b = g_bytes_new_static(pairs[i][1], strlen(pairs[i][1]));
		char first[DIGEST_HEX + 1], again[DIGEST_HEX + 1];

		approval_identify(a, b, first);
		approval_identify(a, b, again);
		g_assert_cmpstr(first, ==, again);
		g_assert_true(g_hash_table_add(seen, g_strdup(first)));
	}
}

int main(int argc, char **argv)
{
	int result;

	g_test_init(&argc, &argv, NULL);
	rig_prepare();
	g_test_add_func("/approval/refusals", test_refusals);
	g_test_add_func("/approval/conflicts", test_conflicts);
	g_test_add_func("/approval/identity", test_identity);
	result = g_test_run();
	rig_finish();
	return result;
}
