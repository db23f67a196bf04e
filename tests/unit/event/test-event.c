/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events as bytes: the exact form, caps on what is foreign, and parts that fit. */
#include "../thrift.h"
#include "specimens.h"

#include "base/escape.h"

static json_t *parse(GBytes *body)
{
	GError *error = NULL;
	gsize size;
	const void *bytes = g_bytes_get_data(body, &size);
	json_t *event = event_parse(bytes, size, &error);

	g_assert_no_error(error);
	return event;
}

static json_t *file_of(json_t *event, guint i)
{
	return json_array_get(json_object_get(event, "files"), i);
}

static const char *text_of(const json_t *object, const char *member)
{
	return json_string_value(json_object_get(object, member));
}

/* The order of members is part of the format: what design 5.4 shows, byte for byte. */
static const char sshd_bytes[] =
	"{\"schema\":\"reeve.event/1\",\"kind\":\"change\",\"seq\":42,\"prev\":\"" SPECIMEN_ID
	"\",\"time\":\"2026-11-22T03:04:05.123456Z\",\"host\":{\"name\":\"web-1\",\"id\":\"m1\","
	"\"boot\":\"b1\"},\"commit\":\"" SPECIMEN_OID "\",\"parent\":\"" SPECIMEN_OID
	"\",\"register\":null,\"policy\":\"" SPECIMEN_ID
	"\",\"part\":{\"n\":1,\"of\":1},\"verdict\":\"unapproved\",\"severity\":\"critical\","
	"\"summary\":\"something happened\",\"files\":[{\"path\":\"/etc/ssh/sshd_config\","
	"\"op\":\"updated\",\"type\":\"file\",\"time\":\"2026-11-22T03:04:05.123456Z\","
	"\"changed\":[\"content\"],\"before\":{\"type\":\"file\","
	"\"blob\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\","
	"\"sha256\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\","
	"\"size\":3254,\"mode\":\"0644\",\"uid\":0,\"owner\":\"root\",\"gid\":0,\"group\":\"root\"}"
	","
	"\"after\":{\"type\":\"file\",\"blob\":\"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\","
	"\"sha256\":\"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\","
	"\"size\":3254,\"mode\":\"0644\",\"uid\":0,\"owner\":\"root\",\"gid\":0,\"group\":\"root\"}"
	","
	"\"settings\":[{\"name\":\"PermitRootLogin\",\"before\":\"no\",\"after\":\"yes\"}],"
	"\"diff\":\"-PermitRootLogin no\\n+PermitRootLogin yes\\n\","
	"\"actor\":{\"pid\":4242,\"exe\":\"/usr/bin/sed\","
	"\"cmdline\":\"sed -i s/no/yes/   \\\\x1b[31m /etc/ssh/sshd_config\",\"uid\":0,"
	"\"user\":\"root\",\"login_uid\":1000,\"login_user\":\"alice\",\"session\":7,"
	"\"tty\":\"pts/3\",\"remote\":\"192.0.2.7\",\"unit\":\"session-7.scope\","
	"\"container\":\"web\",\"transaction\":\"apt-get[17]\","
	"\"parents\":[{\"pid\":4241,\"exe\":\"/usr/bin/sudo\",\"cmdline\":\"sudo sed\"},"
	"{\"pid\":4000,\"exe\":\"/bin/"
	"\\\\xff\"}],\"own\":true,\"confidence\":\"exact\",\"how\":\"fanotify\"},"
	"\"verdict\":\"unapproved\",\"severity\":\"critical\",\"request\":null,"
	"\"reasons\":[\"no request names this path\"],"
	"\"rules\":[{\"id\":\"aa000000-0000-4000-8000-000000000001\","
	"\"title\":\"sshd: root login enabled\",\"level\":\"critical\","
	"\"tags\":[\"attack.t1021.004\"],\"advice\":\"Ask who needs it; else take it back.\"}]}]}";

