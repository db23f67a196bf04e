/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events as a person reads them: whole blocks, since that is what a person sees. */
#include "cli/alert.h"
#include "cli/state-lines.h"

#include "base/clock.h"

#include <glib.h>
#include <string.h>
#include <time.h>

#define ID "3fa9c1d2e4b50617283940a1b2c3d4e5f60718293a4b5c6d7e8f9001a2b3c4d5"

static json_t *parse(const char *text)
{
	json_error_t problem;
	json_t *value = json_loads(text, 0, &problem);

	if (value == NULL) {
		g_error("%s: %s", problem.text, text);
	}
	return value;
}

static AlertView *new_view(AlertForm form, guint width)
{
	Paint paint = {.is_utf8 = true, .width = width};
	AlertView *view = alert_view_new(&paint, form);
	gint64 now;

	g_assert_true(clock_parse("2026-11-22T12:00:00Z", &now));
	alert_view_set_now(view, now);
	return view;
}

static void check(AlertView *view, const char *event, const char *expected)
{
	json_t *parsed = parse(event);
	g_autofree char *text = alert_render(view, parsed, ID);

	json_decref(parsed);
	g_assert_cmpstr(text, ==, expected);
}

#define FILE_STATE "{\"type\":\"file\",\"mode\":\"0644\",\"uid\":0,\"owner\":\"root\",\"gid\":0}"
#define EVENT(kind, rest)                                                       \
	"{\"kind\":\"" kind "\",\"seq\":7,\"time\":\"2026-11-22T03:04:05.5Z\"," \
	"\"host\":{\"name\":\"web-1\"},\"commit\":\"c0ffee\"," rest "}"

#define SSHD                                                                               \
	EVENT("change",                                                                    \
	      "\"verdict\":\"unapproved\",\"severity\":\"critical\",\"files\":[{"          \
	      "\"path\":\"/etc/ssh/sshd_config\",\"op\":\"updated\",\"type\":\"file\","    \
	      "\"changed\":[\"content\"],\"before\":" FILE_STATE ",\"after\":" FILE_STATE  \
	      ",\"diff\":\"@@ -1 +1 @@\\n-PermitRootLogin no\\n+PermitRootLogin yes\\n\"," \
	      "\"verdict\":\"unapproved\",\"severity\":\"critical\","                      \
	      "\"reasons\":[\"no request names this path\"],\"rules\":[{\"id\":\"r1\","    \
	      "\"title\":\"sshd: root login enabled\",\"level\":\"critical\","             \
	      "\"tags\":[\"attack.persistence\",\"attack.t1021.004\"],"                    \
	      "\"advice\":\"Check who needed it; set PermitRootLogin no.\"}]}]")

static void test_live(void)
{
	g_autoptr(AlertView) view = new_view(ALERT_LIVE, 80);

	check(view, SSHD,
	      "● CRITICAL  unapproved  03:04:05  web-1\n"
	      "  /etc/ssh/sshd_config   updated: content\n"
	      "    - PermitRootLogin no\n"
	      "    + PermitRootLogin yes\n"
	      "  rule    sshd: root login enabled  (attack.t1021.004)\n"
	      "          Check who needed it; set PermitRootLogin no.\n"
	      "  by      unknown\n"
	      "  id      3fa9c1d2e4b5   reeve show 3fa9c1d2e4b5\n"
	      "\n");
}

static void test_brief(void)
{
	g_autoptr(AlertView) view = new_view(ALERT_BRIEF, 80);

	check(view, SSHD,
	      "● CRITICAL  unapproved  03:04:05  web-1  3fa9c1d2e4b5\n"
	      "  /etc/ssh/sshd_config   updated: content\n"
	      "  rule    sshd: root login enabled  (attack.t1021.004)\n"
	      "\n");
}

static void test_full(void)
{
	g_autoptr(AlertView) view = new_view(ALERT_FULL, 80);

	check(view, SSHD,
	      "● CRITICAL  unapproved  03:04:05  web-1\n"
	      "  /etc/ssh/sshd_config   updated: content\n"
	      "    @@ -1 +1 @@\n"
	      "    - PermitRootLogin no\n"
	      "    + PermitRootLogin yes\n"
	      "  rule    sshd: root login enabled  (attack.t1021.004)\n"
	      "          Check who needed it; set PermitRootLogin no.\n"
	      "  why     no request names this path\n"
	      "  by      unknown\n"
	      "  judged  2026-11-22 03:04:05.500000 +0000\n"
	      "  commit  c0ffee\n"
	      "  seq     7\n"
	      "  id      " ID "\n"
	      "\n");
}

