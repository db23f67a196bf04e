/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/yaml.h"

#include <string.h>

static YamlDocument *parse(const char *text, GError **error)
{
	return yaml_parse("t.yaml", text, strlen(text), error);
}

/* The tree in one line: scalars as written, null as ~, quoted ones in quotes. */
static void describe(const YamlNode *node, GString *out)
{
	switch (node->kind) {
	case YAML_SCALAR:
		g_string_append_printf(out, node->is_plain ? "%s" : "\"%s\"",
				       node->is_null ? "~" : node->text);
		return;
	case YAML_SEQUENCE:
	case YAML_MAPPING:
		g_string_append_c(out, node->kind == YAML_SEQUENCE ? '[' : '{');
		for (guint i = 0; i < node->items->len; i++) {
			g_string_append(out, i > 0 ? "," : "");
			if (node->kind == YAML_MAPPING) {
				describe(g_ptr_array_index(node->keys, i), out);
				g_string_append_c(out, ':');
			}
			describe(g_ptr_array_index(node->items, i), out);
		}
		g_string_append_c(out, node->kind == YAML_SEQUENCE ? ']' : '}');
	}
}

static void test_trees(void)
{
	static const struct {
		const char *text, *tree;
	} cases[] = {
		{"", "~"},
		{"# nothing\n", "~"},
		{"---\n", "~"},
		{"\xef\xbb\xbf"
		 "a: 1\n",
		 "{a:1}"},
		{"a: 1\r\nb: 2\r\n", "{a:1,b:2}"},
		{"a: no\nb: 0644\nc: 'x'\nd: \"y\"\n", "{a:no,b:0644,c:\"x\",d:\"y\"}"},
		{"a:\nb: ~\nc: null\nd: 'null'\ne: Null\n", "{a:~,b:~,c:~,d:\"null\",e:Null}"},
		{"[a, [b, {c: d}], []]", "[a,[b,{c:d}],[]]"},
		{"- a\n-\n  - b\n", "[a,[b]]"},
		{"a: |\n  one\n  two\n", "{a:\"one\ntwo\n\"}"},
		{"? a\n: b\n", "{a:b}"},
		{"a:\t1\n", "{a:1}"},
		{"k\xc3\xa9y: \"\\u00e9\"", "{k\xc3\xa9y:\"\xc3\xa9\"}"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(YamlDocument) document = parse(cases[i].text, &error);
		g_autoptr(GString) tree = g_string_new(NULL);

		g_assert_no_error(error);
		describe(yaml_root(document), tree);
		g_assert_cmpstr(tree->str, ==, cases[i].tree);
	}
}

/* Each complaint whole: a person reads it. */
static void test_complaints(void)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{"a: 1\nb: [x\n",
		 "t.yaml:2:4: did not find expected ',' or ']', while parsing a flow sequence in "
		 "line 2\n"
		 "    2 | b: [x\n"
		 "      |    ^ close the list with `]`"},
		{"a: 1\n\tb: 2\n",
		 "t.yaml:2:1: found a tab character that violates indentation, while scanning a "
		 "plain scalar in line 1\n"
		 "    2 |         b: 2\n"
		 "      | ^~~~~~~~ indent with spaces, not tabs"},
		{"a: 1\na: 2\n", "t.yaml:2:1: key `a` again\n"
				 "    2 | a: 2\n"
				 "      | ^ it was given in line 1: keep one of them"},
		{"{\"a\\nb\": 1, \"a\\nb\": 2}",
		 "t.yaml:1:13: key `a\\nb` again\n"
		 "    1 | {\"a\\nb\": 1, \"a\\nb\": 2}\n"
		 "      |             ^~~~~~ it was given in line 1: keep one of them"},
		{"a: &x 1\n", "t.yaml:1:4: anchors are not allowed\n"
			      "    1 | a: &x 1\n"
			      "      |    ^~~~ write the value out"},
		{"a: *x\n", "t.yaml:1:4: aliases are not allowed\n"
			    "    1 | a: *x\n"
			    "      |    ^~ write the value out"},
		{"a: !!str x\n", "t.yaml:1:4: tags are not allowed\n"
				 "    1 | a: !!str x\n"
				 "      |    ^~~~~~~ leave the tag out; quote a text that starts "
				 "with !"},
		{"<<: 1\n", "t.yaml:1:1: merge keys are not allowed\n"
			    "    1 | <<: 1\n"
			    "      | ^~ write the keys out"},
		{"%YAML 1.1\n---\n",
		 "t.yaml:1:1: directives are not allowed\n"
		 "    1 | %YAML 1.1\n"
		 "      | ^ remove the line; indent or quote a text that starts "
		 "with %"},
		{"a: 1\n---\nb: 1\n", "t.yaml:2:1: one document too many\n"
				      "    2 | ---\n"
				      "      | ^~~ only one is allowed: remove the `---`"},
		{"a: \"x\\0y\"\n", "t.yaml:1:4: a text must not hold NUL bytes\n"
				   "    1 | a: \"x\\0y\"\n"
				   "      |    ^~~~~~"},
		{"a: \x1b[31m\n", "t.yaml:1:4: character U+001B is not allowed\n"
				  "    1 | a: \\x1b[31m\n"
				  "      |    ^~~~ remove it; in \"double quotes\" it can be "
				  "written \\u...."},
		{"a: \xe2\x80\xae\n",
		 "t.yaml:1:4: character U+202E is not allowed\n"
		 "    1 | a: \\u{202e}\n"
		 "      |    ^~~~~~~~ remove it; in \"double quotes\" it can be "
		 "written \\u...."},
		{"a: \xff\n", "t.yaml:1:4: not UTF-8\n"
			      "    1 | a: \\xff\n"
			      "      |    ^~~~ save the file as UTF-8"},
		{"a: 1\rb: 2\n", "t.yaml:1:5: a carriage return that ends no line\n"
				 "    1 | a: 1\\rb: 2\n"
				 "      |     ^~ end lines with LF or CR LF"},
		/* a wide character is two columns on a terminal */
		{"\xe6\xbc\xa2: &x 1\n", "t.yaml:1:4: anchors are not allowed\n"
					 "    1 | \xe6\xbc\xa2: &x 1\n"
					 "      |     ^~~~ write the value out"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(YamlDocument) document = parse(cases[i].text, &error);

		g_assert_null(document);
		g_assert_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX);
		g_assert_cmpstr(error->message, ==, cases[i].message);
	}
}

