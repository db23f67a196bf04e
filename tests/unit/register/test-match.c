/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Matching: every test of design 5.3 fails for its own reason, with both values; its twin passes.
 */
#include "register/match.h"

#include "base/clock.h"

#include <string.h>

#define HEAD "id: CHG-1\ntitle: t\nrequester: bob\n"
#define ONES "0101010101010101010101010101010101010101"
#define TWOS "0202020202020202020202020202020202020202"

typedef struct {
	const char *yaml;   /* behind HEAD */
	const char *reason; /* part of the only reason; NULL: passes */
	MatchKind kind;
} Case;

static gint64 at(const char *time)
{
	gint64 usec = 0;

	g_assert_true(clock_parse(time, &usec));
	return usec;
}

/* /etc/motd, rewritten at 20:30 by carol on web-1: blob 0101..., 0644 root:adm. */
static Change *make_change(void)
{
	Change *change = change_new("/etc/motd", OP_UPDATED);

	change->before = (FileState){.type = FILE_REGULAR, .content = CONTENT_STORED, .mode = 0644};
	change->after = change->before;
	memset(change->before.blob, 2, BLOB_BYTES);
	memset(change->after.blob, 1, BLOB_BYTES);
	memset(change->after.sha256, 1, DIGEST_BYTES);
	change->before.gid = 4;
	change->after.gid = 4;
	change->after.owner = g_strdup("root");
	change->after.group = g_strdup("adm");
	change->difference = STATE_CONTENT;
	return change;
}

/* What leaves content open must end some day. */
static const char *end_of(const char *yaml)
{
	return strstr(yaml, "content: any") != NULL && strstr(yaml, "window:") == NULL
		       ? "window: {end: 2099-01-01T00:00:00Z}\n"
		       : "";
}

static Match match(const char *yaml, const Change *change, const MatchContext *context)
{
	g_autofree char *text = g_strconcat(HEAD, end_of(yaml), yaml, NULL);
	g_autoptr(GError) error = NULL;
	Request *request = request_parse("r", "CHG-1", text, strlen(text), &error);
	Match found;

	g_assert_no_error(error);
	request_match(request, change, context, &found);
	found.change = NULL;
	request_free(request);
	return found;
}

static void check(const Case *c, const Change *change, const MatchContext *context)
{
	Match found = match(c->yaml, change, context);

	g_assert_cmpint(found.kind, ==, c->kind);
	if (c->reason != NULL) {
		g_assert_cmpuint(found.reasons->len, ==, 1);
		if (strstr(g_ptr_array_index(found.reasons, 0), c->reason) == NULL) {
			g_error("%s: %s", c->yaml,
				(const char *)g_ptr_array_index(found.reasons, 0));
		}
	}
	match_clear(&found);
}

#define MOTD "changes:\n  - path: /etc/motd\n"
#define ANY MOTD "    content: any\n"
#define WINDOW(s, e) ANY "window: {start: 2026-11-22T" s ":00Z, end: 2026-11-22T" e ":00Z}\n"

