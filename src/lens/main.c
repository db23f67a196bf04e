/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * reeve-lens: what two versions of a file mean, for a judge that asks (change/lens-frame.h). See
 * doc/architecture.md. This file is the table of contents: options, wall, keep; and in the child
 * wall, work.
 */
#include "base/log.h"
#include "lens/keeper.h"
#include "lens/walls.h"
#include "lens/worker.h"

#include <stdio.h>
#include <sysexits.h>

#define PATIENCE_USEC (15 * G_USEC_PER_SEC)
#define LENSES "/usr/share/augeas/lenses/dist"

typedef struct {
	int socket;
	LensBox box;
	char *lenses;
} Options;

static bool parse_options(Options *options, int argc, char **argv, GError **error)
{
	const GOptionEntry entries[] = {
		{"socket", 0, 0, G_OPTION_ARG_INT, &options->socket, "socket to the judge", "FD"},
		{"user", 0, 0, G_OPTION_ARG_INT, &options->box.user, "become this user", "UID"},
		{"group", 0, 0, G_OPTION_ARG_INT, &options->box.group, "become this group", "GID"},
		{"lenses", 0, 0, G_OPTION_ARG_FILENAME, &options->lenses,
		 "folder of lenses; default " LENSES, "DIR"},
		{0},
	};
	g_autoptr(GOptionContext) context = g_option_context_new(NULL);

	g_option_context_add_main_entries(context, entries, NULL);
	g_option_context_set_summary(context, "A worker of Reeve; the judge starts it.");
	if (!g_option_context_parse(context, &argc, &argv, error)) {
		return false;
	}
	if (options->socket < 0 || argc > 1) {
		g_set_error_literal(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
				    "--socket FD is needed, and nothing else");
		return false;
	}
	options->box.lenses = options->lenses == NULL ? LENSES : options->lenses;
	return true;
}

static void work(void *context, int socket)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Worker) worker = NULL;

	if (!lens_worker_wall(&error)) {
		log_error("%s", error->message);
		return;
	}
	worker = worker_new(context);
	if (worker != NULL) {
		worker_serve(worker, socket);
	}
}

int main(int argc, char **argv)
{
	Options options = {.socket = -1, .box = {.user = -1, .group = -1}};
	g_autoptr(GError) error = NULL;
	g_autofree char *lenses = NULL;
	KeeperPlan plan = {.patience_usec = PATIENCE_USEC, .work = work};

	log_init("reeve-lens");
	if (!parse_options(&options, argc, argv, &error)) {
		log_error("%s", error->message);
		return EX_USAGE;
	}
	if (!lens_keeper_wall(&options.box, &lenses, &error)) {
		log_error("%s", error->message);
		return 1;
	}
	plan.context = lenses;
	keeper_run(&plan, options.socket);
	g_free(options.lenses);
	return 0;
}
