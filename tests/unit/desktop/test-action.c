/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is started for a person. */
#include "desktop/action.h"

#include <stdbool.h>
#include <string.h>

static GPtrArray *make_ids(guint n)
{
	GPtrArray *ids = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; i < n; i++) {
		g_ptr_array_add(ids, g_strdup_printf("id%u", i));
	}
	return ids;
}

static void test_script_quotes(void)
{
	const char *reeve[] = {"/opt/a b/reeve", "--state", "/it's", NULL};
	g_autoptr(GPtrArray) ids = make_ids(2);
	g_autofree char *script = actions_script((char **)reeve, ids);

	g_assert_nonnull(strstr(script,
				"show() { '/opt/a b/reeve' '--state' '/it'\\''s' --color always "
				"show id0; "));
	g_assert_nonnull(strstr(script, "show id1; }"));
}

static void test_script_is_bounded(void)
{
	const char *reeve[] = {"reeve", NULL};
	g_autoptr(GPtrArray) ids = make_ids(ACTION_SHOWN + 5);
	g_autofree char *script = actions_script((char **)reeve, ids);

	/* the newest */
	g_assert_null(strstr(script, "show id4;"));
	g_assert_nonnull(strstr(script, "show id5;"));
	g_assert_nonnull(strstr(script, "show id24;"));
}

static void test_request_names_each_event(void)
{
	const char *reeve[] = {"/opt/a b/reeve", NULL};
	g_autoptr(GPtrArray) ids = make_ids(2), many = make_ids(ACTION_REQUESTED + 1);
	g_autofree char *script = actions_request_script((char **)reeve, ids);
	g_autofree char *bounded = actions_request_script((char **)reeve, many);

	g_assert_true(g_str_has_prefix(script, "'/opt/a b/reeve' request new --edit "
					       "--from-event id0 --from-event id1; "));
	g_assert_null(strstr(bounded, "id1000"));
}

typedef struct {
	GMainLoop *loop;
	GString *failed;
	guint expected;
} Watched;

static void on_failed(gpointer self, const char *id)
{
	Watched *watched = self;

	g_string_append_printf(watched->failed, "%s ", id);
	if (--watched->expected == 0) {
		g_main_loop_quit(watched->loop);
	}
}

/* "reeve ack ID" as sh -c SCRIPT runs it: only the ids that the script refuses have failed. */
static void check_acknowledge(const char *program, const char *script, const char *failed,
			      guint expected)
{
	const char *reeve[] = {program, "-c", script, NULL};
	const char *terminal[] = {NULL};
	Watched watched = {g_main_loop_new(NULL, FALSE), g_string_new(NULL), expected};
	Actions *actions = actions_new(&(ActionOptions){.terminal = (char **)terminal,
							.reeve = (char **)reeve,
							.self = &watched,
							.failed = on_failed});
	g_autoptr(GPtrArray) ids = make_ids(3);

	actions_acknowledge(actions, ids);
	if (watched.expected > 0) {
		g_main_loop_run(watched.loop);
	}
	g_assert_cmpstr(watched.failed->str, ==, failed);
	actions_free(actions);
	g_main_loop_unref(watched.loop);
	g_string_free(watched.failed, TRUE);
}

static void test_acknowledge(void)
{
	check_acknowledge("sh", "test $0 = ack && test $1 != id2", "id2 ", 1);
	check_acknowledge("sh", "false", "id0 id1 id2 ", 3);
}

static void test_acknowledge_without_program(void)
{
	check_acknowledge("/nonexistent/reeve", "", "id0 id1 id2 ", 3);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/action/request", test_request_names_each_event);
	g_test_add_func("/action/script quotes", test_script_quotes);
	g_test_add_func("/action/script is bounded", test_script_is_bounded);
	g_test_add_func("/action/acknowledge", test_acknowledge);
	g_test_add_func("/action/acknowledge without program", test_acknowledge_without_program);
	return g_test_run();
}
