/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Into the register: see submission.h. */
#include "cli/submission.h"

#include "cli/ctl.h"
#include "cli/register-view.h"
#include "cli/stock-git.h"

#include "base/clock.h"

#include <string.h>

#define TRIES 8
#define NUDGE_MS 2000

/* The register: here, and where it is pushed to when it is elsewhere. */
typedef struct {
	const char *place, *remote, *branch;
} Destination;

typedef struct {
	char *path;
	GBytes *bytes;
} Item;

struct Submission {
	char *who, *message;
	GArray *items; /* of Item */
};

static void item_clear(Item *item)
{
	g_free(item->path);
	g_bytes_unref(item->bytes);
}

/* What would end the line that git fast-import reads has no place in a name. */
static char *plain_name(const char *who)
{
	return g_strdelimit(g_strdup(who), "<>\n\r", '_');
}

Submission *submission_new(const char *who, const char *message)
{
	Submission *submission = g_new0(Submission, 1);

	submission->who = plain_name(who);
	submission->message = g_strdup(message);
	submission->items = g_array_new(FALSE, FALSE, sizeof(Item));
	g_array_set_clear_func(submission->items, (GDestroyNotify)item_clear);
	return submission;
}

void submission_free(Submission *submission)
{
	g_free(submission->who);
	g_free(submission->message);
	g_array_unref(submission->items);
	g_free(submission);
}

void submission_add(Submission *submission, const char *path, GBytes *bytes)
{
	Item item = {g_strdup(path), g_bytes_ref(bytes)};

	g_array_append_val(submission->items, item);
}

static void put_data(GByteArray *stream, const void *data, gsize size)
{
	g_autofree char *header = g_strdup_printf("data %" G_GSIZE_FORMAT "\n", size);

	g_byte_array_append(stream, (const guint8 *)header, (guint)strlen(header));
	g_byte_array_append(stream, data, (guint)size);
	g_byte_array_append(stream, (const guint8 *)"\n", 1);
}

static void put_line(GByteArray *stream, char *line)
{
	g_byte_array_append(stream, (const guint8 *)line, (guint)strlen(line));
	g_free(line);
}

/* In the words of git-fast-import(1): the commit carries its files with it. */
static GBytes *write_stream(const Submission *submission, const char *branch, const char *tip)
{
	GByteArray *stream = g_byte_array_new();

	put_line(stream, g_strdup_printf("commit refs/heads/%s\ncommitter %s <%s> %" G_GINT64_FORMAT
					 " +0000\n",
					 branch, submission->who, submission->who,
					 clock_wall_usec() / 1000000));
	put_data(stream, submission->message, strlen(submission->message));
	if (tip != NULL) {
		put_line(stream, g_strdup_printf("from %s\n", tip));
	}
	for (guint i = 0; i < submission->items->len; i++) {
		const Item *item = &g_array_index(submission->items, Item, i);

		put_line(stream, g_strdup_printf("M 100644 inline %s\n", item->path));
		put_data(stream, g_bytes_get_data(item->bytes, NULL),
			 g_bytes_get_size(item->bytes));
	}
	return g_byte_array_free_to_bytes(stream);
}

/* The register's objects are read where they are. */
static bool borrow_objects(const Git *git, const char *repository, GError **error)
{
	g_autofree char *file =
		g_build_filename(git->repository, "objects", "info", "alternates", NULL);
	g_autofree char *folder = g_build_filename(git->repository, "objects", "info", NULL);
	g_autofree char *text = g_strdup_printf("%s/objects\n", repository);

	g_mkdir_with_parents(folder, 0700);
	return g_file_set_contents(file, text, -1, error);
}

static char *tip_of(const char *repository, const char *branch, const Git *workshop)
{
	g_autofree char *ref = g_strconcat("refs/heads/", branch, NULL);
	g_autofree char *option = g_strconcat("--git-dir=", repository, NULL);

	return stock_git_ask(workshop, option, "rev-parse", "-q", "--verify", ref, NULL);
}

#define REMOTE_TIP "refs/reeve/tip"

/* Where the branch stands; of a remote register there, not in our mirror of it. */
static bool find_tip(const Destination *at, const Git *git, char **ret, GError **error)
{
	g_autofree char *refspec = g_strdup_printf("+refs/heads/%s:" REMOTE_TIP, at->branch);

	if (at->remote == NULL) {
		*ret = tip_of(at->place, at->branch, git);
		return true;
	}
	if (!stock_git_run(git, NULL, NULL, error, "fetch", "-q", "--no-tags", "--end-of-options",
			   at->remote, refspec, NULL)) {
		g_prefix_error(error, "the register cannot be reached: ");
		return false;
	}
	*ret = stock_git_ask(git, "rev-parse", "-q", "--verify", REMOTE_TIP, NULL);
	return true;
}

static bool push_once(const Submission *submission, const Git *git, const char *repository,
		      const char *branch, const char *tip, GError **error)
{
	g_autoptr(GBytes) stream = write_stream(submission, branch, tip);
	g_autofree char *refspec = g_strdup_printf("refs/heads/%s:refs/heads/%s", branch, branch);

	return stock_git_run(git, stream, NULL, error, "fast-import", "--quiet", "--force", NULL) &&
	       stock_git_run(git, NULL, NULL, error, "push", "-q", repository, refspec, NULL);
}

static bool push(const Submission *submission, const Destination *at, const Git *git,
		 GError **error)
{
	const char *target = at->remote != NULL ? at->remote : at->place;
	g_autofree char *tip = NULL;

	if (!find_tip(at, git, &tip, error)) {
		return false;
	}
	for (guint i = 0;; i++) {
		g_autoptr(GError) refused = NULL;
		g_autofree char *was = g_steal_pointer(&tip);

		if (push_once(submission, git, target, at->branch, was, &refused)) {
			return true;
		}
		if (!find_tip(at, git, &tip, error)) {
			return false;
		}
		if (i == TRIES || g_strcmp0(was, tip) == 0) {
			g_propagate_error(error, g_steal_pointer(&refused));
			return false;
		}
	}
}

/* Of a remote register the daemon has a mirror: it is told that there is more. */
static void nudge(const Context *context)
{
	json_t *answer = ctl_call(context, json_pack("{s:s}", "op", "nudge"), NUDGE_MS, NULL);

	json_decref(answer);
}

bool submission_push(Submission *submission, const Context *context, GError **error)
{
	g_auto(Git) git = {NULL};
	g_autofree char *place = register_place(context);
	const Destination at = {place, context->config->register_remote,
				context->config->register_branch};

	if (!stock_git_open_workshop(place, &git, error) || !borrow_objects(&git, place, error) ||
	    !push(submission, &at, &git, error)) {
		return false;
	}
	if (at.remote != NULL) {
		nudge(context);
	}
	return true;
}