/* A long line is cut to a window in which the caret still points at the right place. */
static void test_long_line(void)
{
	g_autofree char *lead = g_strnfill(5000, 'a');
	g_autofree char *tail = g_strnfill(5000, 'b');
	g_autofree char *text = g_strdup_printf("[%s, *here, %s]", lead, tail);
	g_autoptr(GError) error = NULL;
	g_autoptr(YamlDocument) document = parse(text, &error);
	g_auto(GStrv) lines = NULL;
	const char *caret;

	g_assert_null(document);
	lines = g_strsplit(error->message, "\n", -1);
	caret = strchr(lines[2], '^');
	g_assert_cmpint(strlen(lines[1]), <, 100);
	g_assert_true(g_str_has_prefix(lines[1] + (caret - lines[2]), "*here, bbb"));
	g_assert_true(g_str_has_suffix(lines[1], "bbb..."));
	g_assert_true(g_str_has_prefix(caret, "^~~~~ write"));
}

static void test_limits(void)
{
	g_autofree char *large = g_strnfill(YAML_MAX_BYTES + 1, ' ');
	g_autofree char *deep = g_strnfill(65536, '[');
	g_autofree char *deepest = g_strnfill(YAML_MAX_DEPTH, '[');
	g_autofree char *closed = g_strnfill(YAML_MAX_DEPTH, ']');
	g_autofree char *just = g_strconcat(deepest, closed, NULL);
	g_autofree char *over = g_strconcat("[", deepest, closed, "]", NULL);
	g_autoptr(GString) many = g_string_new("[");
	const char *const cases[] = {large, deep, many->str};

	for (guint i = 0; i <= YAML_MAX_NODES; i++) {
		g_string_append(many, "a,");
	}
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(YamlDocument) refused = parse(i == 2 ? many->str : cases[i], &error);

		g_assert_null(refused);
		g_assert_error(error, REEVE_ERROR, REEVE_ERROR_LIMIT);
	}
	{
		g_autoptr(GError) error = NULL;
		g_autoptr(YamlDocument) taken = parse(just, &error);

		g_assert_no_error(error);
		g_assert_nonnull(taken);
		g_assert_null(parse(over, &error));
		g_assert_error(error, REEVE_ERROR, REEVE_ERROR_LIMIT);
	}
}

