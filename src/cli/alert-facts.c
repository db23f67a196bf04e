/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The labelled lines of an alert: see alert-facts.h. */
#include "cli/alert-facts.h"

#include "cli/grade.h"
#include "cli/pick.h"

#include <string.h>

void facts_put_label(const Paint *paint, GString *out, const char *label)
{
	paint_indent(out, FACTS_INDENT);
	paint_format(paint, out, STYLE_DIM, "%-*s", FACTS_COLUMN - FACTS_INDENT, label);
}

void facts_put(const Paint *paint, GString *out, const char *label, const char *text)
{
	if (text != NULL) {
		facts_put_label(paint, out, label);
		paint_foreign(paint, out, STYLE_DIM, text);
		g_string_append_c(out, '\n');
	}
}

/* Why the verdict is what it is; "unapproved" alone says it all, unless everything is asked for. */
void facts_put_reasons(const Paint *paint, GString *out, const GPtrArray *files, bool all)
{
	g_autoptr(GHashTable) told = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < files->len; i++) {
		const json_t *file = g_ptr_array_index(files, i);
		size_t k;
		const json_t *reason;

		if (!all && grade_verdict(file) == VERDICT_UNAPPROVED) {
			continue;
		}
		json_array_foreach ((json_t *)pick_array(file, "reasons"), k, reason) {
			const char *text = json_string_value(reason);

			if (text == NULL || !g_hash_table_add(told, (gpointer)text)) {
				continue;
			}
			facts_put_label(paint, out, g_hash_table_size(told) == 1 ? "why" : "");
			paint_wrap(paint, out, STYLE_PLAIN, text, FACTS_COLUMN, FACTS_COLUMN);
			g_string_append_c(out, '\n');
		}
	}
}

/* As in the summary: " through sudo", " as postgres". */
static void append_other_user(GString *out, const json_t *actor, const char *user)
{
	static const char *const programs[] = {"sudo", "su",      "doas", "pkexec",
					       "run0", "runuser", NULL};
	const char *through = NULL;
	size_t i;
	const json_t *parent;

	json_array_foreach ((json_t *)pick_array(actor, "parents"), i, parent) {
		const char *exe = pick_text(parent, "exe");
		const char *slash = exe == NULL ? NULL : strrchr(exe, '/');

		if (through == NULL && slash != NULL && g_strv_contains(programs, slash + 1)) {
			through = slash + 1;
		}
	}
	if (through != NULL) {
		g_string_append_printf(out, " through %s", through);
	}
	if (through == NULL || strcmp(user, "root") != 0) {
		g_string_append_printf(out, " as %s", user);
	}
}

/* Where: terminal, remote address, unit, container, the package manager's run. */
static void append_places(GString *out, const json_t *actor)
{
	static const struct {
		const char *member, *before;
	} places[] = {
		{"tty", ", "},
		{"remote", ", from "},
		{"unit", ", "},
		{"container", ", container "},
		{"transaction", ", package manager "},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(places); i++) {
		const char *text = pick_text(actor, places[i].member);

		if (text != NULL) {
			g_string_append_printf(out, "%s%s", places[i].before, text);
		}
	}
	if (json_is_true(json_object_get(actor, "own"))) {
		g_string_append(out, ", Reeve itself");
	}
}

/* "alice through sudo (sed), pts/3"; "unknown". Caller frees. */
static char *describe_actor(const json_t *actor)
{
	const char *login = pick_text(actor, "login_user"), *user = pick_text(actor, "user");
	const char *exe = pick_text(actor, "exe");
	GString *out = g_string_new(login != NULL ? login : user != NULL ? user : "");

	if (login != NULL && user != NULL && strcmp(login, user) != 0) {
		append_other_user(out, actor, user);
	}
	if (exe != NULL) {
		const char *slash = strrchr(exe, '/');

		g_string_append_printf(out, "%s(%s)", out->len > 0 ? " " : "",
				       slash != NULL ? slash + 1 : exe);
	}
	append_places(out, actor);
	if (out->len == 0) {
		g_string_append(out, "unknown");
	} else if (g_strcmp0(pick_text(actor, "confidence"), "inferred") == 0) {
		g_string_append(out, ", inferred");
	}
	return g_string_free(out, FALSE);
}

static void put_actor(const Paint *paint, GString *out, const json_t *actor, GHashTable *told)
{
	char *text = describe_actor(actor);

	if (!g_hash_table_contains(told, text)) {
		facts_put_label(paint, out, g_hash_table_size(told) == 0 ? "by" : "");
		paint_foreign(paint, out, actor == NULL ? STYLE_DIM : STYLE_PLAIN, text);
		g_string_append_c(out, '\n');
	}
	g_hash_table_add(told, text);
}

void facts_put_actors(const Paint *paint, GString *out, const GPtrArray *files)
{
	g_autoptr(GHashTable) told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (guint i = 0; i < files->len; i++) {
		const json_t *file = g_ptr_array_index(files, i);
		const json_t *actors = pick_array(file, "actors"), *actor;
		size_t k;

		if (json_array_size(actors) == 0) {
			put_actor(paint, out, pick_object(file, "actor"), told);
		}
		json_array_foreach ((json_t *)actors, k, actor) {
			put_actor(paint, out, actor, told);
		}
	}
}

void facts_put_request(const Paint *paint, GString *out, const GPtrArray *files)
{
	const char *request =
		files->len == 0 ? NULL : pick_text(g_ptr_array_index(files, 0), "request");

	if (request != NULL) {
		facts_put_label(paint, out, "request");
		paint_foreign(paint, out, STYLE_GOOD, request);
		g_string_append_c(out, '\n');
	}
}