static void test_exact_bytes(void)
{
	g_autoptr(Event) event = specimen_sshd();
	g_autoptr(GBytes) body = event_encode(event);
	g_autoptr(GBytes) again = event_encode(event);
	g_autofree char *text = g_strndup(g_bytes_get_data(body, NULL), g_bytes_get_size(body));

	g_assert_cmpstr(text, ==, sshd_bytes);
	g_assert_true(g_bytes_equal(body, again));
}

static void test_id(void)
{
	char id[EVENT_ID_HEX + 1];
	g_autofree char *with = NULL;

	event_id("{\"a\":1}", 7, id);
	g_assert_cmpstr(id, ==, "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862");
	with = event_body_with_id("{\"a\":1}", 7, "x");
	g_assert_cmpstr(with, ==, "{\"id\":\"x\",\"a\":1}");
}

static void test_every_kind_parses(void)
{
	for (guint kind = 0; kind < _EVENT_N; kind++) {
		g_autoptr(Event) event = specimen_of_kind((EventKind)kind);
		g_autoptr(GBytes) body = event_encode(event);
		json_t *parsed = parse(body);
		EventKind read;

		g_assert_true(event_kind_from_word(text_of(parsed, "kind"), &read));
		g_assert_cmpuint(read, ==, kind);
		json_decref(parsed);
	}
}

static void test_notes(void)
{
	static const struct {
		EventKind kind;
		const char *note;
	} cases[] = {
		{EVENT_ACK, "seen, all is well"},
		{EVENT_HEALTH, "reeve.yml:1:1: no\n  1 | x\n    | ^"},
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Event) event = specimen_of_kind(cases[i].kind);
		g_autoptr(GBytes) body = event_encode(event);
		json_t *parsed = parse(body);

		g_assert_cmpstr(text_of(parsed, "note"), ==, cases[i].note);
		json_decref(parsed);
	}
}

static void test_hostile_path(void)
{
	g_autoptr(Event) event = specimen_event(EVENT_CHANGE);
	g_autoptr(GBytes) body = NULL;
	g_autofree guchar *raw = NULL;
	json_t *parsed;
	gsize size;

	specimen_change(event, "/etc/\xff\n", OP_CREATED);
	specimen_change(event, "/etc/caf\xc3\xa9", OP_CREATED);
	body = event_encode(event);
	parsed = parse(body);
	g_assert_cmpstr(text_of(file_of(parsed, 0), "path"), ==, "/etc/\\xff\\n");
	raw = g_base64_decode(text_of(file_of(parsed, 0), "path_raw"), &size);
	g_assert_cmpmem(raw, size, "/etc/\xff\n", 7);
	g_assert_cmpstr(text_of(file_of(parsed, 1), "path"), ==, "/etc/caf\xc3\xa9");
	g_assert_null(json_object_get(file_of(parsed, 1), "path_raw"));
	json_decref(parsed);
}

/* Two paths that only differ far behind the cap must not be taken for one. */
static void test_endless_path(void)
{
	g_autofree char *deep = g_strnfill(100000, 'd');
	g_autofree char *a = g_strconcat("/", deep, "a", NULL);
	g_autofree char *b = g_strconcat("/", deep, "b", NULL);
	g_autofree char *told_a = event_path(a);
	g_autofree char *told_b = event_path(b);

	g_assert_cmpuint(strlen(told_a), <, 10000);
	g_assert_cmpstr(told_a, !=, told_b);
}

/* What is cut has no raw form either: it would be as long as the path. */
static void test_endless_raw_path(void)
{
	g_autofree char *deep = g_strnfill(100000, '\xff');
	g_autofree char *path = g_strconcat("/", deep, NULL);
	g_autoptr(Event) event = specimen_event(EVENT_CHANGE);
	g_autoptr(GBytes) body = NULL;

	specimen_change(event, path, OP_CREATED);
	body = event_encode(event);
	g_assert_cmpuint(g_bytes_get_size(body), <, 40000);
}

