/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/import-map.h"

#include <string.h>

#define TAKE "take: [{from: state, values: {ok: take, no: skip}}]\n"
#define FIELDS                                                   \
	"fields:\n  id: {from: number}\n  title: {from: text}\n" \
	"  type: {from: type, values: {n: normal}}\n  requester: {from: who}\n"
#define WHOLE "system: x\n" TAKE FIELDS

static void test_whole(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(ImportMap) map = import_map_parse(
		"m.yaml",
		WHOLE "  implementers: {from: [a, b], split: \",\", anybody: true}\n"
		      "  key: {from: id, prefix: X-}\n  risk: {from: r, otherwise: low}\n"
		      "records: result\ntimes: \"%d.%m.%Y\"\nzone: \"CET-1CEST,M3.5.0,M10.5.0/3\"\n"
		      "separator: \";\"\nurl: \"https://x.example.org/{key}\"\n",
		strlen(WHOLE "  implementers: {from: [a, b], split: \",\", anybody: true}\n"
			     "  key: {from: id, prefix: X-}\n  risk: {from: r, otherwise: low}\n"
			     "records: result\ntimes: \"%d.%m.%Y\"\nzone: "
			     "\"CET-1CEST,M3.5.0,M10.5.0/3\"\n"
			     "separator: \";\"\nurl: \"https://x.example.org/{key}\"\n"),
		&error);

	g_assert_no_error(error);
	g_assert_cmpstr(map->system, ==, "x");
	g_assert_cmpint(map->separator, ==, ';');
	g_assert_cmpuint(map->takes->len, ==, 1);
	g_assert_true(map->fields[FIELD_IMPLEMENTERS].is_anybody);
	g_assert_cmpstr(map->fields[FIELD_IMPLEMENTERS].from[1], ==, "b");
	g_assert_cmpstr(map->fields[FIELD_KEY].prefix, ==, "X-");
	g_assert_cmpstr(map->fields[FIELD_RISK].otherwise, ==, "low");
	g_assert_null(map->fields[FIELD_END].from);
}

/* Each with its message: what is wrong, and where. */
static void test_refusals(void)
{
	static const struct {
		const char *text, *message;
	} bad[] = {
		{"", "expected a mapping"},
		{"system: x\n" TAKE, "`fields` is missing"},
		{"system: x\n" FIELDS, "`take` is missing"},
		{TAKE FIELDS, "`system` is missing"},
		{WHOLE "filds: {}\n", "unknown key `filds`"},
		{WHOLE "  tilte: {from: x}\n", "did you mean `title`?"},
		{WHOLE "  risk: {from: x, values: {a: huge}}\n", "one of: low, medium, high"},
		{WHOLE "  risk: {from: x, otherwise: huge}\n", "one of: low, medium, high"},
		{WHOLE "  risk: {values: {a: low}}\n", "it does not say from which field"},
		{WHOLE "  risk: {from: []}\n", "`from` names no field"},
		{WHOLE "  risk: {from: \"\"}\n", "this is no name of a field"},
		{WHOLE "  risk: {from: x, values: {}}\n", "`values` says what each value means"},
		{WHOLE "  risk: {from: x, values: [a]}\n", "`values` says what each value means"},
		{WHOLE "  risk: {from: x, prefix: a}\n", "cannot begin with another"},
		{WHOLE "  risk: {from: x, split: a}\n", "this is one value and cannot be split"},
		{WHOLE "  hosts: {from: x, split: \"\"}\n", "nothing cannot split"},
		{WHOLE "  hosts: {from: x, anybody: true}\n", "`anybody` is about people"},
		{WHOLE "  hosts: {from: x, anybody: yes}\n", "expected yes or no"},
		{WHOLE "  hosts: {from: x, of: y}\n", "unknown key `of`"},
		{WHOLE "  hosts: x\n", "expected a mapping"},
		{WHOLE "separator: ab\n", "this separates no cells"},
		{WHOLE "zone: Nowhere/Nothing\n", "this time zone is not known here"},
		{WHOLE "times: [\"%d.%m.%Y\"]\n", "these times do not say their zone"},
		{WHOLE "url: \"https://x.example.org/\"\n", "the same address"},
		{"system: x\ntake: []\n" FIELDS, "expected a list of at most 16 conditions"},
		{"system: x\ntake: [{from: state}]\n" FIELDS, "which values are taken"},
		{"system: x\ntake: [{from: s, values: {a: maybe}}]\n" FIELDS, "one of: take, skip"},
		{"system: x\n" TAKE "fields: {id: {from: a}, title: {from: b}, type: {from: c}}\n",
		 "does not say where `requester` comes from"},
		{"system: x\n" TAKE "fields: {id: {from: a}, id: {from: b}}\n", "id"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autoptr(GError) error = NULL;
		ImportMap *map =
			import_map_parse("m.yaml", bad[i].text, strlen(bad[i].text), &error);

		g_assert_null(map);
		g_test_message("%s", error->message);
		g_assert_true(g_str_has_prefix(error->message, "m.yaml:"));
		g_assert_nonnull(strstr(error->message, bad[i].message));
	}
}

/* Those that are installed are read as they stand. */
static void test_shipped(void)
{
	static const char *const shipped[] = {"glpi", "itop", "jira", "servicenow"};

	for (gsize i = 0; i < G_N_ELEMENTS(shipped); i++) {
		g_autofree char *file =
			g_strdup_printf("%s/maps/%s.yaml", g_getenv("REEVE_SOURCE"), shipped[i]);
		g_autofree char *text = NULL;
		g_autoptr(GError) error = NULL;
		g_autoptr(ImportMap) map = NULL;
		gsize size;

		g_assert_true(g_file_get_contents(file, &text, &size, NULL));
		map = import_map_parse(shipped[i], text, size, &error);
		g_assert_no_error(error);
		g_assert_cmpstr(map->system, ==, shipped[i]);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/import-map/whole", test_whole);
	g_test_add_func("/import-map/refusals", test_refusals);
	g_test_add_func("/import-map/shipped", test_shipped);
	return g_test_run();
}
