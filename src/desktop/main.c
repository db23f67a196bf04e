/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * reeve-desktop: alerts as notifications of a person's desktop. Follows the bus like any other
 * subscriber, with the rights of the person; changes nothing but its cursor.
 */
#include "desktop/desk.h"
#include "desktop/options.h"

#include "base/log.h"
#include "build-config.h"

#include <glib-unix.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>

#define USAGE 64

static gboolean on_signal(gpointer data)
{
	g_main_loop_quit(data);
	return G_SOURCE_CONTINUE;
}

int main(int argc, char **argv)
{
	g_auto(DesktopOptions) options = {0};
	g_autoptr(GError) error = NULL;
	g_autoptr(GMainLoop) loop = NULL;
	g_autoptr(Desk) desk = NULL;

	setlocale(LC_ALL, "");
	signal(SIGPIPE, SIG_IGN);
	log_init("reeve-desktop");
	if (!options_parse(&options, &argc, &argv, &error)) {
		log_error("%s", error->message);
		return USAGE;
	}
	if (options.version) {
		g_print("reeve-desktop %s\n", REEVE_VERSION);
		return EXIT_SUCCESS;
	}
	loop = g_main_loop_new(NULL, FALSE);
	g_unix_signal_add(SIGTERM, on_signal, loop);
	g_unix_signal_add(SIGINT, on_signal, loop);
	desk = desk_new(&options, &error);
	if (desk == NULL) {
		log_error("%s", error->message);
		return EXIT_FAILURE;
	}
	g_main_loop_run(loop);
	return EXIT_SUCCESS;
}