static void test_all(void)
{
	static const char text[] = "a: 1\n---\nb: 2\n---\n";
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) three = yaml_parse_all("t", text, strlen(text), 3, &error);
	g_autoptr(GPtrArray) none = yaml_parse_all("t", "", 0, 3, NULL);
	g_autoptr(GPtrArray) two = NULL;

	g_assert_no_error(error);
	g_assert_cmpint(three->len, ==, 3);
	g_assert_cmpint(none->len, ==, 0);
	g_assert_nonnull(yaml_get(yaml_root(g_ptr_array_index(three, 1)), "b"));
	g_assert_true(yaml_root(g_ptr_array_index(three, 2))->is_null);
	two = yaml_parse_all("t", text, strlen(text), 2, &error);
	g_assert_null(two);
	g_assert_true(g_str_has_prefix(error->message, "t:4:1: one document too many"));
}

static void test_places(void)
{
	g_autoptr(YamlDocument) document = parse("a: 1\nbb:\n  - \"two\"\n", NULL);
	const YamlNode *list = yaml_get(yaml_root(document), "bb");
	const YamlNode *item = g_ptr_array_index(list->items, 0);

	g_assert_cmpstr(yaml_name(document), ==, "t.yaml");
	g_assert_cmpint(item->line, ==, 3);
	g_assert_cmpint(item->column, ==, 5);
	g_assert_cmpint(item->width, ==, 5);
	g_assert_null(yaml_get(yaml_root(document), "c"));
	g_assert_null(yaml_get(item, "c"));
}

/* One read of key `k`; gives the first line of the complaint or "". */
static char *read_one(const char *text, char reader)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(YamlDocument) document = parse(text, &error);
	const YamlNode *node = yaml_get(yaml_root(document), "k");
	g_autofree char *string = NULL;
	g_auto(GStrv) strings = NULL;
	gint64 integer;
	bool truth, ok = false;

	switch (reader) {
	case 's':
		ok = yaml_string(document, node, &string, &error);
		break;
	case 'b':
		ok = yaml_bool(document, node, &truth, &error);
		break;
	case 'i':
		ok = yaml_int(document, node, -5, 100, &integer, &error);
		break;
	case 'l':
		ok = yaml_strings(document, node, false, &strings, &error);
		break;
	case 'L':
		ok = yaml_strings(document, node, true, &strings, &error);
		break;
	default:
		g_assert_not_reached();
	}
	g_assert_cmpint(ok, ==, error == NULL);
	return g_strndup(error != NULL ? error->message : "",
			 error != NULL ? strcspn(error->message, "\n") : 0);
}

