/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Actions: see action.h. */
#include "desktop/action.h"

#include "base/log.h"

#define QUEUE 8192 /* events that wait to be acknowledged */

struct Actions {
	GStrv terminal, reeve;
	gpointer self;
	void (*failed)(gpointer self, const char *id);
	GQueue waiting; /* ids to acknowledge; the first is being acknowledged when `watch` is set
			 */
	guint watch;
};

Actions *actions_new(const ActionOptions *options)
{
	Actions *actions = g_new0(Actions, 1);

	actions->terminal = g_strdupv((char **)options->terminal);
	actions->reeve = g_strdupv((char **)options->reeve);
	actions->self = options->self;
	actions->failed = options->failed;
	g_queue_init(&actions->waiting);
	return actions;
}

void actions_free(Actions *actions)
{
	if (actions == NULL) {
		return;
	}
	if (actions->watch != 0) {
		g_source_remove(actions->watch); /* the child goes on to its end without us */
	}
	g_queue_clear_full(&actions->waiting, g_free);
	g_strfreev(actions->terminal);
	g_strfreev(actions->reeve);
	g_free(actions);
}

/*
 * Showing
 */

static void append_words(GString *script, char *const *words)
{
	for (char *const *word = words; *word != NULL; word++) {
		g_autofree char *quoted = g_shell_quote(*word);

		g_string_append_printf(script, "%s ", quoted);
	}
}

char *actions_script(char *const *reeve, const GPtrArray *ids)
{
	GString *show = g_string_new(NULL);
	guint first = ids->len > ACTION_SHOWN ? ids->len - ACTION_SHOWN : 0;
	char *script;

	for (guint i = first; i < ids->len; i++) {
		append_words(show, reeve);
		g_string_append_printf(show, "--color always show %s; ",
				       (const char *)ids->pdata[i]);
	}
	/* the window should not be gone before it was read */
	script = g_strdup_printf("show() { %s}; if command -v less >/dev/null; "
				 "then show 2>&1 | less -R; "
				 "else show; printf '\\n[Enter] '; read -r _; fi",
				 show->str);
	g_string_free(show, TRUE);
	return script;
}

static void open_terminal(Actions *actions, const char *script)
{
	g_autoptr(GPtrArray) words = g_ptr_array_new();
	g_autoptr(GError) error = NULL;

	for (char **word = actions->terminal; *word != NULL; word++) {
		g_ptr_array_add(words, *word);
	}
	g_ptr_array_add(words, (char *)"sh");
	g_ptr_array_add(words, (char *)"-c");
	g_ptr_array_add(words, (char *)script);
	g_ptr_array_add(words, NULL);
	if (!g_spawn_async(NULL, (char **)words->pdata, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL,
			   &error)) {
		log_warning("cannot open a terminal (--terminal): %s", error->message);
	}
}

void actions_show(Actions *actions, const GPtrArray *ids)
{
	g_autofree char *script = actions_script(actions->reeve, ids);

	open_terminal(actions, script);
}

char *actions_request_script(char *const *reeve, const GPtrArray *ids)
{
	GString *script = g_string_new(NULL);

	append_words(script, reeve);
	g_string_append(script, "request new --edit");
	for (guint i = 0; i < MIN(ids->len, ACTION_REQUESTED); i++) {
		g_string_append_printf(script, " --from-event %s", (const char *)ids->pdata[i]);
	}
	/* what it says, also what went wrong, is to be read */
	g_string_append(script, "; printf '\\n[Enter] '; read -r _");
	return g_string_free(script, FALSE);
}

void actions_request(Actions *actions, const GPtrArray *ids)
{
	g_autofree char *script = actions_request_script(actions->reeve, ids);

	open_terminal(actions, script);
}

/*
 * Acknowledging
 */

static void acknowledge_next(Actions *actions);

static void end_one(Actions *actions, bool is_done)
{
	g_autofree char *id = g_queue_pop_head(&actions->waiting);

	if (!is_done) {
		actions->failed(actions->self, id);
	}
	acknowledge_next(actions);
}

static void on_child(GPid pid, gint status, gpointer data)
{
	Actions *actions = data;

	g_spawn_close_pid(pid);
	actions->watch = 0;
	end_one(actions, g_spawn_check_wait_status(status, NULL));
}

static bool start_acknowledging(Actions *actions, const char *id, GError **error)
{
	g_autoptr(GPtrArray) words = g_ptr_array_new();
	GPid pid;

	for (char **word = actions->reeve; *word != NULL; word++) {
		g_ptr_array_add(words, *word);
	}
	g_ptr_array_add(words, (char *)"ack");
	g_ptr_array_add(words, (char *)id);
	g_ptr_array_add(words, NULL);
	if (!g_spawn_async(NULL, (char **)words->pdata, NULL,
			   G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD |
				   G_SPAWN_STDOUT_TO_DEV_NULL,
			   NULL, NULL, &pid, error)) {
		return false;
	}
	actions->watch = g_child_watch_add(pid, on_child, actions);
	return true;
}

static void acknowledge_next(Actions *actions)
{
	g_autoptr(GError) error = NULL;
	const char *id = g_queue_peek_head(&actions->waiting);

	if (id != NULL && !start_acknowledging(actions, id, &error)) {
		log_warning("cannot start reeve: %s", error->message);
		end_one(actions, false);
	}
}

void actions_acknowledge(Actions *actions, const GPtrArray *ids)
{
	for (guint i = 0; i < ids->len && actions->waiting.length < QUEUE; i++) {
		g_queue_push_tail(&actions->waiting, g_strdup(ids->pdata[i]));
	}
	if (actions->watch == 0) {
		acknowledge_next(actions);
	}
}
