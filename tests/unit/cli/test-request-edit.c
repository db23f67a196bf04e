/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/request-edit.h"

#include <glib/gstdio.h>
#include <string.h>

static Request *make_request(void)
{
	Request *request = request_new();

	request->id = g_strdup("CHG-1");
	request->requester = g_strdup("bob@example.org");
	return request;
}

/* The template is what the reader takes once its title is filled in, whatever is known. */
static void test_template_is_read(void)
{
	g_autoptr(Request) request = make_request();
	g_autofree char *text = request_template(request);
	g_auto(GStrv) parts = g_strsplit(text, "title:   #", 2);
	g_autofree char *filled = g_strjoinv("title: a title #", parts);
	g_autoptr(GError) error = NULL, unfilled = NULL;
	g_autoptr(Request) back = request_parse("r", "CHG-1", filled, strlen(filled), &error);

	g_assert_no_error(error);
	g_assert_cmpstr(back->title, ==, "a title");
	g_assert_cmpuint(back->changes->len, ==, 0);
	g_assert_nonnull(strstr(text, "# window: "));
	g_assert_null(request_parse("r", "CHG-1", text, strlen(text), &unfilled));
	g_assert_nonnull(strstr(unfilled->message, "expected a text"));
}

/* What is known already is there, and not hinted at. */
static void test_what_is_known_stands(void)
{
	g_autoptr(Request) request = make_request();
	g_autofree char *text = NULL;

	request->title = g_strdup("t");
	request->risk = g_strdup("low");
	text = request_template(request);
	g_assert_nonnull(strstr(text, "\nrisk: low\n"));
	g_assert_null(strstr(text, "# risk:"));
	g_assert_null(strstr(text, "title:   "));
}

/* Runs an editor that is a line of sh. */
static Request *edit_with(const char *editor, GError **error)
{
	g_autoptr(Request) request = make_request();

	request->title = g_strdup("before");
	g_setenv("VISUAL", editor, TRUE);
	return request_edit(request, error);
}

static void test_editing(void)
{
	g_autoptr(GError) error = NULL, same = NULL, failed = NULL, broken = NULL;
	g_autoptr(Request) edited = edit_with("sed -i s/before/after/", &error);
	const char *kept;

	g_assert_no_error(error);
	g_assert_cmpstr(edited->title, ==, "after");
	g_assert_null(edit_with("true", &same));
	g_assert_nonnull(strstr(same->message, "left as it was"));
	g_assert_null(edit_with("false", &failed));
	g_assert_null(edit_with("sed -i s/title:/tilte:/", &broken));
	g_assert_nonnull(strstr(broken->message, "did you mean `title`?"));
	g_assert_nonnull(strstr(broken->message, "is kept there"));
	kept = broken->message;
	{
		g_autofree char *file = g_strndup(kept, strcspn(kept, ":"));
		g_autofree char *folder = g_path_get_dirname(file);

		g_assert_cmpint(g_unlink(file), ==, 0);
		g_assert_cmpint(g_rmdir(folder), ==, 0);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/request-edit/template", test_template_is_read);
	g_test_add_func("/request-edit/known", test_what_is_known_stands);
	g_test_add_func("/request-edit/editing", test_editing);
	return g_test_run();
}
