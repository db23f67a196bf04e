/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * reeve request new: asks for a change. What the paths shall be comes from a file, a diff, a git
 * commit, or, on a terminal, from an editor on what is there now.
 */
#include "cli/proposal-commit.h"
#include "cli/proposal-draft.h"
#include "cli/proposal-event.h"
#include "cli/proposal-patch.h"
#include "cli/proposal.h"
#include "cli/request-edit.h"
#include "cli/request-verbs.h"
#include "cli/tree-changes.h"
#include "cli/window.h"

#include "base/clock.h"
#include "base/escape.h"
#include "base/io.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct {
	char *title, *window, *type, *requester, *risk, *description, *backout;
	GStrv implementers, hosts;
	char *content, *diff, *commit, *repository;
	GStrv removed, open, events;
	GStrv programs, lines;
	gboolean package_matches;
	char *link, *mode, *owner, *group, *draft;
	gboolean is_dry_run, is_edited;
} NewOptions;

static void new_options_clear(NewOptions *o)
{
	char *const texts[] = {o->title, o->window,      o->type,       o->requester,
			       o->risk,  o->description, o->backout,    o->content,
			       o->diff,  o->commit,      o->repository, o->link,
			       o->mode,  o->owner,       o->group,      o->draft};
	GStrv const lists[] = {o->implementers, o->hosts,    o->removed, o->open,
			       o->events,       o->programs, o->lines};

	for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_free(texts[i]);
	}
	for (gsize i = 0; i < G_N_ELEMENTS(lists); i++) {
		g_strfreev(lists[i]);
	}
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(NewOptions, new_options_clear)

static bool complain(GError **error, const char *text)
{
	g_set_error_literal(error, REEVE_ERROR, REEVE_ERROR_SYNTAX, text);
	return false;
}

static bool read_type(const char *word, RequestType *ret, GError **error)
{
	for (RequestType type = REQUEST_STANDARD; type <= REQUEST_EMERGENCY; type++) {
		if (g_str_equal(word, request_type_word(type))) {
			*ret = type;
			return true;
		}
	}
	return complain(error, "--type takes standard, normal or emergency");
}

static bool read_mode(const char *text, int *ret, GError **error)
{
	char *end;
	guint64 mode = g_ascii_strtoull(text, &end, 8);

	if (*text == '\0' || *end != '\0' || mode > 07777) {
		return complain(error, "--mode takes an octal mode like 0644");
	}
	*ret = (int)mode;
	return true;
}

static bool title_is_fine(const char *title, GError **error)
{
	return title == NULL ||
	       (g_utf8_validate(title, -1, NULL) && !escape_is_needed(title, strlen(title))) ||
	       complain(error, "the title must be one line of plain text");
}

/* What a draft says stays where nothing else was said. */
static void say(char **member, const char *option)
{
	if (option != NULL) {
		g_free(*member);
		*member = g_strdup(option);
	}
}

static void say_all(GStrv *member, GStrv options)
{
	if (options != NULL) {
		g_strfreev(*member);
		*member = g_strdupv(options);
	}
}

/* Who pins what another has asked for is the author of it, and approves it no more than he. */
static void say_who(const NewOptions *options, Request *request)
{
	g_autofree char *usual = request_usual_person();

	say(&request->requester, options->requester);
	if (request->requester == NULL) {
		request->requester = g_strdup(usual);
	} else if (options->draft != NULL && !g_str_equal(request->requester, usual)) {
		say(&request->author, usual);
	}
}

static bool describe(const NewOptions *options, Proposal *proposal, GError **error)
{
	Request *request = proposal->request;

	proposal->owner = options->owner;
	proposal->group = options->group;
	say_who(options, request);
	say(&request->title, options->title);
	say_all(&request->implementers, options->implementers);
	say_all(&request->hosts, options->hosts);
	say(&request->risk, options->risk);
	say(&request->description, options->description);
	say(&request->backout, options->backout);
	say_all(&request->conditions.programs, options->programs);
	say_all(&request->conditions.lines, options->lines);
	request->conditions.package_matches |= options->package_matches;
	return title_is_fine(options->title, error) &&
	       (options->mode == NULL || read_mode(options->mode, &proposal->mode, error)) &&
	       (options->type == NULL || read_type(options->type, &request->type, error)) &&
	       (options->window == NULL ||
		window_parse(options->window, clock_wall_usec(), &request->start_usec,
			     &request->end_usec, error));
}