static void test_each_test_fails_for_its_own_reason(void)
{
	static const Case cases[] = {
		{ANY, NULL, MATCH_ANY},
		{MOTD "    to: {blob: " ONES "}\n", NULL, MATCH_EXACT},
		{MOTD "    to: {blob: 02"
		      "01010101010101010101010101010101010101}\n",
		 "content (git blob): requested 0201", MATCH_FAILED},
		{"changes:\n  - path: /etc/issue\n    content: any\n", NULL, MATCH_NONE},
		{"changes:\n  - path: /etc/*\n    content: any\n", NULL, MATCH_ANY},
		{"changes:\n  - path: /*\n    content: any\n", NULL, MATCH_NONE},
		{"changes:\n  - path: /**\n    content: any\n", NULL, MATCH_ANY},
		{ANY "    op: updated\n", NULL, MATCH_ANY},
		{ANY "    op: created\n", "operation: requested created, found updated",
		 MATCH_FAILED},
		{ANY "hosts: [\"web-*\"]\n", NULL, MATCH_ANY},
		{ANY "hosts: [\"db-*\"]\n", "host: requested for db-*, this is web-1",
		 MATCH_FAILED},
		{ANY "implementers: [carol]\n", NULL, MATCH_ANY},
		{ANY "implementers: [dave]\n", "implementer: requested dave, found carol",
		 MATCH_FAILED},
		{WINDOW("20:00", "22:00"), NULL, MATCH_ANY},
		{WINDOW("21:00", "22:00"), "window: opens at", MATCH_FAILED},
		{WINDOW("19:00", "20:00"), "window: closed at", MATCH_FAILED},
		{ANY "    to: {mode: \"0644\", owner: root, group: adm}\n", NULL, MATCH_ANY},
		{ANY "    to: {mode: \"0600\"}\n", "mode: requested 0600, found 0644",
		 MATCH_FAILED},
		{ANY "    to: {owner: \"0\"}\n", NULL, MATCH_ANY},
		{ANY "    to: {owner: bob}\n", "owner: requested bob, found root", MATCH_FAILED},
		{ANY "    to: {group: wheel}\n", "group: requested wheel, found adm", MATCH_FAILED},
		{MOTD "    to: {absent: true}\n", "requested nothing there, found file",
		 MATCH_FAILED},
		{MOTD "    to: {target: /x}\n", "requested a link to /x, found file", MATCH_FAILED},
		{ANY "    from: {mode: \"0644\"}\n", NULL, MATCH_ANY},
		{ANY "    from: {blob: " ONES "}\n", "before: content (git blob): requested 0101",
		 MATCH_FAILED},
	};
	g_autoptr(Change) change = make_change();
	MatchContext context = {.host = "web-1",
				.earliest_usec = at("2026-11-22T20:30:00Z"),
				.latest_usec = at("2026-11-22T20:30:00Z"),
				.login = "carol"};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		check(&cases[i], change, &context);
	}
}

static void add_actor(Change *change, Confidence confidence, const char *login)
{
	Actor *actor = actor_new();

	actor->confidence = confidence;
	actor->login_user = g_strdup(login);
	actor->user = g_strdup("root");
	g_ptr_array_add(change->actors, actor);
}

/* Everybody who had a hand in it is tested; who is not known for sure is nobody in particular. */
static void test_actors(void)
{
	static const Case named = {ANY "implementers: [carol]\n", NULL, MATCH_ANY};
	static const Case others = {ANY "implementers: [carol]\n",
				    "implementer: requested carol, found dave", MATCH_FAILED};
	static const Case unknown = {ANY "implementers: [carol]\n", "found somebody unknown",
				     MATCH_FAILED};
	static const Case anybody = {ANY, NULL, MATCH_ANY};
	g_autoptr(Change) change = make_change();
	MatchContext context = {.host = "web-1", .actors = change->actors};

	add_actor(change, CONFIDENCE_EXACT, "carol");
	check(&named, change, &context);
	add_actor(change, CONFIDENCE_INFERRED, "carol");
	check(&named, change, &context);
	add_actor(change, CONFIDENCE_EXACT, "dave");
	check(&others, change, &context);
	check(&anybody, change, &context);
	g_ptr_array_set_size(change->actors, 1);
	add_actor(change, CONFIDENCE_UNKNOWN, "carol");
	check(&unknown, change, &context);
	check(&anybody, change, &context);
	g_ptr_array_set_size(change->actors, 0);
	check(&unknown, change, &context);
	/* root without a login, a service for instance, is not a person either */
	add_actor(change, CONFIDENCE_EXACT, NULL);
	check(&unknown, change, &context);
	check(&anybody, change, &context);
}

/* Who asked for it does not do it, unless those who approved it have agreed to that. */
static void test_requester(void)
{
	static const Case own = {ANY, "implementer: bob requested it", MATCH_FAILED};
	static const Case agreed = {ANY "implementers: [bob]\n", NULL, MATCH_ANY};
	g_autoptr(Change) change = make_change();
	MatchContext context = {.host = "web-1", .actors = change->actors};

	add_actor(change, CONFIDENCE_EXACT, "bob");
	check(&own, change, &context);
	check(&agreed, change, &context);
}