static void test_attributes(void)
{
	g_autoptr(AlertView) view = new_view(ALERT_LIVE, 80);

	check(view,
	      EVENT("change",
		    "\"verdict\":\"unapproved\",\"severity\":\"high\",\"files\":[{"
		    "\"path\":\"/usr/local/bin/x\",\"op\":\"attributes_modified\","
		    "\"changed\":[\"mode\",\"owner\",\"xattrs\",\"flags\"],"
		    "\"before\":{\"mode\":\"0644\",\"uid\":0,\"owner\":\"root\","
		    "\"xattrs\":{\"user.a\":\"YQ==\"}},"
		    "\"after\":{\"mode\":\"4755\",\"uid\":1000,\"flags\":\"i\","
		    "\"xattrs\":{\"security.capability\":\"AA==\"}},\"actor\":{"
		    "\"login_user\":\"alice\",\"user\":\"root\",\"exe\":\"/usr/bin/chmod\","
		    "\"tty\":\"pts/3\",\"confidence\":\"exact\"}}]"),
	      "● HIGH      unapproved  03:04:05  web-1\n"
	      "  /usr/local/bin/x   attributes: mode, owner, xattrs, flags\n"
	      "    mode   0644 → 4755   set-user-id added, executable\n"
	      "    owner  root → uid 1000\n"
	      "    flags  none → i   now immutable\n"
	      "    xattr  security.capability   added\n"
	      "    xattr  user.a   removed\n"
	      "  by      alice as root (chmod), pts/3\n"
	      "  id      3fa9c1d2e4b5   reeve show 3fa9c1d2e4b5\n"
	      "\n");
}

/* An offline change says in which stretch of time it happened; gaps and lines stand apart. */
static void test_offline(void)
{
	g_autoptr(AlertView) view = new_view(ALERT_LIVE, 100);

	check(view,
	      EVENT("gap", "\"severity\":\"low\",\"cause\":\"stopped\",\"scope\":\"/\","
			   "\"start\":\"2026-11-22T02:00:00Z\",\"end\":\"2026-11-22T03:04:04Z\""),
	      "– gap  03:04:05  not running, 02:00:00 – 03:04:04 (1 h 4 min)\n");
	check(view,
	      EVENT("change", "\"verdict\":\"unapproved\",\"severity\":\"low\",\"files\":[{"
			      "\"path\":\"/etc/x\",\"op\":\"deleted\",\"type\":\"file\","
			      "\"offline\":true,\"before\":" FILE_STATE ",\"after\":{},"
			      "\"diff_omitted\":\"secret\"}]"),
	      "\n● LOW       unapproved  03:04:05  web-1\n"
	      "  /etc/x   deleted\n"
	      "    the content is secret: only that it changed is known\n"
	      "  when    offline, between 02:00:00 and 03:04:04 (stopped)\n"
	      "  by      unknown\n"
	      "  id      3fa9c1d2e4b5   reeve show 3fa9c1d2e4b5\n"
	      "\n");
}

static void test_lines(void)
{
	g_autoptr(AlertView) view = new_view(ALERT_LIVE, 100);

	check(view, EVENT("baseline", "\"severity\":\"informational\",\"count\":1234"),
	      "○ baseline  03:04:05  1,234 entries, taken as they stand\n");
	check(view,
	      EVENT("scope", "\"severity\":\"informational\",\"added\":[\"/root/.ssh\",\"/srv\"],"
			     "\"removed\":[\"/opt\"]"),
	      "○ scope  03:04:05  now watching /root/.ssh, /srv, no longer watching /opt\n");
	check(view,
	      EVENT("ack", "\"severity\":\"informational\",\"who\":\"alice\",\"refers\":[\"" ID
			   "\"],\"note\":\"known\""),
	      "✓ ack  03:04:05  alice about 3fa9c1d2e4b5: known\n");
	/* Of a newer Reeve. */
	check(view, EVENT("miracle", "\"summary\":\"it is well\""),
	      "○ miracle  03:04:05  it is well\n");
	check(view, "{}", "○ ?  1970-01-01 00:00:00  -\n");
}