/* What is asked for */

static bool add_content(const NewOptions *options, Proposal *proposal, GStrv paths, GError **error)
{
	g_autoptr(GBytes) content = NULL;
	g_autofree char *path = NULL;

	if (g_strv_length(paths) != 1) {
		return complain(error, "--content is the content of one path: name just that one");
	}
	path = verb_path(paths[0], error);
	content = path == NULL
			  ? NULL
			  : io_read_argument(options->content, PROPOSAL_CONTENT_MAX_BYTES, error);
	return content != NULL && proposal_put(proposal, path, content, -1, error);
}

static bool add_link(const NewOptions *options, Proposal *proposal, GStrv paths, GError **error)
{
	g_autofree char *path = NULL;

	if (g_strv_length(paths) != 1) {
		return complain(error, "--link is the target of one path: name just that one");
	}
	path = verb_path(paths[0], error);
	return path != NULL && proposal_link(proposal, path, options->link, error);
}

/* A commit against its parent, or a range A..B. */
static bool add_commit(const NewOptions *options, Proposal *proposal, GError **error)
{
	g_auto(Git) git = {NULL};
	g_auto(GStrv) range = g_strsplit(options->commit, "..", 2);
	const char *end = range[1] != NULL ? range[1] : range[0];
	g_autofree char *tip = g_strconcat(end, "^{commit}", NULL);
	g_autofree char *base = range[1] != NULL ? g_strconcat(range[0], "^{commit}", NULL)
						 : g_strconcat(end, "^1^{commit}", NULL);
	g_autofree char *new_commit = NULL, *old_commit = NULL;
	Request *request = proposal->request;

	stock_git_open_place(options->repository, false, &git);
	new_commit =
		stock_git_ask(&git, "rev-parse", "-q", "--verify", "--end-of-options", tip, NULL);
	old_commit =
		stock_git_ask(&git, "rev-parse", "-q", "--verify", "--end-of-options", base, NULL);
	if (new_commit == NULL || (range[1] != NULL && old_commit == NULL)) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_NOT_FOUND,
			    "there is no commit `%s` in %s; --repo names the repository",
			    options->commit,
			    options->repository != NULL ? options->repository : "this folder");
		return false;
	}
	if (request->title == NULL) {
		request->title = stock_git_ask(&git, "log", "-1", "--format=%s", new_commit, NULL);
	}
	g_free(request->author);
	request->author = stock_git_ask(&git, "log", "-1", "--format=%ae", new_commit, NULL);
	return proposal_add_commits(proposal, &git, old_commit != NULL ? old_commit : EMPTY_TREE,
				    new_commit, error);
}

static bool for_each(GStrv typed, Proposal *proposal,
		     bool (*add)(Proposal *proposal, const char *path, GError **error),
		     GError **error)
{
	for (guint i = 0; typed != NULL && typed[i] != NULL; i++) {
		g_autofree char *path = verb_path(typed[i], error);

		if (path == NULL || !add(proposal, path, error)) {
			return false;
		}
	}
	return true;
}

/* Paths with nothing that says what they shall be. */
static bool add_plain_paths(const NewOptions *options, Proposal *proposal, GStrv paths,
			    GError **error)
{
	if (options->mode != NULL || options->owner != NULL || options->group != NULL) {
		return for_each(paths, proposal, proposal_attributes, error);
	}
	if (isatty(STDIN_FILENO) != 1 || isatty(STDERR_FILENO) != 1) {
		return complain(
			error,
			"say what the paths shall be: --content FILE, --link TARGET, "
			"--diff PATCH, --commit REV, --mode, --owner, --group, --delete PATH or "
			"--content-any GLOB (on a terminal an editor is opened)");
	}
	return for_each(paths, proposal, proposal_add_edited, error);
}