static void test_standing_and_unknown_actor(void)
{
	static const Case approvals = {ANY, "approvals: nobody has approved it yet", MATCH_FAILED};
	static const Case unknown = {ANY "implementers: [carol]\n", "found somebody unknown",
				     MATCH_FAILED};
	g_autoptr(Change) change = make_change();
	MatchContext context = {
		.host = "web-1", .login = "carol", .not_effective = "nobody has approved it yet"};

	check(&approvals, change, &context);
	context.not_effective = NULL;
	context.login = NULL;
	check(&unknown, change, &context);
}

static void test_offline_change_needs_the_whole_gap_inside(void)
{
	static const Case inside = {WINDOW("20:00", "22:00"), NULL, MATCH_ANY};
	static const Case across = {WINDOW("20:00", "21:00"), "the time is unknown", MATCH_FAILED};
	g_autoptr(Change) change = make_change();
	MatchContext context = {.host = "web-1",
				.earliest_usec = at("2026-11-22T20:30:00Z"),
				.latest_usec = at("2026-11-22T21:30:00Z")};

	check(&inside, change, &context);
	check(&across, change, &context);
}

/* Who asked for new content did not ask for a set-user-id bit. */
static void test_what_was_not_requested_may_not_change(void)
{
	static const Case unasked = {MOTD "    to: {blob: " ONES "}\n",
				     "mode: not requested, but changed from 0644 to 4755",
				     MATCH_FAILED};
	static const Case asked = {MOTD "    to: {blob: " ONES ", mode: \"4755\"}\n", NULL,
				   MATCH_EXACT};
	g_autoptr(Change) change = make_change();
	MatchContext context = {.host = "web-1"};

	change->after.mode = 04755;
	change->difference |= STATE_MODE;
	check(&unasked, change, &context);
	check(&asked, change, &context);
}

/* It asked for /etc/motd as make_change found it, and found what make_change leaves. */
static bool backs_out(const char *from, const Change *change, const FileState *agreed)
{
	static const MatchContext context = {.host = "web-1"};
	g_autofree char *text =
		g_strconcat(HEAD MOTD "    to: {blob: " TWOS "}\n    from: {", from, "}\n", NULL);
	g_autoptr(GError) error = NULL;
	g_autoptr(Request) request = request_parse("r", "CHG-1", text, strlen(text), &error);

	g_assert_no_error(error);
	return request_is_backed_out(request, change, agreed, &context);
}

/* The old bytes with a new mode are not what was there before. */
static void test_a_back_out_brings_back_everything(void)
{
	g_autoptr(Change) change = make_change();

	g_assert_true(backs_out("blob: \"" ONES "\"", change, &change->before));
	change->after.mode = 04777;
	change->difference |= STATE_MODE;
	g_assert_false(backs_out("blob: \"" ONES "\"", change, &change->before));
	g_assert_false(backs_out("blob: \"" ONES "\", mode: \"0644\"", change, &change->before));
	g_assert_true(backs_out("blob: \"" ONES "\", mode: \"4777\"", change, &change->before));
}

/* What a later request replaced is not brought back by an earlier one. */
static void test_a_back_out_is_of_the_latest(void)
{
	g_autoptr(Change) change = make_change();

	g_assert_true(backs_out("blob: \"" ONES "\"", change, &change->before));
	memset(change->before.blob, 3, BLOB_BYTES);
	g_assert_false(backs_out("blob: \"" ONES "\"", change, &change->before));
}

/* Who approved does not carry it out, by whichever of his names. */
static void test_the_approver_is_not_the_implementer(void)
{
	static const Case asked = {ANY, NULL, MATCH_ANY};
	static const Case refused = {
		ANY, "implementer: alice@example.org approved it, so somebody else has to do it",
		MATCH_FAILED};
	g_autoptr(Change) change = make_change();
	g_autoptr(GPtrArray) approvals = g_ptr_array_new();
	Approval approval = {.approver = (char *)"alice@example.org", .counts = true};
	MatchContext context = {.host = "web-1", .login = "carol", .approvals = approvals};

	g_ptr_array_add(approvals, &approval);
	check(&asked, change, &context);
	context.login = "alice";
	check(&refused, change, &context);
	approval.counts = false;
	check(&asked, change, &context);
}