/* The journal escapes already; a forged one does not. */
static void test_hostile(void)
{
	g_autoptr(AlertView) view = new_view(ALERT_LIVE, 80);
	json_t *event = parse(
		EVENT("change", "\"verdict\":\"unapproved\",\"severity\":\"low\",\"files\":[{"
				"\"path\":\"/etc/\\u001b[2Jx\\nnext\",\"op\":\"\\u001b[5m\","
				"\"changed\":[\"\\u0007\"],\"diff_omitted\":\"\\u001b]0;owned\","
				"\"reasons\":[\"\\u001b[1m\"],\"rules\":[{\"title\":\"\\u001b[1m\","
				"\"advice\":\"\\u001b[1m\",\"tags\":[\"attack.t\\u001b[1m\"]}],"
				"\"actor\":{\"user\":\"\\u001b[1m\"}}]"));
	g_autofree char *text = alert_render(view, event, ID);

	json_decref(event);
	for (const char *p = text; *p != '\0'; p++) {
		g_assert_true(*p == '\n' || (guchar)*p >= 0x20);
	}
	g_assert_nonnull(strstr(text, "/etc/\\x1b[2Jx\\nnext"));
}

/* Many files: the worst first, a few shown, the rest counted. */
static void test_many(void)
{
	g_autoptr(AlertView) view = new_view(ALERT_BRIEF, 80);
	json_t *event = parse(EVENT("change", "\"verdict\":\"unapproved\",\"severity\":\"high\","
					      "\"files\":[]"));
	json_t *files = json_object_get(event, "files");
	g_autofree char *text = NULL;

	for (guint i = 0; i < 20; i++) {
		g_autofree char *path = g_strdup_printf("/etc/%02u", i);

		json_array_append_new(files,
				      json_pack("{s:s, s:s, s:s}", "path", path, "op", "created",
						"severity", i == 13 ? "high" : "low"));
	}
	text = alert_render(view, event, ID);
	json_decref(event);
	g_assert_cmpstr(text, ==,
			"● HIGH      unapproved  03:04:05  web-1  3fa9c1d2e4b5\n"
			"  /etc/13   created\n"
			"  /etc/00   created\n"
			"  /etc/01   created\n"
			"  /etc/02   created\n"
			"  … 16 more files\n"
			"\n");
}

/* Parts behind the first: a line each, unless there is something in them. */
static void test_parts(void)
{
	g_autoptr(AlertView) view = new_view(ALERT_LIVE, 80);

#define PART(n, severity)                                                                          \
	EVENT("change", "\"part\":{\"n\":" n ",\"of\":4},\"verdict\":\"unapproved\",\"severity\":" \
			"\"" severity "\",\"files\":[{\"path\":\"/etc/x\",\"op\":\"deleted\","     \
			"\"severity\":\"" severity "\"}]")
	/* The gap of the commit is its first part. */
	check(view, EVENT("gap", "\"part\":{\"n\":1,\"of\":4},\"cause\":\"crash\""),
	      "– gap  03:04:05  ended without warning\n");
	check(view, PART("2", "low"),
	      "\n● LOW       unapproved  03:04:05  web-1  part 1 of 3\n"
	      "  /etc/x   deleted\n"
	      "  by      unknown\n"
	      "  id      3fa9c1d2e4b5   reeve show 3fa9c1d2e4b5\n"
	      "\n");
	check(view, PART("3", "low"),
	      "● LOW       unapproved  03:04:05  web-1  part 2 of 3  1 file  3fa9c1d2e4b5\n");
	check(view, PART("4", "high"),
	      "\n● HIGH      unapproved  03:04:05  web-1  part 3 of 3\n"
	      "  /etc/x   deleted\n"
	      "  by      unknown\n"
	      "  id      3fa9c1d2e4b5   reeve show 3fa9c1d2e4b5\n"
	      "\n");
}

static void test_settings(void)
{
	g_autoptr(AlertView) view = new_view(ALERT_LIVE, 80);

	check(view,
	      EVENT("change", "\"verdict\":\"unapproved\",\"severity\":\"low\",\"files\":[{"
			      "\"path\":\"/etc/x\",\"op\":\"updated\",\"verdict\":\"unapproved\","
			      "\"severity\":\"low\",\"settings\":["
			      "{\"name\":\"PermitRootLogin\",\"before\":\"no\",\"after\":\"yes\"},"
			      "{\"name\":\"Port\",\"after\":\"\"},"
			      "{\"name\":\"a\\nb\",\"before\":\"1\"}]}]"),
	      "● LOW       unapproved  03:04:05  web-1\n"
	      "  /etc/x   updated\n"
	      "    PermitRootLogin  no → yes\n"
	      "    Port             – → \"\"\n"
	      "    a\\nb             1 → –\n"
	      "  by      unknown\n"
	      "  id      3fa9c1d2e4b5   reeve show 3fa9c1d2e4b5\n"
	      "\n");
}