static bool collect(const Context *context, const NewOptions *options, Proposal *proposal,
		    GStrv paths, GError **error)
{
	bool is_added = true;

	if (options->content != NULL) {
		is_added = add_content(options, proposal, paths, error);
	} else if (options->link != NULL) {
		is_added = add_link(options, proposal, paths, error);
	} else if (*paths != NULL && (options->diff != NULL || options->commit != NULL)) {
		is_added = complain(error, "--diff and --commit name their paths themselves");
	} else if (*paths != NULL) {
		is_added = add_plain_paths(options, proposal, paths, error);
	}
	if (is_added && options->events != NULL) {
		is_added = proposal_add_events(proposal, context, options->events, error);
	}
	if (is_added && options->diff != NULL) {
		is_added = proposal_add_patch(proposal, options->diff, error);
	}
	if (is_added && options->commit != NULL) {
		is_added = add_commit(options, proposal, error);
	}
	return is_added && for_each(options->removed, proposal, proposal_remove, error) &&
	       for_each(options->open, proposal, proposal_leave_open, error) &&
	       (options->is_edited || proposal->request->changes->len > 0 ||
		complain(error, "nothing is asked for: name a path")) &&
	       (options->is_edited || proposal->request->title != NULL ||
		complain(error, "give it a --title"));
}

static bool take_draft(const Context *context, const NewOptions *options, Proposal *proposal,
		       GError **error)
{
	g_auto(RegisterView) view = {NULL};

	return options->draft == NULL ||
	       (register_view_open(context, &view, error) &&
		proposal_take_draft(proposal, &view, options->draft, error));
}

static bool edit(const NewOptions *options, Proposal *proposal, GError **error)
{
	Request *edited;

	if (!options->is_edited) {
		return true;
	}
	if (proposal->request->id == NULL) {
		proposal->request->id = request_id_make(clock_wall_usec());
	}
	edited = request_edit(proposal->request, error);
	if (edited != NULL) {
		request_free(proposal->request);
		proposal->request = edited;
		proposal_forget_unpinned(proposal);
	}
	return edited != NULL;
}

/* Telling */

static void print_remarks(const Proposal *proposal)
{
	for (guint i = 0; i < proposal->remarks->len; i++) {
		g_printerr("reeve: %s\n", (char *)g_ptr_array_index(proposal->remarks, i));
	}
}

static void print_made(const Context *context, const Proposal *proposal)
{
	Paint paint = paint_of(context);
	const Request *request = proposal->request;
	g_autoptr(GString) out = g_string_new(NULL);
	g_autofree char *window = window_words(request->start_usec, request->end_usec);

	paint_put(&paint, out, STYLE_BOLD, request->id);
	g_string_append(out, "  ");
	paint_foreign(&paint, out, STYLE_PLAIN, request->title);
	g_string_append_c(out, '\n');
	request_put_line(&paint, out, "requester", STYLE_PLAIN, request->requester);
	request_put_line(&paint, out, "window", STYLE_PLAIN, window);
	for (guint i = 0; i < request->changes->len; i++) {
		const RequestChange *change = g_ptr_array_index(request->changes, i);

		request_put_line(&paint, out, "path", STYLE_PLAIN, change->path);
	}
	g_string_append_printf(out,
			       "\nNext: somebody other than %s runs `reeve approve %s`; then the "
			       "change may be made.\n",
			       request->requester, request->id);
	fputs(out->str, stdout);
}

static int print_result(const Context *context, const Proposal *proposal)
{
	if (context->is_json) {
		g_print("{\"id\":\"%s\"}\n", proposal->request->id);
	} else {
		print_made(context, proposal);
	}
	return CLI_OK;
}

