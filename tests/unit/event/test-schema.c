/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Real events of every kind against doc/event-schema.json, with a validator that is not ours
 * (python3-jsonschema); and bodies that the schema must refuse, so that we know it looks.
 */
#include "specimens.h"

#include <glib/gstdio.h>

#define PYTHON "/usr/bin/python3"

static const char script[] = "import json, sys, jsonschema\n"
			     "schema = json.load(open(sys.argv[1]))\n"
			     "jsonschema.Draft202012Validator.check_schema(schema)\n"
			     "validator = jsonschema.Draft202012Validator(schema)\n"
			     "for number, line in enumerate(open(sys.argv[2])):\n"
			     "    for error in validator.iter_errors(json.loads(line)):\n"
			     "        place = '/'.join(map(str, error.absolute_path))\n"
			     "        print(f'event {number}: {place}: {error.message}')\n";

static bool has_validator(void)
{
	const char *const argv[] = {PYTHON, "-c", "import jsonschema", NULL};
	int status;

	return g_spawn_sync(NULL, (char **)argv, NULL,
			    G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL,
			    NULL, NULL, &status, NULL) &&
	       g_spawn_check_wait_status(status, NULL);
}

/* What the validator says of lines; "" when all are as they should be. */
static char *complaints(const char *lines)
{
	g_autofree char *schema =
		g_build_filename(g_getenv("REEVE_SOURCE"), "doc", "event-schema.json", NULL);
	g_autofree char *dir = g_dir_make_tmp("reeve-schema-XXXXXX", NULL);
	g_autofree char *file = g_build_filename(dir, "events", NULL);
	const char *const argv[] = {PYTHON, "-c", script, schema, file, NULL};
	GError *error = NULL;
	char *out = NULL;
	int status;

	g_assert_true(g_file_set_contents(file, lines, -1, NULL));
	g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &out, NULL, &status,
		     &error);
	g_assert_no_error(error);
	g_spawn_check_wait_status(status, &error);
	g_assert_no_error(error);
	g_unlink(file);
	g_rmdir(dir);
	return out;
}

static void add_line(GString *lines, Event *event)
{
	g_autoptr(GBytes) body = event_encode(event);

	g_string_append_len(lines, g_bytes_get_data(body, NULL), (gssize)g_bytes_get_size(body));
	g_string_append_c(lines, '\n');
	event_free(event);
}

static void test_real_events(void)
{
	g_autoptr(GString) lines = g_string_new(NULL);
	g_autofree char *said = NULL;

	if (!has_validator()) {
		g_test_skip("python3-jsonschema is not installed");
		return;
	}
	for (guint kind = 0; kind < _EVENT_N; kind++) {
		add_line(lines, specimen_of_kind((EventKind)kind));
	}
	add_line(lines, specimen_zoo());
	said = complaints(lines->str);
	g_assert_cmpstr(said, ==, "");
}

static const struct {
	const char *from, *to; /* in a real event */
} spoilings[] = {
	{"\"seq\":42", "\"seq\":-1"},
	{"\"severity\":\"critical\"", "\"severity\":\"fatal\""},
	{"\"host\":", "\"Host\":"},
	{"\"op\":\"updated\"", "\"op\":\"touched\""},
	{"\"path\":\"/", "\"path\":\""},
	{"\"mode\":\"0644\"", "\"mode\":420"},
	{"\"diff\":", "\"difference\":"},
	{"\"uid\":0,", ""},
	{"\"confidence\":\"exact\"", "\"confidence\":\"sure\""},
	{"\"kind\":\"change\"", "\"kind\":\"gap\""},
	{"\"files\":", "\"file\":"},
};

static void test_spoiled_events(void)
{
	g_autoptr(Event) event = specimen_sshd();
	g_autoptr(GBytes) body = event_encode(event);
	g_autofree char *text = g_strndup(g_bytes_get_data(body, NULL), g_bytes_get_size(body));
	g_autoptr(GString) lines = g_string_new(NULL);
	g_autofree char *said = NULL;

	if (!has_validator()) {
		g_test_skip("python3-jsonschema is not installed");
		return;
	}
	for (guint i = 0; i < G_N_ELEMENTS(spoilings); i++) {
		g_autoptr(GString) spoiled = g_string_new(text);

		g_assert_cmpuint(g_string_replace(spoiled, spoilings[i].from, spoilings[i].to, 1),
				 ==, 1);
		g_string_append_printf(lines, "%s\n", spoiled->str);
	}
	said = complaints(lines->str);
	for (guint i = 0; i < G_N_ELEMENTS(spoilings); i++) {
		g_autofree char *name = g_strdup_printf("event %u:", i);

		g_test_message("%s", spoilings[i].to);
		g_assert_nonnull(strstr(said, name));
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/schema/real-events", test_real_events);
	g_test_add_func("/schema/spoiled-events", test_spoiled_events);
	return g_test_run();
}
