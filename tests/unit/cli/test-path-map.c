/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/path-map.h"

#include <string.h>

#define SHA "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

static PathMap *parse(const char *text, GError **error)
{
	return path_map_parse("reeve-map.yaml", text, strlen(text), error);
}

static void test_places(void)
{
	static const struct {
		const char *file, *place; /* NULL: nowhere */
	} cases[] = {
		{"etc/motd", "/etc/motd"},
		{"etc/ssh/sshd_config", "/etc/ssh/sshd_config"},
		{"roles/web/files/etc/nginx.conf", "/etc/nginx.conf"},
		{"roles/web/tasks/main.yml", NULL},
		{"home/dot_bashrc", "/home/bob/.bashrc"},
		{"home/dot_config/dot_x/y", "/home/bob/.config/.x/y"},
		{"templates/motd.j2", "/etc/issue"},
		{"templates/other.j2", NULL},
		{"one", "/srv/one"},
		{"README.md", NULL},
		{"etc/../shadow", NULL},
	};
	g_autoptr(GError) error = NULL;
	g_autoptr(PathMap) map =
		parse("paths:\n"
		      "  - {from: \"*.md\", ignore: true}\n"
		      "  - {from: \"etc/**\", to: \"/etc/**\", owner: root, group: root, mode: "
		      "\"0640\"}\n"
		      "  - {from: \"roles/*/files/**\", to: \"/**\", hosts: [\"web-*\"]}\n"
		      "  - {from: \"roles/**\", ignore: true}\n"
		      "  - {from: \"home/**\", to: \"/home/bob/**\", dots: true}\n"
		      "  - {from: templates/motd.j2, to: /etc/issue, sha256: " SHA "}\n"
		      "  - {from: \"templates/**\", template: true}\n"
		      "  - {from: one, to: /srv/one}\n",
		      &error);

	g_assert_no_error(error);
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		const PathRule *rule = path_map_find(map, cases[i].file);
		g_autofree char *place = NULL;

		g_assert_nonnull(rule);
		place = path_rule_place(rule, cases[i].file);
		g_assert_cmpstr(place, ==, cases[i].place);
	}
	g_assert_null(path_map_find(map, "other"));
	g_assert_null(path_map_find(map, "etc"));
	g_assert_cmpint(path_map_find(map, "etc/motd")->mode, ==, 0640);
	g_assert_cmpstr(path_map_find(map, "roles/a/files/b")->hosts[0], ==, "web-*");
	g_assert_true(path_map_find(map, "templates/motd.j2")->has_sha256);
}

static void test_new_digests(void)
{
	g_autoptr(PathMap) before =
		parse("paths: [{from: a, to: /a, sha256: " SHA "}, {from: b, to: /b}]\n", NULL);
	g_autoptr(PathMap) after =
		parse("paths: [{from: a, to: /a, sha256: " SHA "}, {from: b, to: "
		      "/b, sha256: " SHA "}]\n",
		      NULL);
	g_autoptr(GPtrArray) all = path_map_new_digests(after, NULL);
	g_autoptr(GPtrArray) some = path_map_new_digests(after, before);
	g_autoptr(GPtrArray) none = path_map_new_digests(after, after);

	g_assert_cmpuint(all->len, ==, 2);
	g_assert_cmpuint(some->len, ==, 1);
	g_assert_cmpstr(((const PathRule *)g_ptr_array_index(some, 0))->to, ==, "/b");
	g_assert_cmpuint(none->len, ==, 0);
}

static void test_refusals(void)
{
	static const struct {
		const char *text, *message;
	} bad[] = {
		{"", "expected a mapping"},
		{"paths: []\n", "expected a list under `paths`"},
		{"pathes: []\n", "did you mean `paths`?"},
		{"paths: [etc]\n", "expected a mapping"},
		{"paths: [{to: /etc}]\n", "which files of the repository"},
		{"paths: [{from: /etc, to: /etc}]\n", "no path or pattern of a repository"},
		{"paths: [{from: ../etc, to: /etc}]\n", "no path or pattern of a repository"},
		{"paths: [{from: etc, to: etc}]\n", "no place on a machine"},
		{"paths: [{from: \"etc/**\", to: \"/e*/**\"}]\n", "no place on a machine"},
		{"paths: [{from: \"etc/**\", to: \"/../**\"}]\n", "no place on a machine"},
		{"paths: [{from: \"etc/**\", to: /etc}]\n", "both end in `**`"},
		{"paths: [{from: \"etc/*\", to: \"/etc/**\"}]\n", "both end in `**`"},
		{"paths: [{from: etc}]\n", "where the files belong"},
		{"paths: [{from: etc, to: /etc, ignore: true}]\n", "where the files belong"},
		{"paths: [{from: etc, to: /etc, template: true}]\n", "where the files belong"},
		{"paths: [{from: etc, to: /etc, sha256: abc}]\n", "this is no digest"},
		{"paths: [{from: \"e/**\", to: \"/e/**\", sha256: " SHA "}]\n",
		 "one digest for many files"},
		{"paths: [{from: etc, to: /etc, mode: 644}]\n", "this is no mode"},
		{"paths: [{from: etc, to: /etc, mode: \"0999\"}]\n", "this is no mode"},
		{"paths: [{from: etc, to: /etc, dots: maybe}]\n", "expected yes or no"},
		{"paths: [{from: etc, to: /etc, user: root}]\n", "unknown key `user`"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autoptr(GError) error = NULL;

		g_assert_null(parse(bad[i].text, &error));
		g_test_message("%s", error->message);
		g_assert_nonnull(strstr(error->message, bad[i].message));
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/path-map/places", test_places);
	g_test_add_func("/path-map/new-digests", test_new_digests);
	g_test_add_func("/path-map/refusals", test_refusals);
	return g_test_run();
}
