/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rules of a machine together: reading, problems, order, severity, cuts. */
#include "policy/policy.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rig.h"

#define RULE(id, title, level, value)                     \
	"title: " title "\nid: " id "\nlevel: " level     \
	"\nlogsource: {product: linux, service: reeve}\n" \
	"detection: {s: {TargetFilename|startswith: " value "}, condition: s}\n"
#define ID_1 "58b2881a-7d61-4ddc-bb8d-9a2ebe057711"
#define ID_2 "58b2881a-7d61-4ddc-bb8d-9a2ebe057712"
#define ID_3 "58b2881a-7d61-4ddc-bb8d-9a2ebe057713"

typedef struct {
	char *folder;
} Rig;

static void set_up(Rig *rig, gconstpointer data)
{
	rig->folder = g_dir_make_tmp("reeve-policy-XXXXXX", NULL);
	g_assert_nonnull(rig->folder);
}

static void remove_tree(const char *path)
{
	g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
	const char *name;

	while (folder != NULL && (name = g_dir_read_name(folder)) != NULL) {
		g_autofree char *child = g_build_filename(path, name, NULL);

		remove_tree(child);
	}
	g_remove(path);
}

static void tear_down(Rig *rig, gconstpointer data)
{
	remove_tree(rig->folder);
	g_free(rig->folder);
}

static void put(Rig *rig, const char *name, const char *text)
{
	g_autofree char *path = g_build_filename(rig->folder, name, NULL);
	g_autofree char *parent = g_path_get_dirname(path);

	g_assert_cmpint(g_mkdir_with_parents(parent, 0700), ==, 0);
	g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static Policy *load(Rig *rig, GPtrArray **ret_problems)
{
	const char *const folders[] = {rig->folder, NULL};
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) sources = policy_read(folders, false, &error);

	g_assert_no_error(error);
	return policy_compile(sources, ret_problems);
}

static void test_judge(Rig *rig, gconstpointer data)
{
	g_autoptr(GPtrArray) problems = NULL;
	g_autoptr(Policy) policy = NULL;
	g_autoptr(Change) inside = rig_change("/etc/x", OP_UPDATED, NULL);
	g_autoptr(Change) outside = rig_change("/srv/x", OP_UPDATED, NULL);
	g_autoptr(Change) quiet = rig_change("/quiet", OP_UPDATED, NULL);

	put(rig, "a.yml", RULE(ID_1, "b", "low", "/etc"));
	put(rig, "b.yml", RULE(ID_2, "z", "high", "/etc") "---\n" RULE(ID_3, "a", "high", "/etc"));
	put(rig, "c.yml",
	    "title: q\nlevel: informational\nlogsource: {product: linux, service: reeve}\n"
	    "detection: {s: {TargetFilename: /quiet}, condition: s}\n");
	policy = load(rig, &problems);
	g_assert_cmpuint(problems->len, ==, 0);
	g_assert_cmpuint(policy_count(policy), ==, 4);
	policy_judge(policy, inside);
	policy_judge(policy, inside); /* judging again does not add to it */
	g_assert_cmpuint(inside->rules->len, ==, 3);
	g_assert_cmpstr(((RuleHit *)inside->rules->pdata[0])->title, ==, "a");
	g_assert_cmpstr(((RuleHit *)inside->rules->pdata[1])->title, ==, "z");
	g_assert_cmpstr(((RuleHit *)inside->rules->pdata[2])->title, ==, "b");
	g_assert_cmpint(inside->severity, ==, SEVERITY_HIGH);
	policy_judge(policy, outside);
	g_assert_cmpuint(outside->rules->len, ==, 0);
	g_assert_cmpint(outside->severity, ==, SEVERITY_LOW);
	policy_judge(policy, quiet);
	g_assert_cmpint(quiet->severity, ==, SEVERITY_INFORMATIONAL);
}

static bool says(const GPtrArray *problems, const char *text)
{
	for (guint i = 0; i < problems->len; i++) {
		if (strstr(g_ptr_array_index(problems, i), text) != NULL) {
			return true;
		}
	}
	return false;
}

