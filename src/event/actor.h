/* SPDX-License-Identifier: LGPL-3.0-or-later */
/*
 * Values: who did it (design 5.4). Every member may be unknown: -1, NULL or 0. An actor that others
 * hold as well is not changed any more.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef enum {
	CONFIDENCE_UNKNOWN,
	CONFIDENCE_INFERRED, /* `how` says from what */
	CONFIDENCE_EXACT,    /* the kernel said so for this very write */
	_CONFIDENCE_N,
} Confidence;

/* One process above the actor. */
typedef struct {
	gint64 pid;
	char *exe;
	char *cmdline; /* already masked */
} ActorParent;

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
	char *remote;       /* where the session came from */
	char *unit;         /* systemd unit or scope */
	char *container;    /* id of the container, or the namespace that it is in */
	char *transaction;  /* the package manager above it: "apt-get[4242]" */
	GPtrArray *parents; /* of ActorParent, nearest first, up to the login or service; NULL */
	bool is_own;        /* Reeve itself */
	char *how;
} Actor;

/* With nothing known: numbers -1, the rest NULL. */
Actor *actor_new(void);
Actor *actor_copy(const Actor *actor);
/* One more holder; actor_free takes it back, the last one frees. */
Actor *actor_ref(Actor *actor);
void actor_free(Actor *actor);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Actor, actor_free)

/* Adds the next process above; the strings are copied. */
void actor_add_parent(Actor *actor, gint64 pid, const char *exe, const char *cmdline);

/* Whether two actors are the same process running the same program as the same user. */
bool actor_is_same(const Actor *a, const Actor *b);

/* The login user, if it is known who he is; NULL. Borrowed. */
const char *actor_login(const Actor *actor);

/* The program by which the login user became the effective one ("sudo"): static; NULL: none of
 * those we know is above it. */
const char *actor_through(const Actor *actor);

/* An empty array of Actor. */
GPtrArray *actors_new(void);
/*
 * Adds a reference unless the same actor is there, or ACTORS_MAX are: then the last one becomes
 * one of whom nothing is known, so that nobody takes the list for complete. `actors` may be NULL;
 * returns the array. A NULL actor adds nothing.
 */
#define ACTORS_MAX 8
GPtrArray *actors_add(GPtrArray *actors, Actor *actor);
/* Whether this process with this program is among them, however sure that is; `actors` may be NULL.
 */
bool actors_have(const GPtrArray *actors, const Actor *actor);
/* actors_add for each of `from`, which may be NULL. */
GPtrArray *actors_add_all(GPtrArray *actors, const GPtrArray *from);

const char *confidence_word(Confidence confidence);
