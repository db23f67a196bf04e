/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Approvals as members of events: written and read back; what is not one is no approval. */
#include "event/approval.h"

#include <string.h>

static Approval *make(Decision decision)
{
	Approval *approval = g_new0(Approval, 1);

	approval->request = g_strdup("CHG-1");
	approval->approver = g_strdup("alice@example.org");
	approval->decision = decision;
	approval->counts = true;
	approval->fingerprint = g_strdup("SHA256:abc");
	memset(approval->digest, 'a', DIGEST_HEX);
	memset(approval->pinned, 'b', DIGEST_HEX);
	approval->date_usec = G_GINT64_CONSTANT(1795316645000000);
	approval->seen_usec = approval->date_usec + 5;
	approval->since_usec = approval->date_usec - 5;
	return approval;
}

static void test_round_trip(void)
{
	for (Decision decision = 0; decision < _DECISION_N; decision++) {
		g_autoptr(Approval) approval = make(decision);
		json_t *object = NULL, *again = NULL;
		g_autoptr(Approval) read = NULL;
		g_autoptr(GError) error = NULL;

		approval->note = decision >= DECISION_CLOSE ? g_strdup("done") : NULL;
		approval->role = decision_is_signed(decision) ? g_strdup("security") : NULL;
		approval->presence = decision % 4;
		object = approval_to_json(approval);
		read = approval_from_json(object, &error);
		g_assert_no_error(error);
		g_assert_cmpint(read->decision, ==, decision);
		g_assert_cmpstr(read->role, ==, approval->role);
		g_assert_cmpuint(read->presence, ==, approval->presence);
		g_assert_cmpstr(read->note, ==, approval->note);
		g_assert_cmpint(read->since_usec, ==, approval->since_usec);
		again = approval_to_json(read);
		g_assert_true(json_equal(object, again));
		json_decref(object);
		json_decref(again);
	}
}

/* `key` is set to this JSON; NULL: taken away. */
static void test_what_is_none(void)
{
	static const struct {
		const char *key, *json;
		bool is_one;
	} edits[] = {
		{"request", NULL, false},
		{"approver", NULL, false},
		{"approver", "5", false},
		{"decision", NULL, false},
		{"decision", "\"maybe\"", false},
		{"decision", "\"Approve\"", false},
		{"digest", NULL, false},
		{"digest", "\"abc\"", false},
		{"seen", "\"yesterday\"", false},
		{"since", "\"5\"", false},
		{"counts", NULL, true},
		{"counts", "\"true\"", true},
		{"counts", "1", true},
		{"fingerprint", NULL, true},
		{"newer", "{}", true},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(edits); i++) {
		g_autoptr(Approval) approval = make(DECISION_APPROVE);
		json_t *object = approval_to_json(approval);
		g_autoptr(Approval) read = NULL;

		if (edits[i].json == NULL) {
			json_object_del(object, edits[i].key);
		} else {
			json_object_set_new(object, edits[i].key,
					    json_loads(edits[i].json, JSON_DECODE_ANY, NULL));
		}
		read = approval_from_json(object, NULL);
		g_assert_true((read != NULL) == edits[i].is_one);
		/* only true is true */
		g_assert_true(read == NULL || !g_str_equal(edits[i].key, "counts") ||
			      !read->counts);
		json_decref(object);
	}
}

static void test_copy_owns_itself(void)
{
	Approval *approval = make(DECISION_APPROVE);
	g_autoptr(Approval) copy = NULL;

	approval->also = g_strsplit("ann,ally", ",", -1);
	copy = approval_copy(approval);
	approval_free(approval);
	g_assert_cmpstr(copy->approver, ==, "alice@example.org");
	g_assert_cmpstr(copy->also[1], ==, "ally");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/approval/round-trip", test_round_trip);
	g_test_add_func("/approval/none", test_what_is_none);
	g_test_add_func("/approval/copy", test_copy_owns_itself);
	return g_test_run();
}
