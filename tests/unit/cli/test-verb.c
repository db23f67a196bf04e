/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of verbs, and how words on the command line are taken. */
#include "cli/verb.h"

#include <glib.h>
#include <string.h>

static void test_table(void)
{
	for (const Verb *verb = verbs; verb->name != NULL; verb++) {
		g_test_message("%s", verb->name);
		g_assert_true(verb_find(verb->name) == verb);
		g_assert_nonnull(verb->run);
		g_assert_nonnull(verb->synopsis);
		/* A line of `reeve help`. */
		g_assert_cmpuint(strlen(verb->help), >, 0);
		g_assert_cmpuint(strlen(verb->help), <=, 66);
	}
	g_assert_null(verb_find("no-such-verb"));
}

/* A verb nobody can find out about is not there: the manual and the completions know them all. */
static void test_documented(void)
{
	static const struct {
		const char *file, *form;
	} texts[] = {
		{"man/reeve.1", "Cm %s"},
		{"packaging/completions/reeve.bash", "%s "},
		{"packaging/completions/_reeve", "'%s:"},
		{"packaging/completions/reeve.fish", "-a %s -d"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autofree char *path =
			g_build_filename(g_getenv("REEVE_SOURCE"), texts[i].file, NULL);
		g_auto(GStrv) halves = g_strsplit(texts[i].form, "%s", 2);
		g_autofree char *text = NULL;

		g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
		for (const Verb *verb = verbs; verb->name != NULL; verb++) {
			g_autofree char *word = g_strconcat(halves[0], verb->name, halves[1], NULL);

			g_test_message("%s in %s", word, texts[i].file);
			g_assert_nonnull(strstr(text, word));
		}
	}
}

static void test_nearest(void)
{
	static const struct {
		const char *typed, *meant;
	} words[] = {{"stauts", "status"}, {"shwo", "show"},     {"digets", "digest"},
		     {"Log", "log"},       {"frobnicate", NULL}, {"", NULL}};

	for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
		const Verb *nearest = verb_nearest(words[i].typed);

		g_assert_cmpstr(nearest == NULL ? NULL : nearest->name, ==, words[i].meant);
	}
}

static void parse(const char *line, gint *ret_n, gboolean *ret_all, char **ret_rest)
{
	const GOptionEntry entries[] = {
		{"limit", 'n', 0, G_OPTION_ARG_INT, ret_n, NULL, NULL},
		{"all", 'a', 0, G_OPTION_ARG_NONE, ret_all, NULL, NULL},
		G_OPTION_ENTRY_NULL,
	};
	g_auto(GStrv) words = g_strsplit(line, " ", -1);
	g_autofree char **argv = g_memdup2(words, sizeof(char *) * (g_strv_length(words) + 1));
	char **left = argv;
	int argc = (int)g_strv_length(words), status;

	*ret_n = 0;
	*ret_all = FALSE;
	g_assert_cmpint(verb_parse(entries, &argc, &left, &status), ==, VERB_GO_ON);
	*ret_rest = g_strjoinv(" ", left + 1);
	g_assert_cmpint(argc, ==, g_strv_length(left));
}

static void test_words(void)
{
	static const struct {
		const char *line;
		gint n;
		gboolean all;
		const char *rest;
	} lines[] = {
		{"log", 0, FALSE, ""},
		{"log -n 5 /etc", 5, FALSE, "/etc"},
		{"log -n5 /etc", 5, FALSE, "/etc"},
		{"log /etc --limit=5 -a", 5, TRUE, "/etc"},
		{"log -- -n5", 0, FALSE, "-n5"},
		{"log /etc -- /usr", 0, FALSE, "/etc /usr"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
		g_autofree char *rest = NULL;
		gboolean all;
		gint n;

		g_test_message("%s", lines[i].line);
		parse(lines[i].line, &n, &all, &rest);
		g_assert_cmpint(n, ==, lines[i].n);
		g_assert_cmpint(all, ==, lines[i].all);
		g_assert_cmpstr(rest, ==, lines[i].rest);
	}
}

static void test_global(void)
{
	g_auto(GStrv) words = g_strsplit("reeve --state /s log --since=2h --json -n 5", " ", -1);
	g_autofree char **left = g_memdup2(words, sizeof(char *) * 9);
	g_auto(GlobalOptions) options = {0};
	g_autoptr(GError) error = NULL;
	char **argv = left;
	int argc = 8;

	g_assert_true(global_options_parse(&options, &argc, &argv, &error));
	g_assert_cmpstr(options.state_dir, ==, "/s");
	g_assert_true(options.is_json);
	g_assert_cmpint(argc, ==, 5);
	g_assert_cmpstr(argv[1], ==, "log");
	g_assert_cmpstr(argv[2], ==, "--since=2h");
	g_assert_cmpstr(argv[3], ==, "-n");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/verb/table", test_table);
	g_test_add_func("/verb/documented", test_documented);
	g_test_add_func("/verb/nearest", test_nearest);
	g_test_add_func("/verb/words", test_words);
	g_test_add_func("/verb/global", test_global);
	return g_test_run();
}
