/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Values: who did it (design 5.4). Every member may be unknown: -1, NULL or 0.
 */
#pragma once

#include <glib.h>

typedef enum {
	CONFIDENCE_UNKNOWN,
	CONFIDENCE_INFERRED, /* `how` says from what */
	CONFIDENCE_EXACT,    /* the kernel said so for this very write */
	_CONFIDENCE_N,
} Confidence;

typedef struct {
	Confidence confidence;
	gint64 pid;
	gint64 uid;       /* effective */
	gint64 login_uid; /* kept through sudo and su */
	gint64 session;
	char *exe;
	char *cmdline; /* already masked */
	char *user, *login_user;
	char *tty;
	char *how;
} Actor;

/* With nothing known: numbers -1, the rest NULL. */
Actor *actor_new(void);
Actor *actor_copy(const Actor *actor);
void actor_free(Actor *actor);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Actor, actor_free)

const char *confidence_word(Confidence confidence);
