/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a person does from a notification: the programs that are started for it. Nothing here
 * decides; `reeve` does what it does when it is typed, with the rights of the person.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct Actions Actions;

typedef struct {
	char *const *terminal; /* words before the command: "x-terminal-emulator", "-e" */
	char *const *reeve;    /* words of the command line up to the verb */
	gpointer self;
	/* an acknowledgement that did not succeed; `id` is of the event */
	void (*failed)(gpointer self, const char *id);
} ActionOptions;

/* What the options point to is copied. */
Actions *actions_new(const ActionOptions *options);
void actions_free(Actions *actions);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Actions, actions_free)

/* Opens a terminal with these events (of char *), at most ACTION_SHOWN of them, in a pager. */
#define ACTION_SHOWN 20
void actions_show(Actions *actions, const GPtrArray *ids);

/* Opens a terminal with a request for exactly what these events (at most ACTION_REQUESTED) tell, in
 * an editor: whoever did it asks for it afterwards. */
#define ACTION_REQUESTED 1000
void actions_request(Actions *actions, const GPtrArray *ids);

/* Acknowledges these events, one after the other; returns at once. */
void actions_acknowledge(Actions *actions, const GPtrArray *ids);

/* The scripts that the shell in the terminal runs. Caller frees. */
char *actions_script(char *const *reeve, const GPtrArray *ids);
char *actions_request_script(char *const *reeve, const GPtrArray *ids);
