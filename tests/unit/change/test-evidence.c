/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the package database in a snapshot vouches for: src/change/evidence.c. */
#include "past.h"

#include "change/evidence.h"

typedef struct {
	Past past;
	Store *store;
	char *before, *after; /* commits */
} Case;

/* A file md5sums with one line. */
static char *sums_of(const char *path, const char *text)
{
	g_autofree char *md5 = g_compute_checksum_for_string(G_CHECKSUM_MD5, text, -1);

	return g_strdup_printf("%s  %s\n", md5, path);
}

static void put_status(Case *c, const char *version, const char *conffile)
{
	g_autofree char *md5 = g_compute_checksum_for_string(G_CHECKSUM_MD5, conffile, -1);
	g_autofree char *text = g_strdup_printf("Package: one\nStatus: install ok installed\n"
						"Version: %s\nConffiles:\n /etc/one.conf %s\n",
						version, md5);

	past_file(&c->past, DPKG_STATUS, text);
}

static Case case_open(void)
{
	Case c = {.past = past_begin()};
	g_autofree char *sums = sums_of("etc/plain", "plain\n");
	g_autofree char *merged = sums_of("lib/unit", "unit\n");

	past_file(&c.past, DPKG_INFO "/one.list",
		  "/.\n/etc\n/etc/one.conf\n/etc/one.d\n/etc/link\n/etc/plain\n/etc/old\n");
	past_file(&c.past, DPKG_INFO "/one.md5sums", sums);
	past_file(&c.past, DPKG_INFO "/two.md5sums", merged);
	put_status(&c, "1", "shipped\n");
	past_file(&c.past, "/etc/old", "old\n");
	past_file(&c.past, "/etc/mine", "mine\n");
	c.before = g_strdup(past_commit_kind(&c.past, CHANGE_SET_BASELINE));
	return c;
}

static void end_run(Case *c)
{
	past_file(&c->past, DPKG_INFO "/one.list",
		  "/.\n/etc\n/etc/one.conf\n/etc/one.d\n/etc/link\n/etc/plain\n");
	put_status(c, "2", "shipped 2\n");
	c->after = g_strdup(past_commit_kind(&c->past, CHANGE_SET_CHANGE));
	c->store = store_open(c->past.dir, NULL);
}

static void case_close(Case *c)
{
	store_close(c->store);
	past_end(&c->past);
	g_free(c->before);
	g_free(c->after);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Case, case_close)

static Evidence weigh(Case *c, const char *path, const char *moved_from, const char *owner)
{
	g_autoptr(Evidences) before = evidences_new(c->store, c->before, NULL);
	g_autoptr(Evidences) after = evidences_new(c->store, c->after, NULL);
	g_autoptr(GPtrArray) changes = g_ptr_array_new_with_free_func((GDestroyNotify)change_free);
	Change *change = store_compare(c->store, c->before, c->after, path, 0, NULL);

	g_assert_nonnull(change);
	change->moved_from = g_strdup(moved_from);
	g_ptr_array_add(changes, change);
	evidences_weigh(after, before, changes);
	g_assert_cmpstr(change->provenance.package, ==, owner);
	return change->provenance.evidence;
}

static void test_states(void)
{
	g_auto(Case) c = case_open();

	past_file(&c.past, "/etc/one.conf", "shipped 2\n");
	past_file(&c.past, "/etc/plain", "plain\n");
	past_file(&c.past, "/usr/lib/unit", "unit\n");
	past_put(&c.past, "/etc/one.d", FILE_DIRECTORY, 0755);
	past_link(&c.past, "/etc/link", "plain");
	past_file(&c.past, "/etc/other", "x\n");
	past_remove(&c.past, "/etc/old");
	past_remove(&c.past, "/etc/mine");
	end_run(&c);
	g_assert_cmpint(weigh(&c, "/etc/one.conf", NULL, "one"), ==, EVIDENCE_CONTENT);
	g_assert_cmpint(weigh(&c, "/etc/plain", NULL, "one"), ==, EVIDENCE_CONTENT);
	g_assert_cmpint(weigh(&c, "/usr/lib/unit", NULL, "two"), ==, EVIDENCE_CONTENT);
	g_assert_cmpint(weigh(&c, "/etc/one.d", NULL, "one"), ==, EVIDENCE_LISTED);
	g_assert_cmpint(weigh(&c, "/etc/link", NULL, "one"), ==, EVIDENCE_LISTED);
	g_assert_cmpint(weigh(&c, "/etc/old", NULL, "one"), ==, EVIDENCE_REMOVED);
	g_assert_cmpint(weigh(&c, "/etc/other", NULL, NULL), ==, EVIDENCE_NONE);
	g_assert_cmpint(weigh(&c, "/etc/mine", NULL, NULL), ==, EVIDENCE_NONE);
	/* what a package owns was moved away */
	g_assert_cmpint(weigh(&c, "/etc/other", "/etc/plain", NULL), ==, EVIDENCE_OTHER);
}

/* The neighbours of each of those, which nobody vouches for. */
static void test_other_states(void)
{
	g_auto(Case) c = case_open();

	past_file(&c.past, "/etc/one.conf", "shipped\nand a line\n");
	past_file(&c.past, "/etc/one.d", "a file where a folder should be\n");
	past_file(&c.past, "/etc/link", "a file where a link should be\n");
	past_link(&c.past, "/etc/plain", "/tmp/x");
	past_file(&c.past, "/usr/lib/unit", "evil\n");
	end_run(&c);
	g_assert_cmpint(weigh(&c, "/etc/one.conf", NULL, "one"), ==, EVIDENCE_OTHER);
	g_assert_cmpint(weigh(&c, "/etc/one.d", NULL, "one"), ==, EVIDENCE_OTHER);
	g_assert_cmpint(weigh(&c, "/etc/link", NULL, "one"), ==, EVIDENCE_OTHER);
	g_assert_cmpint(weigh(&c, "/etc/plain", NULL, "one"), ==, EVIDENCE_OTHER);
	g_assert_cmpint(weigh(&c, "/usr/lib/unit", NULL, "two"), ==, EVIDENCE_OTHER);
}

/* Evidence lies in the snapshot: without a database there, nobody vouches for anything. */
static void test_no_database(void)
{
	g_auto(Case) c = case_open();

	past_remove(&c.past, "/var/lib/dpkg");
	past_file(&c.past, "/etc/plain", "plain\n");
	c.after = g_strdup(past_commit_kind(&c.past, CHANGE_SET_CHANGE));
	c.store = store_open(c.past.dir, NULL);
	g_assert_cmpint(weigh(&c, "/etc/plain", NULL, NULL), ==, EVIDENCE_NONE);
}

static void test_packages(void)
{
	g_auto(Case) c = case_open();
	g_autoptr(Evidences) before = NULL, after = NULL;
	g_autoptr(GPtrArray) packages = NULL;

	past_file(&c.past, "/etc/plain", "plain\n");
	end_run(&c);
	before = evidences_new(c.store, c.before, NULL);
	after = evidences_new(c.store, c.after, NULL);
	packages = evidences_packages(before, after, NULL);
	g_assert_cmpuint(packages->len, ==, 1);
	g_assert_cmpstr(packages->pdata[0], ==, "one 1 -> 2");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/evidence/states", test_states);
	g_test_add_func("/evidence/other-states", test_other_states);
	g_test_add_func("/evidence/no-database", test_no_database);
	g_test_add_func("/evidence/packages", test_packages);
	return g_test_run();
}