#define WAITING(n)                                                                  \
	EVENT("change", "\"verdict\":null,\"files\":[],\"summary\":\"" n " wait\"," \
			"\"waiting\":{\"since\":\"2026-11-22T03:04:05Z\",\"count\":" n "}")
#define ROUTINE(rest)                                                                           \
	EVENT("change", "\"verdict\":\"standard\",\"severity\":\"informational\",\"files\":[{"  \
			"\"path\":\"/etc/x\",\"op\":\"updated\",\"verdict\":\"standard\"," rest \
			"\"severity\":\"informational\",\"diff\":\"@@ -1 +1 @@\\n-a\\n+b\\n\"}]")

/* A sign of life; what a request stands for is a block. */
static void test_canary(void)
{
	g_autoptr(AlertView) view = new_view(ALERT_LIVE, 80);

	check(view, ROUTINE(""),
	      "✓ canary  03:04:05  a change of Reeve's own was recorded, judged and told\n");
}

/* That changes wait is said once a run; and what packages bring is named, not read out. */
static void test_package_run(void)
{
	g_autoptr(AlertView) view = new_view(ALERT_LIVE, 80);

	check(view, WAITING("1"), "○ change  03:04:05  1 wait\n");
	check(view, WAITING("2"), "");
	check(view, ROUTINE("\"request\":\"os-packages\","),
	      "\n✓ INFO      standard    03:04:05  web-1\n"
	      "  /etc/x   updated\n"
	      "    … 2 lines\n"
	      "  request os-packages\n"
	      "  by      unknown\n"
	      "  id      3fa9c1d2e4b5   reeve show 3fa9c1d2e4b5\n"
	      "\n");
	check(view, WAITING("3"), "○ change  03:04:05  3 wait\n");
}

static void test_restored(void)
{
	g_autoptr(AlertView) view = new_view(ALERT_BRIEF, 80);

	check(view,
	      EVENT("change", "\"verdict\":\"restored\",\"severity\":\"informational\","
			      "\"files\":[{\"path\":\"/etc/x\",\"op\":\"updated\","
			      "\"changed\":[\"content\"],\"verdict\":\"restored\"}]"),
	      "✓ INFO      restored    03:04:05  web-1  3fa9c1d2e4b5\n"
	      "  /etc/x   updated: content\n"
	      "\n");
}

static void test_mode_words(void)
{
	static const struct {
		guint before, after;
		const char *words;
	} modes[] = {
		{0644, 0644, ""},
		{0644, 0600, "no longer readable by everyone"},
		{0755, 04755, "set-user-id added"},
		{06755, 0755, "set-user-id removed, set-group-id removed"},
		{0644, 0666, "writable by everyone, writable by the group"},
		{0755, 0644, "no longer executable"},
		{0750, 0710, ""},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(modes); i++) {
		g_autofree char *words = mode_words(modes[i].before, modes[i].after);

		g_assert_cmpstr(words, ==, modes[i].words);
	}
}

int main(int argc, char **argv)
{
	g_setenv("TZ", "UTC", TRUE);
	tzset();
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/alert/live", test_live);
	g_test_add_func("/alert/brief", test_brief);
	g_test_add_func("/alert/full", test_full);
	g_test_add_func("/alert/attributes", test_attributes);
	g_test_add_func("/alert/offline", test_offline);
	g_test_add_func("/alert/lines", test_lines);
	g_test_add_func("/alert/hostile", test_hostile);
	g_test_add_func("/alert/many", test_many);
	g_test_add_func("/alert/parts", test_parts);
	g_test_add_func("/alert/settings", test_settings);
	g_test_add_func("/alert/canary", test_canary);
	g_test_add_func("/alert/package-run", test_package_run);
	g_test_add_func("/alert/restored", test_restored);
	g_test_add_func("/alert/mode-words", test_mode_words);
	return g_test_run();
}