/* Who else had his hands in it must be allowed as well, and known. */
static void test_every_hand_counts(void)
{
	static const Case both = {ANY "implementers: [carol, erin]\n", NULL, MATCH_ANY};
	static const Case one = {ANY "implementers: [carol]\n",
				 "implementer: requested carol, found erin", MATCH_FAILED};
	static const Case unknown = {ANY "implementers: [carol, erin]\n", "found somebody unknown",
				     MATCH_FAILED};
	static const Case anybody = {ANY, NULL, MATCH_ANY};
	g_autoptr(Change) change = make_change();
	Actor carol = {.confidence = CONFIDENCE_EXACT, .login_user = (char *)"carol"};
	Actor erin = {.confidence = CONFIDENCE_EXACT, .login_user = (char *)"erin"};
	g_autoptr(GPtrArray) actors = g_ptr_array_new();
	MatchContext context = {.host = "web-1", .login = "carol", .actors = actors};

	g_ptr_array_add(actors, &carol);
	g_ptr_array_add(actors, &erin);
	g_ptr_array_add(actors, &carol);
	check(&both, change, &context);
	check(&one, change, &context);
	check(&anybody, change, &context);
	erin.confidence = CONFIDENCE_UNKNOWN;
	check(&unknown, change, &context);
	check(&anybody, change, &context);
}

/* A file that is asked for here is not asked to vanish there. */
static void test_a_move_has_two_ends(void)
{
	static const Case one = {MOTD "    to: {blob: " ONES "}\n",
				 "source: it was moved away from /etc/issue", MATCH_FAILED};
	static const Case both = {MOTD "    to: {blob: " ONES "}\n"
				       "  - path: /etc/issue\n    to: {absent: true}\n",
				  NULL, MATCH_EXACT};
	g_autoptr(Change) change = make_change();
	MatchContext context = {.host = "web-1"};

	change->op = OP_MOVED;
	change->moved_from = g_strdup("/etc/issue");
	check(&one, change, &context);
	check(&both, change, &context);
}

/* What is new takes no power along; a link that spells the content is no file. */
static void test_new_and_other_things(void)
{
	static const Case asked = {MOTD "    to: {blob: " ONES "}\n", NULL, MATCH_EXACT};
	static const Case power = {MOTD "    to: {blob: " ONES "}\n",
				   "mode: not requested, but 4755", MATCH_FAILED};
	static const Case capable = {MOTD "    to: {blob: " ONES "}\n",
				     "attributes: not requested, but it has capabilities",
				     MATCH_FAILED};
	static const Case link = {MOTD "    to: {blob: " ONES "}\n",
				  "content: requested a file, found link", MATCH_FAILED};
	static const Case any = {ANY, "type: not requested, but changed from file to link",
				 MATCH_FAILED};
	g_autoptr(Change) change = make_change();
	MatchContext context = {.host = "web-1"};

	change->op = OP_CREATED;
	change->before.type = FILE_ABSENT;
	check(&asked, change, &context);
	change->after.mode = 04755;
	check(&power, change, &context);
	change->after.mode = 0755;
	file_state_add_xattr(&change->after, "security.capability", "x", 1);
	check(&capable, change, &context);
	g_clear_pointer(&change->after.xattrs, g_ptr_array_unref);
	change->after.type = FILE_SYMLINK;
	check(&link, change, &context);
	change->op = OP_UPDATED;
	change->before.type = FILE_REGULAR;
	change->difference = STATE_TYPE;
	check(&any, change, &context);
}

/* An approved change of content over a mode nobody approved leaves that mode unapproved. */
static void test_what_drifted_before_is_not_washed(void)
{
	static const Case any = {ANY, NULL, MATCH_ANY};
	static const Case washed = {ANY, "mode: not requested, but changed from 0644 to 4755",
				    MATCH_FAILED};
	static const Case asked = {ANY "    to: {mode: \"4755\"}\n", NULL, MATCH_ANY};
	static const Case lost = {ANY, "approved state: ", MATCH_FAILED};
	g_autoptr(Change) change = make_change();
	g_auto(FileState) agreed = {0};
	MatchContext context = {.host = "web-1", .agreed = &agreed};

	file_state_copy(&change->before, &agreed);
	check(&any, change, &context);
	change->before.mode = change->after.mode = 04755;
	check(&washed, change, &context);
	check(&asked, change, &context);
	/* and back to what was agreed is no change, whatever stood there just before */
	change->after.mode = 0644;
	change->difference |= STATE_MODE;
	check(&any, change, &context);
	context.agreed = NULL;
	context.agreed_is_unknown = true;
	change->before.mode = 0644;
	change->difference &= ~(guint)STATE_MODE;
	check(&lost, change, &context);
}