/* A secret file tells neither size nor anything that could be guessed at. */
static void test_secret_tells_nothing(void)
{
	g_autoptr(Event) event = specimen_event(EVENT_CHANGE);
	Change *change = specimen_change(event, "/etc/ssl/private/key.pem", OP_UPDATED);
	g_autoptr(GBytes) body = NULL;
	const json_t *after;
	json_t *parsed;

	specimen_file(&change->after, 0x77);
	change->after.content = CONTENT_SECRET;
	change->diff_presence = DIFF_SECRET;
	change->diff = g_strdup("-hunter1\n+hunter2\n");
	body = event_encode(event);
	parsed = parse(body);
	after = json_object_get(file_of(parsed, 0), "after");
	g_assert_nonnull(json_object_get(after, "hmac"));
	g_assert_null(json_object_get(after, "sha256"));
	g_assert_null(json_object_get(after, "blob"));
	g_assert_null(json_object_get(after, "size"));
	g_assert_null(json_object_get(file_of(parsed, 0), "diff"));
	g_assert_cmpstr(text_of(file_of(parsed, 0), "diff_omitted"), ==, "secret");
	json_decref(parsed);
}

/* As much of everything as somebody could put into one file. */
static void monster(Event *event)
{
	g_autofree char *long_text = g_strnfill(100000, '\x01');
	g_autofree char *long_path = g_strconcat("/", long_text, NULL);
	Change *change;

	long_path[8000] = '\0';
	change = specimen_change(event, long_path, OP_MOVED);
	change->moved_from = g_strdup(long_path);
	change->diff_presence = DIFF_PRESENT;
	change->diff = g_strdup(long_text);
	change->request = g_strdup("CHG-1");
	for (FileState *state = &change->before;; state = &change->after) {
		state->type = FILE_SYMLINK;
		state->link = g_strndup(long_text, 4095);
		state->owner = g_strdup(long_text);
		for (guint i = 0; i < thrift(100, 20); i++) {
			g_autofree char *name = g_strdup_printf("user.%0200u", i);

			file_state_add_xattr(state, name, long_text, 60000);
		}
		if (state == &change->after) {
			break;
		}
	}
	for (guint i = 0; i < thrift(100, 20); i++) {
		RuleHit *hit = g_new0(RuleHit, 1);
		Actor *actor;

		hit->title = g_strdup(long_text);
		hit->advice = g_strdup(long_text);
		g_ptr_array_add(change->rules, hit);
		g_ptr_array_add(change->reasons, g_strdup(long_text));
		specimen_setting(change, long_text, long_text);
		specimen_actor(change);
		actor = g_ptr_array_index(change->actors, i);
		g_free(actor->cmdline);
		actor->cmdline = g_strdup(long_text);
	}
}

static void test_monster_fits(void)
{
	g_autoptr(Event) event = specimen_event(EVENT_CHANGE);
	g_autoptr(GBytes) body = NULL;
	json_t *parsed;

	monster(event);
	body = event_encode(event);
	g_assert_cmpuint(g_bytes_get_size(body), <=, EVENT_MAX_BYTES);
	parsed = parse(body);
	g_assert_cmpstr(text_of(file_of(parsed, 0), "diff_omitted"), ==, "too large");
	json_decref(parsed);
}

/* Encodes by the plan and returns the number of parts; every part must fit. */
static guint encode_by_plan(GPtrArray *changes)
{
	g_autoptr(Event) envelope = specimen_event(EVENT_CHANGE);
	g_autoptr(GArray) plan = event_plan_parts(envelope, changes);
	guint first = 0;

	for (guint part = 0; part < plan->len; part++) {
		guint count = g_array_index(plan, guint, part);
		g_autoptr(Event) event = specimen_event(EVENT_CHANGE);
		g_autoptr(GBytes) body = NULL;

		g_ptr_array_set_free_func(event->files, NULL);
		event->seq = G_GUINT64_CONSTANT(9007199254740991);
		event->part_n = part + 1;
		event->part_of = plan->len;
		g_free(event->summary);
		event->summary = g_strnfill(5000, '"');
		for (guint i = 0; i < count; i++) {
			g_ptr_array_add(event->files, g_ptr_array_index(changes, first + i));
		}
		first += count;
		body = event_encode(event);
		g_assert_cmpuint(count, >, 0);
		g_assert_cmpuint(count, <=, EVENT_MAX_FILES);
		g_assert_cmpuint(g_bytes_get_size(body), <=, EVENT_MAX_BYTES);
	}
	g_assert_cmpuint(first, ==, changes->len);
	return plan->len;
}

