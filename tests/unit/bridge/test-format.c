/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The formats before hostile names: each stays in its form, and a receiver reads what was meant. */
#include "bridge/format.h"

#include <string.h>

/* (as an event has it: a raw path would be escaped already, and is not taken at its word here) */
#define NASTY "/etc/a\nb|c=d\\e]f\"g\x1b[31m \xc3\xa9'h"
/* the same on one line */
#define TAME "/etc/a b|c=d\\e]f\"g [31m \xc3\xa9'h"

static json_t *make_event(const char *path)
{
	json_t *event =
		json_pack("{s:s, s:s, s:i, s:s, s:{s:s, s:s}, s:s, s:s, s:s}", "schema",
			  "reeve.event/1", "kind", "change", "seq", 7, "time",
			  "2026-11-22T03:04:05.123456Z", "host", "name", "web 1\n]", "id", "abc",
			  "severity", "critical", "verdict", "unapproved", "summary", path);
	json_t *file =
		json_pack("{s:s, s:s, s:s, s:s, s:s, s:{s:s}, s:{s:s}, s:[s], s:[{s:s, s:s}]}",
			  "path", path, "op", "updated", "type", "file", "verdict", "unapproved",
			  "severity", "high", "before", "mode", "0644", "after", "mode", "0600",
			  "reasons", path, "rules", "id", "r1", "title", path);

	g_assert_nonnull(event);
	g_assert_nonnull(file);
	json_object_set_new(event, "files", json_pack("[o]", file));
	return event;
}

static char *write_one(const char *format, const char *path)
{
	json_t *event = make_event(path);
	GString *out = g_string_new(NULL);
	Record record = {event, "0123abcd", json_array_get(json_object_get(event, "files"), 0), 0};

	format_find(format)->write(&record, out);
	json_decref(event);
	return g_string_free(out, FALSE);
}

static void assert_one_sound_line(const char *text)
{
	for (const char *c = text; *c != '\0'; c++) {
		g_assert_false(g_ascii_iscntrl(*c));
	}
	g_assert_true(g_utf8_validate(text, -1, NULL));
}

/* What stands behind ` NAME="`, as a receiver reads it; NULL: nothing. Caller frees. */
static char *param_of(const char *message, const char *name)
{
	g_autofree char *begin = g_strdup_printf(" %s=\"", name);
	const char *at = strstr(message, begin);
	GString *value = g_string_new(NULL);

	g_assert_nonnull(at);
	for (at += strlen(begin); *at != '"'; at++) {
		g_assert_true(*at != '\0' && *at != ']');
		at += *at == '\\';
		g_string_append_c(value, *at);
	}
	return g_string_free(value, FALSE);
}

/* The end of the element: the first `]` that is not escaped. */
static const char *behind_data(const char *message)
{
	const char *at = strchr(message, '[');

	for (; *at != ']'; at++) {
		g_assert_true(*at != '\0');
		at += *at == '\\';
	}
	return at + 1;
}

/* An event of a machine that means harm: no member of it ends a header or a line. */
static void test_hostile_members(void)
{
	static const char *const formats[] = {"rfc5424", "cef", "ecs", "hec", "native"};
	static const char *const members[] = {"time", "verdict", "severity", "kind", "summary"};

	for (guint i = 0; i < G_N_ELEMENTS(formats); i++) {
		json_t *event = make_event("/etc/a");
		g_autoptr(GString) out = g_string_new(NULL);
		Record record = {event, "0123abcd", NULL, 0};

		json_object_del(event, "files");
		for (guint k = 0; k < G_N_ELEMENTS(members); k++) {
			json_object_set_new(event, members[k], json_string("x\n<82>1 - other "));
		}
		g_test_message("%s", formats[i]);
		format_find(formats[i])->write(&record, out);
		assert_one_sound_line(out->str);
		if (i == 0) {
			g_assert_true(g_str_has_prefix(out->str, "<86>1 x__82_1_-_other_ web_1__ "
								 "reeve - X__82_1_-_OTHER_ "));
		}
		json_decref(event);
	}
}

static void test_rfc5424(void)
{
	g_autofree char *message = write_one("rfc5424", NASTY);
	g_autofree char *path = param_of(message, "path");
	g_autofree char *rules = param_of(message, "rules");

	assert_one_sound_line(message);
	/* the facility authpriv, the file's severity; no host name that ends the header */
	g_assert_true(g_str_has_prefix(message, "<83>1 2026-11-22T03:04:05.123456Z web_1__ reeve - "
						"UNAPPROVED [reeve@32473 verdict=\"unapproved\" "));
	g_assert_cmpstr(path, ==, TAME);
	g_assert_cmpstr(rules, ==, TAME);
	g_assert_cmpstr(behind_data(message), ==, " " TAME);
}

static void test_cef(void)
{
	g_autofree char *line = write_one("cef", NASTY);
	const char *at = line;

	assert_one_sound_line(line);
	/* seven bars end the header, whatever the name holds */
	for (guint bars = 0; bars < 7; at++) {
		at += *at == '\\';
		bars += *at == '|' && at[-1] != '\\';
		g_assert_true(*at != '\0');
	}
	g_assert_true(g_str_has_prefix(line, "CEF:0|Reeve|reeve|"));
	g_assert_nonnull(
		strstr(line, "|unapproved|/etc/a b\\|c=d\\\\e]f\"g [31m \xc3\xa9'h|8|cat="));
	g_assert_true(g_str_has_prefix(at, "cat=/Configuration/File dvchost="));
	g_assert_nonnull(
		strstr(at, " filePath=/etc/a b|c\\=d\\\\e]f\"g [31m \xc3\xa9'h fileType=file "));
}

