/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * reeve request list: the requests on two lines each: what it is, and what it waits for.
 */
#include "cli/request-verbs.h"
#include "cli/window.h"

#include <stdio.h>

static void print_short(const Context *context, const Standing *standing)
{
	Paint paint = paint_of(context);
	g_autoptr(GString) out = g_string_new(NULL);
	g_autofree char *window = NULL;
	Style style;
	const char *word = standing_word(standing, &style);

	paint_put(&paint, out, STYLE_BOLD, standing->id);
	g_string_append(out, "  ");
	paint_put(&paint, out, style, word);
	if (standing->request == NULL) {
		g_string_append_printf(out, "\n  `reeve request show %s` says why\n", standing->id);
		fputs(out->str, stdout);
		return;
	}
	window = window_words(standing->request->start_usec, standing->request->end_usec);
	g_string_append(out, "  ");
	paint_foreign(&paint, out, STYLE_PLAIN, standing->request->title);
	g_string_append(out, "\n  ");
	paint_foreign(&paint, out, STYLE_DIM, standing->request->requester);
	paint_format(&paint, out, STYLE_DIM, ", %s, %u %s\n", window,
		     standing->request->changes->len,
		     standing->request->changes->len == 1 ? "path" : "paths");
	request_put_line(&paint, out, "because", STYLE_PLAIN, standing_because(standing));
	fputs(out->str, stdout);
}

int request_verb_list(const Context *context, int argc, char **argv)
{
	gboolean shows_all = FALSE;
	const GOptionEntry entries[] = {
		{"all", 'a', 0, G_OPTION_ARG_NONE, &shows_all,
		 "those that were rejected or are over as well", NULL},
		G_OPTION_ENTRY_NULL,
	};
	g_auto(RegisterView) view = {NULL};
	g_autoptr(GPtrArray) all = NULL;
	GError *error = NULL;
	guint shown = 0;
	int status;

	if (verb_parse(entries, &argc, &argv, &status) == VERB_DONE) {
		return status;
	}
	if (!register_view_open(context, &view, &error)) {
		return verb_fail(error);
	}
	all = register_requests(view.reg);
	for (guint i = 0; i < all->len; i++) {
		const Standing *standing = g_ptr_array_index(all, i);

		if (!shows_all && !standing_is_open(standing)) {
			continue;
		}
		shown++;
		if (context->is_json) {
			standing_print_json(&view, standing);
		} else {
			print_short(context, standing);
		}
	}
	if (shown == 0 && !context->is_json) {
		g_print("no request is open%s\n",
			all->len > 0 ? "; --all shows those that are over" : "");
	}
	return CLI_OK;
}