static void test_plan(void)
{
	static const struct {
		guint files;
		gsize diff_bytes; /* of each */
		guint parts;
	} cases[] = {
		{0, 0, 0},       {1, 0, 1},      {256, 0, 1},      {257, 0, 2},
		{512, 0, 2},     {513, 0, 3},    {10, 200000, 10}, {4, 100000, 2},
		{100, 10000, 4}, {2, 131000, 2}, {300, 1, 2},      {3, 300000, 1},
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Event) owner = specimen_event(EVENT_CHANGE);
		g_autofree char *diff = g_strnfill(cases[i].diff_bytes, '+');

		for (guint n = 0; n < cases[i].files; n++) {
			Change *change = specimen_change(owner, "/etc/x", OP_UPDATED);

			change->diff_presence = DIFF_PRESENT;
			change->diff = g_strdup(diff);
		}
		g_test_message("%u files of %zu bytes", cases[i].files, cases[i].diff_bytes);
		g_assert_cmpuint(encode_by_plan(owner->files), ==, cases[i].parts);
	}
}

/* Two files that fit by a hair, or do not, under the longest envelope there is. */
static void test_plan_to_the_byte(void)
{
	gsize step = thrift(9, 290);

	for (gsize size = 129500; size < 131000; size += step) {
		g_autoptr(Event) owner = specimen_event(EVENT_CHANGE);
		g_autofree char *diff = g_strnfill(size, '+');

		for (guint n = 0; n < 2; n++) {
			Change *change = specimen_change(owner, "/etc/x", OP_UPDATED);

			change->diff_presence = DIFF_PRESENT;
			change->diff = g_strdup(diff);
		}
		encode_by_plan(owner->files);
	}
}

/* What the journal says of a state and what the judge computes must be the same word. */
static void test_digest_of_parsed_state(void)
{
	g_autoptr(Event) event = specimen_zoo();
	g_autoptr(GBytes) body = event_encode(event);
	json_t *parsed = parse(body);

	for (guint i = 0; i < event->files->len; i++) {
		const Change *change = g_ptr_array_index(event->files, i);
		char made[DIGEST_HEX + 1], read[DIGEST_HEX + 1];

		event_state_digest(&change->after, made);
		event_state_json_digest(json_object_get(file_of(parsed, i), "after"), read);
		g_assert_cmpstr(made, ==, read);
		event_state_digest(&change->before, made);
		event_state_json_digest(json_object_get(file_of(parsed, i), "before"), read);
		g_assert_cmpstr(made, ==, read);
	}
	json_decref(parsed);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/event/exact-bytes", test_exact_bytes);
	g_test_add_func("/event/id", test_id);
	g_test_add_func("/event/every-kind-parses", test_every_kind_parses);
	g_test_add_func("/event/notes", test_notes);
	g_test_add_func("/event/hostile-path", test_hostile_path);
	g_test_add_func("/event/endless-path", test_endless_path);
	g_test_add_func("/event/secret-tells-nothing", test_secret_tells_nothing);
	g_test_add_func("/event/monster-fits", test_monster_fits);
	g_test_add_func("/event/plan", test_plan);
	g_test_add_func("/event/plan-to-the-byte", test_plan_to_the_byte);
	g_test_add_func("/event/endless-raw-path", test_endless_raw_path);
	g_test_add_func("/event/digest-of-parsed-state", test_digest_of_parsed_state);
	return g_test_run();
}
