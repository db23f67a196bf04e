/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What changed, in one line; and what is better not said. */
#include "desktop/gist.h"

#include <glib.h>

#define HEAD "--- a\\n+++ b\\n@@ -1,2 +1,2 @@\\n Port 22\\n"
#define UPDATED "{\"op\":\"updated\",\"changed\":[\"content\"],\"diff\":\""

static const struct {
	const char *name, *file, *gist;
} cases[] = {
	{"a value", UPDATED HEAD "-PermitRootLogin no\\n+PermitRootLogin yes\\n\"}",
	 "PermitRootLogin no → yes"},
	{"the equals sign", UPDATED HEAD "-a.b=1\\n+a.b=22\\n\"}", "a.b=1 → 22"},
	{"another word", UPDATED HEAD "-alpha\\n+beta\\n\"}", "alpha → beta"},
	{"a prefix", UPDATED HEAD "-deny all\\n+deny\\n\"}", "deny all → deny"},
	{"several lines", UPDATED HEAD "-a 1\\n-b 1\\n+a 2\\n+b 2\\n\"}", "a 1 → 2 …"},
	{"only added", UPDATED HEAD "+\\tx  y\\n\"}", "+ x  y"},
	{"only removed", UPDATED HEAD "-x\\n\"}", "− x"},
	{"empty lines first", UPDATED HEAD "+\\n+x\\n\"}", "+ x …"},
	{"nothing but empty lines", UPDATED HEAD "+\\n\"}", "content changed"},
	{"a password", UPDATED HEAD "-db_password = a\\n+db_password = b\\n\"}", "content changed"},
	{"a password, added", UPDATED HEAD "+PASSWORD=b\\n\"}", "content changed"},
	{"a switch about passwords",
	 UPDATED HEAD "-PasswordAuthentication no\\n+PasswordAuthentication yes\\n\"}",
	 "PasswordAuthentication no → yes"},
	{"a secret file",
	 "{\"op\":\"updated\",\"changed\":[\"content\"],\"diff_omitted\":\"secret\"}",
	 "secret content changed"},
	{"binary", "{\"op\":\"updated\",\"changed\":[\"content\"],\"diff_omitted\":\"binary\"}",
	 "content changed (binary)"},
	{"created", "{\"op\":\"created\",\"diff\":\"" HEAD "+x\\n\"}", "created: x"},
	{"created, secret", "{\"op\":\"created\",\"diff_omitted\":\"secret\"}", "created"},
	{"deleted", "{\"op\":\"deleted\",\"diff\":\"" HEAD "-x\\n\"}", "deleted"},
	{"moved", "{\"op\":\"moved\",\"moved_from\":\"/a\"}", "moved from /a"},
	{"transient", "{\"op\":\"transient\"}", "came and went before it could be read"},
	{"attributes",
	 "{\"op\":\"attributes_modified\",\"changed\":[\"mode\",\"owner\"],"
	 "\"before\":{\"mode\":\"0644\",\"owner\":\"root\",\"group\":\"a\"},"
	 "\"after\":{\"mode\":\"4755\",\"owner\":\"alice\",\"group\":\"a\"}}",
	 "mode 0644 → 4755, owner root → alice"},
	{"extended attributes", "{\"op\":\"attributes_modified\",\"changed\":[\"xattrs\"]}",
	 "changed"},
	{"of a newer Reeve", "{\"op\":\"grown\"}", "changed"},
	{"of another type", "{\"op\":7,\"diff\":[]}", "changed"},
};

static void test_case(gconstpointer data)
{
	guint i = GPOINTER_TO_UINT(data);
	json_t *file = json_loads(cases[i].file, 0, NULL);
	g_autofree char *gist = NULL;

	g_assert_nonnull(file);
	gist = gist_of_file(file);
	g_assert_cmpstr(gist, ==, cases[i].gist);
	json_decref(file);
}

static const struct {
	const char *file, *actor;
} actors[] = {
	{"{}", NULL},
	{"{\"actor\":{\"confidence\":\"unknown\"}}", NULL},
	{"{\"actor\":{\"user\":\"root\",\"login_user\":\"alice\",\"exe\":\"/usr/bin/sed\"}}",
	 "alice (sed)"},
	{"{\"actor\":{\"user\":\"root\"}}", "root"},
};

static void test_actors(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(actors); i++) {
		json_t *file = json_loads(actors[i].file, 0, NULL);
		g_autofree char *actor = gist_of_actor(file);

		g_assert_cmpstr(actor, ==, actors[i].actor);
		json_decref(file);
	}
}

static void test_cut(void)
{
	g_autofree char *same = gist_cut("äöüäö", 5);
	g_autofree char *even = gist_cut("äöüäöü", 5);
	g_autofree char *odd = gist_cut("abcdefg", 4);

	g_assert_cmpstr(same, ==, "äöüäö");
	g_assert_cmpstr(even, ==, "äö…öü");
	g_assert_cmpstr(odd, ==, "a…fg");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *name = g_strconcat("/gist/", cases[i].name, NULL);

		g_test_add_data_func(name, GUINT_TO_POINTER(i), test_case);
	}
	g_test_add_func("/gist/actors", test_actors);
	g_test_add_func("/gist/cut", test_cut);
	return g_test_run();
}