static int make(const Context *context, const NewOptions *options, GStrv paths)
{
	g_auto(Proposal) proposal = {NULL};
	g_autoptr(GBytes) yaml = NULL;
	GError *error = NULL;

	if (!proposal_open(context, &proposal, &error) ||
	    !take_draft(context, options, &proposal, &error) ||
	    !describe(options, &proposal, &error) ||
	    !collect(context, options, &proposal, paths, &error) ||
	    !edit(options, &proposal, &error)) {
		return verb_fail(error);
	}
	yaml = proposal_write(&proposal, &error);
	if (yaml == NULL) {
		return verb_fail(error);
	}
	print_remarks(&proposal);
	if (options->is_dry_run) {
		fwrite(g_bytes_get_data(yaml, NULL), 1, g_bytes_get_size(yaml), stdout);
		return CLI_OK;
	}
	return proposal_submit(&proposal, context, yaml, &error) ? print_result(context, &proposal)
								 : verb_fail(error);
}

int request_verb_new(const Context *context, int argc, char **argv)
{
	g_auto(NewOptions) o = {NULL};
	const GOptionEntry entries[] = {
		{"title", 't', 0, G_OPTION_ARG_STRING, &o.title, "what and why, in one line",
		 "TEXT"},
		{"window", 'w', 0, G_OPTION_ARG_STRING, &o.window,
		 "START/END, START+2h, now+2h; else any time", "WINDOW"},
		{"implementer", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o.implementers,
		 "login of who will do it; else anybody", "NAME"},
		{"host", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o.hosts, "where; else everywhere",
		 "GLOB"},
		{"type", 0, 0, G_OPTION_ARG_STRING, &o.type, "standard, normal or emergency",
		 "TYPE"},
		{"program", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o.programs,
		 "standard: done by this program", "GLOB"},
		{"package-matches", 0, 0, G_OPTION_ARG_NONE, &o.package_matches,
		 "standard: what a package ships", NULL},
		{"line", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o.lines,
		 "standard: each line that changes is like one of these", "PATTERN"},
		{"risk", 0, 0, G_OPTION_ARG_STRING, &o.risk, "low, medium or high", "LEVEL"},
		{"description", 0, 0, G_OPTION_ARG_STRING, &o.description, "more words", "TEXT"},
		{"backout", 0, 0, G_OPTION_ARG_STRING, &o.backout, "how to undo it", "TEXT"},
		{"requester", 0, 0, G_OPTION_ARG_STRING, &o.requester,
		 "who asks; else git's user.email", "WHO"},
		{"content", 0, 0, G_OPTION_ARG_FILENAME, &o.content,
		 "the content of PATH shall be that of FILE (-: standard input)", "FILE"},
		{"link", 0, 0, G_OPTION_ARG_FILENAME, &o.link,
		 "PATH shall be a symbolic link to TARGET", "TARGET"},
		{"diff", 0, 0, G_OPTION_ARG_FILENAME, &o.diff,
		 "what this patch makes of what is there now", "PATCH"},
		{"commit", 0, 0, G_OPTION_ARG_STRING, &o.commit,
		 "what this git commit (or A..B) changes", "REV"},
		{"repo", 0, 0, G_OPTION_ARG_FILENAME, &o.repository, "the repository of REV",
		 "DIR"},
		{"delete", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o.removed, "it shall be gone",
		 "PATH"},
		{"content-any", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o.open,
		 "whatever its content (weaker)", "GLOB"},
		{"mode", 0, 0, G_OPTION_ARG_STRING, &o.mode, "else as it is now", "MODE"},
		{"owner", 0, 0, G_OPTION_ARG_STRING, &o.owner, "else as it is now", "NAME"},
		{"group", 0, 0, G_OPTION_ARG_STRING, &o.group, "else as it is now", "NAME"},
		{"from-event", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o.events,
		 "what has happened, as it was recorded", "ID"},
		{"draft", 0, 0, G_OPTION_ARG_STRING, &o.draft,
		 "fill this draft of the register (an imported one, say)", "ID"},
		{"edit", 'e', 0, G_OPTION_ARG_NONE, &o.is_edited,
		 "open an editor on request.yaml before it is sent", NULL},
		{"dry-run", 'n', 0, G_OPTION_ARG_NONE, &o.is_dry_run,
		 "print request.yaml and do nothing", NULL},
		G_OPTION_ENTRY_NULL,
	};
	int status;

	if (verb_parse(entries, &argc, &argv, &status) == VERB_DONE) {
		return status;
	}
	return make(context, &o, argv + 1);
}