/* What is broken is named; the rest works. */
static void test_problems(Rig *rig, gconstpointer data)
{
	g_autoptr(GPtrArray) problems = NULL;
	g_autoptr(Policy) policy = NULL;
	g_autofree char *fifo = g_build_filename(rig->folder, "fifo.yml", NULL);
	g_autofree char *link = g_build_filename(rig->folder, "link.yml", NULL);

	put(rig, "good.yml", RULE(ID_1, "good", "low", "/etc"));
	put(rig, "half.yml", "title: x\n---\n" RULE(ID_2, "other half", "low", "/etc"));
	put(rig, "broken.yml", "title: [\n");
	put(rig, "twice.yml", RULE(ID_1, "twin", "low", "/etc"));
	put(rig, "sub/deeper.yaml", RULE(ID_3, "deeper", "low", "/etc"));
	put(rig, "sub/ignored.txt", "not a rule");
	put(rig, "sub/good.cases.yaml", "- not a rule\n");
	put(rig, ".hidden.yml", "not a rule");
	g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
	g_assert_cmpint(symlink("/etc/passwd", link), ==, 0);
	policy = load(rig, &problems);
	g_assert_cmpuint(policy_count(policy), ==, 3);
	g_assert_cmpuint(problems->len, ==, 5);
	g_assert_true(says(problems, "half.yml:1:1: a rule must have a `logsource`"));
	g_assert_true(says(problems, "broken.yml:"));
	g_assert_true(says(problems, "belongs to the rule of"));
	g_assert_true(says(problems, "fifo.yml: it is not a regular file"));
	g_assert_true(says(problems, "link.yml: cannot open it"));
}

static void test_missing(Rig *rig, gconstpointer data)
{
	g_autofree char *missing = g_build_filename(rig->folder, "missing", NULL);
	const char *const folders[] = {missing, NULL};
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) refused = policy_read(folders, false, &error);
	g_autoptr(GPtrArray) skipped = policy_read(folders, true, NULL);

	g_assert_null(refused);
	g_assert_error(error, REEVE_ERROR, REEVE_ERROR_IO);
	g_assert_nonnull(skipped);
	g_assert_cmpuint(skipped->len, ==, 0);
}

static void test_digest(Rig *rig, gconstpointer data)
{
	g_autoptr(GPtrArray) problems = NULL;
	g_autoptr(GPtrArray) others = NULL;
	g_autoptr(Policy) first = NULL;
	g_autoptr(Policy) second = NULL;

	put(rig, "a.yml", RULE(ID_1, "a", "low", "/etc"));
	first = load(rig, &problems);
	put(rig, "a.yml", RULE(ID_1, "a", "low", "/etc") "# comment\n");
	second = load(rig, &others);
	g_assert_cmpuint(strlen(policy_digest(first)), ==, 64);
	g_assert_cmpstr(policy_digest(first), !=, policy_digest(second));
}

/* A slow pattern is cut off, said once, and does not match; the others go on. */
static void test_cut(Rig *rig, gconstpointer data)
{
	g_autofree char *letters = g_strnfill(5000, 'a');
	g_autofree char *line = g_strconcat(letters, "!", NULL);
	const char *const lines[] = {line, line, "x", NULL};
	g_autoptr(Change) change = rig_change("/etc/\nx", OP_UPDATED, lines);
	g_autoptr(GPtrArray) problems = NULL;
	g_autoptr(GPtrArray) told = NULL;
	g_autoptr(Policy) policy = NULL;

	put(rig, "a.yml",
	    "title: slow\nlogsource: {product: linux, service: reeve}\n"
	    "detection: {s: {DiffAdded|re: '^(a+)+$|b$'}, condition: s}\n"
	    "---\n"
	    "title: quick\nlogsource: {product: linux, service: reeve}\n"
	    "detection: {s: {DiffAdded|re: '^x$'}, condition: s}\n");
	policy = load(rig, &problems);
	g_assert_cmpuint(problems->len, ==, 0);
	policy_judge(policy, change);
	policy_judge(policy, change);
	g_assert_cmpuint(change->rules->len, ==, 2);
	g_assert_cmpstr(((RuleHit *)change->rules->pdata[0])->title, ==,
			"policy: judged only in part");
	g_assert_cmpstr(((RuleHit *)change->rules->pdata[1])->title, ==, "quick");
	g_assert_cmpint(change->severity, ==, SEVERITY_MEDIUM);
	told = policy_take_problems(policy);
	g_assert_nonnull(told);
	g_assert_cmpuint(told->len, ==, 1);
	g_assert_nonnull(strstr(told->pdata[0], "`slow` took too long on /etc/\\nx"));
	g_assert_null(policy_take_problems(policy));
}

/* Steps back are counted, the way forward is not: here only the clock ends it. The rules behind
 * are asked all the same. */