/* All attributes that were asked for and no other; what nobody asked for stays as it was. */
static void test_attributes(void)
{
	static const Case asked = {ANY "    to: {xattrs: {user.a: aGk=, user.b: \"\"}}\n", NULL,
				   MATCH_ANY};
	static const Case other = {ANY "    to: {xattrs: {user.a: aG8=, user.b: \"\"}}\n",
				   "attribute user.a: requested aG8=, found aGk=", MATCH_FAILED};
	static const Case more = {ANY "    to: {xattrs: {user.a: aGk=}}\n",
				  "attribute user.b: requested none, found ", MATCH_FAILED};
	static const Case fewer = {ANY
				   "    to: {xattrs: {user.a: aGk=, user.b: \"\", user.c: \"\"}}\n",
				   "attribute user.c: requested , found none", MATCH_FAILED};
	static const Case none = {ANY "    to: {acl: none, xattrs: {user.a: aGk=, user.b: \"\"}}\n",
				  NULL, MATCH_ANY};
	static const Case unasked = {ANY,
				     "attributes: not requested, but changed from none to "
				     "user.a=aGk= user.b=",
				     MATCH_FAILED};
	static const Case list = {
		ANY "    to: {acl: \"user::rw-,group::r--,other::r--\", xattrs: {user.a: aGk=, "
		    "user.b: \"\"}}\n",
		"access list: requested user::rw-,group::r--,other::r--, found none", MATCH_FAILED};
	const Case *const cases[] = {&asked, &other, &more, &fewer, &none, &unasked, &list};
	g_autoptr(Change) change = make_change();
	MatchContext context = {.host = "web-1"};

	file_state_add_xattr(&change->after, "user.a", "hi", 2);
	file_state_add_xattr(&change->after, "user.b", "", 0);
	change->difference |= STATE_XATTRS;
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		check(cases[i], change, &context);
	}
}

static void test_deletion(void)
{
	static const Case asked = {MOTD "    to: {absent: true}\n", NULL, MATCH_EXACT};
	static const Case unasked = {MOTD "    to: {blob: " ONES "}\n",
				     "requested something there, found nothing", MATCH_FAILED};
	g_autoptr(Change) change = make_change();
	MatchContext context = {.host = "web-1"};

	change->op = OP_DELETED;
	file_state_clear(&change->after);
	change->after = (FileState){.type = FILE_ABSENT};
	change->difference = STATE_TYPE;
	check(&asked, change, &context);
	check(&unasked, change, &context);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/match/each", test_each_test_fails_for_its_own_reason);
	g_test_add_func("/match/standing", test_standing_and_unknown_actor);
	g_test_add_func("/match/actors", test_actors);
	g_test_add_func("/match/requester", test_requester);
	g_test_add_func("/match/offline", test_offline_change_needs_the_whole_gap_inside);
	g_test_add_func("/match/unrequested", test_what_was_not_requested_may_not_change);
	g_test_add_func("/match/deletion", test_deletion);
	g_test_add_func("/match/back-out", test_a_back_out_brings_back_everything);
	g_test_add_func("/match/back-out-of-latest", test_a_back_out_is_of_the_latest);
	g_test_add_func("/match/approver", test_the_approver_is_not_the_implementer);
	g_test_add_func("/match/every-hand", test_every_hand_counts);
	g_test_add_func("/match/drifted", test_what_drifted_before_is_not_washed);
	g_test_add_func("/match/attributes", test_attributes);
	g_test_add_func("/match/move", test_a_move_has_two_ends);
	g_test_add_func("/match/new", test_new_and_other_things);
	return g_test_run();
}
