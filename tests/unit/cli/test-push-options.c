/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/push-options.h"

#include <string.h>

static bool read_them(const char *options, PushOptions *ret, GError **error)
{
	g_auto(GStrv) list = g_strsplit(options, "|", -1);
	guint count = *options == '\0' ? 0 : g_strv_length(list);
	g_autofree char *number = g_strdup_printf("%u", count);
	g_auto(GStrv) environment = g_environ_setenv(NULL, "GIT_PUSH_OPTION_COUNT", number, TRUE);

	for (guint i = 0; i < count; i++) {
		g_autofree char *name = g_strdup_printf("GIT_PUSH_OPTION_%u", i);

		environment = g_environ_setenv(environment, name, list[i], TRUE);
	}
	return push_options_read(environment, ret, error);
}

static void test_options(void)
{
	g_auto(PushOptions) options = {NULL}, none = {NULL};
	g_autoptr(GError) error = NULL;

	g_assert_true(read_them("ci.skip|change.type=normal|change.window=now+2h|x=change.type=a",
				&options, &error));
	g_assert_cmpstr(options.type, ==, "normal");
	g_assert_cmpstr(options.window, ==, "now+2h");
	g_assert_null(options.risk);
	g_assert_true(read_them("", &none, &error));
	g_assert_true(push_options_read(NULL, &none, &error));
	g_assert_null(none.type);
}

static void test_refusals(void)
{
	static const struct {
		const char *options, *message;
	} bad[] = {
		{"change.typ=normal", "did you mean change.type"},
		{"change.foo=x", "unknown push option `change.foo`"},
		{"change.type", "says nothing"},
		{"change.window=", "says nothing"},
		{"change.risk=low|change.risk=high", "is given twice"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_auto(PushOptions) options = {NULL};
		g_autoptr(GError) error = NULL;

		g_assert_false(read_them(bad[i].options, &options, &error));
		g_test_message("%s", error->message);
		g_assert_nonnull(strstr(error->message, bad[i].message));
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/push-options/read", test_options);
	g_test_add_func("/push-options/refusals", test_refusals);
	return g_test_run();
}