static void test_typed(void)
{
	static const struct {
		char reader;
		const char *text, *complaint;
	} cases[] = {
		{'s', "k: x", ""},
		{'s', "k: ''", ""},
		{'s', "k:", "t.yaml:1:3: expected a text, found nothing"},
		{'s', "k: [x]", "t.yaml:1:4: expected a text, found a list"},
		{'b', "k: true", ""},
		{'b', "k: false", ""},
		{'b', "k: yes", "t.yaml:1:4: expected yes or no, found a single value"},
		{'b', "k: 'true'", "t.yaml:1:4: expected yes or no, found a quoted text"},
		{'i', "k: 7", ""},
		{'i', "k: -5", ""},
		{'i', "k: -6", "t.yaml:1:4: number out of range"},
		{'i', "k: 101", "t.yaml:1:4: number out of range"},
		{'i', "k: 99999999999999999999", "t.yaml:1:4: number out of range"},
		{'i', "k: 07", "t.yaml:1:4: expected a whole number"},
		{'i', "k: '7'", "t.yaml:1:4: expected a whole number"},
		{'i', "k: 7.0", "t.yaml:1:4: expected a whole number"},
		{'l', "k: []", ""},
		{'l', "k: [a, b]", ""},
		{'l', "k: a", "t.yaml:1:4: expected a list of texts, found a single value"},
		{'l', "k: [a, [b]]", "t.yaml:1:8: expected a text, found a list"},
		{'l', "k: [a, ~]", "t.yaml:1:8: expected a text, found nothing"},
		{'L', "k: a", ""},
		{'L', "k: {a: b}", "t.yaml:1:4: expected a list of texts, found a mapping"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *complaint = read_one(cases[i].text, cases[i].reader);

		g_assert_cmpstr(complaint, ==, cases[i].complaint);
	}
}

static void test_only_keys(void)
{
	static const char *const known[] = {"watch", "ignore", NULL};
	g_autoptr(YamlDocument) good = parse("watch: 1\n", NULL);
	g_autoptr(YamlDocument) bad = parse("host: a\n  \nwatch: 1\n  # x\nwach: 2\n", NULL);
	g_autoptr(YamlDocument) list = parse("- a\n", NULL);
	g_autoptr(GError) error = NULL, second = NULL, third = NULL;
	static const char *const more[] = {"watch", "ignore", "host", NULL};

	g_assert_true(yaml_only_keys(good, yaml_root(good), known, NULL));
	g_assert_false(yaml_only_keys(bad, yaml_root(bad), more, &error));
	g_assert_cmpstr(error->message, ==,
			"t.yaml:5:1: unknown key `wach`\n"
			"    5 | wach: 2\n"
			"      | ^~~~ did you mean `watch`?");
	g_assert_false(yaml_only_keys(bad, yaml_root(bad), known, &second));
	g_assert_nonnull(strstr(second->message, "known here: `watch`, `ignore`"));
	g_assert_false(yaml_only_keys(list, yaml_root(list), known, &third));
	g_assert_nonnull(strstr(third->message, "expected a mapping, found a list"));
}

static void test_lengths(void)
{
	static const struct {
		const char *text;
		gint64 seconds; /* 0: refused */
	} cases[] = {
		{"45s", 45},
		{"15m", 900},
		{"4h", 14400},
		{"1000d", 86400000},
		{"1001d", 0},
		{"0m", 0},
		{"-1m", 0},
		{"5", 0},
		{"m", 0},
		{"1 h", 0},
		{"99999999999999999999s", 0},
		{"[5m]", 0},
		{"5mm", 0},
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(YamlDocument) document = parse(cases[i].text, NULL);
		g_autoptr(GError) error = NULL;
		gint64 usec = 0;
		bool ok = yaml_length(document, yaml_root(document), &usec, &error);

		g_assert_cmpint(usec, ==, cases[i].seconds * G_USEC_PER_SEC);
		g_assert_true(ok == (error == NULL) && ok == (cases[i].seconds > 0));
	}
}

/* Few keys are looked through, many are kept in a tree: twice is twice in both. */
static void test_many_keys(void)
{
	for (guint count = 1; count <= 40; count++) {
		g_autoptr(GString) text = g_string_new(NULL);
		g_autoptr(GError) fine = NULL;
		g_autoptr(YamlDocument) document = NULL;

		for (guint i = 0; i < count; i++) {
			g_string_append_printf(text, "k%u: {a: %u}\n", i, i);
		}
		document = yaml_parse("t.yaml", text->str, text->len, &fine);
		g_assert_no_error(fine);
		g_assert_cmpuint(yaml_root(document)->keys->len, ==, count);
		for (guint i = 0; i < count; i++) {
			g_autofree char *twice = g_strdup_printf("%sk%u: x\n", text->str, i);
			g_autofree char *told =
				g_strdup_printf("t.yaml:%u:1: key `k%u` again", count + 1, i);
			g_autoptr(GError) error = NULL;

			g_assert_null(yaml_parse("t.yaml", twice, strlen(twice), &error));
			g_assert_true(g_str_has_prefix(error->message, told));
		}
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/yaml/trees", test_trees);
	g_test_add_func("/yaml/complaints", test_complaints);
	g_test_add_func("/yaml/long-line", test_long_line);
	g_test_add_func("/yaml/limits", test_limits);
	g_test_add_func("/yaml/all", test_all);
	g_test_add_func("/yaml/places", test_places);
	g_test_add_func("/yaml/many-keys", test_many_keys);
	g_test_add_func("/yaml/typed", test_typed);
	g_test_add_func("/yaml/lengths", test_lengths);
	g_test_add_func("/yaml/only-keys", test_only_keys);
	return g_test_run();
}