static void test_clock(Rig *rig, gconstpointer data)
{
	g_autoptr(GString) line = g_string_new(NULL);
	g_autoptr(Change) change = rig_change("/etc/x", OP_UPDATED, NULL);
	g_autoptr(GPtrArray) problems = NULL;
	g_autoptr(GPtrArray) told = NULL;
	g_autoptr(Policy) policy = NULL;
	gint64 start = g_get_monotonic_time();

	for (guint i = 0; i < 1000000; i++) {
		g_string_append(line, "curl ");
	}
	g_string_append(line, "evil");
	g_ptr_array_add(change->added, g_strdup(line->str));
	put(rig, "a.yml",
	    "title: slow\nlogsource: {product: linux, service: reeve}\n"
	    "detection: {s: {DiffAdded|re: 'curl[^|!]*[|!]'}, condition: s}\n"
	    "---\n"
	    "title: quick\nlogsource: {product: linux, service: reeve}\n"
	    "detection: {s: {DiffAdded|re: 'evil$'}, condition: s}\n");
	policy = load(rig, &problems);
	policy_judge(policy, change);
	told = policy_take_problems(policy);
	g_assert_nonnull(told);
	g_assert_cmpuint(told->len, ==, 1);
	g_assert_cmpuint(change->rules->len, ==, 2);
	g_assert_cmpstr(((RuleHit *)change->rules->pdata[1])->title, ==, "quick");
	g_test_message("%" G_GINT64_FORMAT " ms", (g_get_monotonic_time() - start) / 1000);
}

/* Nothing hides behind padding, whatever window it falls into. */
static void test_padding(Rig *rig, gconstpointer data)
{
	static const gsize sizes[] = {0, 9000, 16 * 1024 - 5, 16 * 1024, 100000, 1000000};
	g_autoptr(GPtrArray) problems = NULL;
	g_autoptr(Policy) policy = NULL;

	put(rig, "a.yml",
	    "title: t\nlogsource: {product: linux, service: reeve}\n"
	    "detection: {s: {DiffAdded|re: '^(?!\\s*#).*\\bcurl\\b.*\\|\\s*sh$'}, condition: s}\n");
	policy = load(rig, &problems);
	g_assert_cmpuint(policy_count(policy), ==, 1);
	for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
		g_autofree char *blanks = g_strnfill(sizes[i], ' ');
		g_autofree char *line = g_strconcat(blanks, "curl x | sh", NULL);
		const char *const bad[] = {line, NULL};
		const char *const good[] = {"# curl x | sh", NULL};
		g_autoptr(Change) fires = rig_change("/etc/x", OP_UPDATED, bad);
		g_autoptr(Change) silent = rig_change("/etc/x", OP_UPDATED, good);

		policy_judge(policy, fires);
		policy_judge(policy, silent);
		g_assert_cmpuint(fires->rules->len, ==, 1);
		g_assert_cmpuint(silent->rules->len, ==, 0);
	}
}

/* The runner of cases says which failed, and why. */
static void test_cases(Rig *rig, gconstpointer data)
{
	const char *const folders[] = {rig->folder, NULL};
	g_autoptr(GString) report = g_string_new(NULL);
	g_autoptr(GError) error = NULL;
	guint cases, failed;

	put(rig, "a.yml", RULE(ID_1, "a", "medium", "/etc"));
	put(rig, "a.cases.yaml",
	    "- {case: fires, rule: a, fires: true, path: /etc/x, severity: medium}\n"
	    "- {case: by id, rule: " ID_1 ", fires: true, path: /etc/x}\n"
	    "- {case: silent, rule: a, fires: false, path: /srv/x, severity: low}\n"
	    "- {case: wrong 1, rule: a, fires: true, path: /srv/x}\n"
	    "- {case: wrong 2, rule: a, fires: false, path: /etc/x}\n"
	    "- {case: wrong 3, rule: b, fires: true, path: /etc/x}\n"
	    "- {case: wrong 4, rule: a, fires: true, path: /etc/x, severity: high}\n"
	    "- {case: unreadable, rule: a, fires: perhaps, path: /etc/x}\n");
	g_assert_false(policy_test(folders, report, &cases, &failed, &error));
	g_assert_no_error(error);
	g_assert_cmpuint(cases, ==, 7);
	g_assert_cmpuint(failed, ==, 4);
	g_assert_nonnull(strstr(report->str, "a.cases.yaml:4: wrong 1: `a` did not fire"));
	g_assert_nonnull(strstr(report->str, "wrong 2: `a` fired and should be silent"));
	g_assert_nonnull(strstr(report->str, "wrong 3: there is no rule `b`"));
	g_assert_nonnull(strstr(report->str, "wrong 4: severity is medium, expected high"));
	g_assert_nonnull(strstr(report->str, "a.cases.yaml:8:"));
}

#define ADD(path, function) g_test_add(path, Rig, NULL, set_up, function, tear_down)

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD("/policy/judge", test_judge);
	ADD("/policy/problems", test_problems);
	ADD("/policy/missing", test_missing);
	ADD("/policy/digest", test_digest);
	ADD("/policy/cut", test_cut);
	ADD("/policy/clock", test_clock);
	ADD("/policy/padding", test_padding);
	ADD("/policy/cases", test_cases);
	return g_test_run();
}