/* A character on the very edge of the limit of a value stays whole, or goes whole. */
static void test_cut(void)
{
	for (guint i = 1015; i <= 1030; i++) {
		g_autoptr(GString) path = g_string_new("/");
		g_autoptr(GString) cut = g_string_new(NULL);
		g_autofree char *cef = NULL, *syslog = NULL;

		while (path->len < i) {
			g_string_append_c(path, 'x');
		}
		for (guint n = 0; n < 400; n++) {
			g_string_append(path, "\xf0\x9f\x98\x80");
		}
		cef = write_one("cef", path->str);
		syslog = write_one("rfc5424", path->str);
		format_append(cut, path->str, 1023, "x");
		assert_one_sound_line(cef);
		assert_one_sound_line(syslog);
		assert_one_sound_line(cut->str);
		/* (the x's are marked, and do not count twice) */
		g_assert_cmpuint(cut->len, <=, 1023 + MIN(i - 1, 1022));
		g_assert_cmpuint(cut->len, >, 1019 + MIN(i - 1, 1022));
		g_assert_cmpuint(strlen(syslog), <, 8096);
	}
}

static void test_not_utf8(void)
{
	g_autoptr(GString) cut = g_string_new(NULL);

	format_append(cut, "a\xff\x80z\x7f", 100, "");
	assert_one_sound_line(cut->str);
	g_assert_true(g_str_has_prefix(cut->str, "a") && g_str_has_suffix(cut->str, "z "));
}

/* Every name that is not our own is one of ECS. */
static void assert_known(const json_t *object, const char *prefix, GHashTable *fields)
{
	const char *key;
	json_t *value;

	json_object_foreach ((json_t *)object, key, value) {
		g_autofree char *name = g_strconcat(prefix, key, NULL);

		if (g_str_equal(name, "reeve")) {
			continue;
		}
		if (json_is_object(value)) {
			g_autofree char *deeper = g_strconcat(name, ".", NULL);

			assert_known(value, deeper, fields);
		} else if (!g_hash_table_contains(fields, name)) {
			g_error("%s is no field of ECS", name);
		}
	}
}

static GHashTable *read_fields(void)
{
	g_autofree char *path =
		g_build_filename(g_getenv("REEVE_SOURCE"), "tests/e2e/ecs-fields.txt", NULL);
	GHashTable *fields = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autofree char *text = NULL;
	g_auto(GStrv) names = NULL;

	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	names = g_strsplit_set(text, " \n", -1);
	for (char **name = names; *name != NULL; name++) {
		g_hash_table_add(fields, g_strdup(*name));
	}
	return fields;
}

static void test_ecs(void)
{
	g_autoptr(GHashTable) fields = read_fields();
	g_autofree char *line = write_one("ecs", NASTY);
	json_t *object = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
	const json_t *file = json_object_get(object, "file");
	const json_t *event = json_object_get(object, "event");

	assert_one_sound_line(line);
	assert_known(object, "", fields);
	g_assert_cmpstr(json_string_value(json_object_get(file, "path")), ==, NASTY);
	g_assert_cmpstr(json_string_value(json_object_get(file, "directory")), ==, "/etc");
	g_assert_cmpstr(json_string_value(json_object_get(event, "id")), ==, "0123abcd/0");
	g_assert_cmpstr(json_string_value(json_object_get(event, "kind")), ==, "alert");
	json_decref(object);
}

static void test_hec(void)
{
	g_autofree char *line = write_one("hec", NASTY);
	json_t *object = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
	const json_t *file = json_object_get(json_object_get(object, "event"), "file");

	assert_one_sound_line(line);
	g_assert_nonnull(strstr(line, "\"time\":1795316645.123456,"));
	g_assert_cmpstr(json_string_value(json_object_get(object, "host")), ==, "web 1\n]");
	g_assert_cmpstr(json_string_value(json_object_get(file, "path")), ==, NASTY);
	json_decref(object);
}

static void test_native(void)
{
	g_autofree char *line = write_one("native", NASTY);
	json_t *object = json_loads(line, JSON_REJECT_DUPLICATES, NULL);

	assert_one_sound_line(line);
	g_assert_cmpstr(json_string_value(json_object_get(object, "id")), ==, "0123abcd");
	g_assert_cmpuint(json_array_size(json_object_get(object, "files")), ==, 1);
	json_decref(object);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/format/hostile-members", test_hostile_members);
	g_test_add_func("/format/rfc5424", test_rfc5424);
	g_test_add_func("/format/cef", test_cef);
	g_test_add_func("/format/cut", test_cut);
	g_test_add_func("/format/not-utf8", test_not_utf8);
	g_test_add_func("/format/ecs", test_ecs);
	g_test_add_func("/format/hec", test_hec);
	g_test_add_func("/format/native", test_native);
	return g_test_run();
}
