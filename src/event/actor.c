/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Actors: see actor.h. */
#include "event/actor.h"

#include <string.h>

static const char *const confidence_words[_CONFIDENCE_N] = {
	[CONFIDENCE_UNKNOWN] = "unknown",
	[CONFIDENCE_INFERRED] = "inferred",
	[CONFIDENCE_EXACT] = "exact",
};

Actor *actor_new(void)
{
	Actor *actor = g_rc_box_new0(Actor);

	actor->pid = -1;
	actor->uid = -1;
	actor->login_uid = -1;
	actor->session = -1;
	return actor;
}

static void parent_free(void *data)
{
	ActorParent *parent = data;

	g_free(parent->exe);
	g_free(parent->cmdline);
	g_free(parent);
}

void actor_add_parent(Actor *actor, gint64 pid, const char *exe, const char *cmdline)
{
	ActorParent *parent = g_new0(ActorParent, 1);

	parent->pid = pid;
	parent->exe = g_strdup(exe);
	parent->cmdline = g_strdup(cmdline);
	if (actor->parents == NULL) {
		actor->parents = g_ptr_array_new_with_free_func(parent_free);
	}
	g_ptr_array_add(actor->parents, parent);
}

Actor *actor_copy(const Actor *actor)
{
	Actor *copy = g_rc_box_new(Actor);

	*copy = *actor;
	copy->exe = g_strdup(actor->exe);
	copy->cmdline = g_strdup(actor->cmdline);
	copy->user = g_strdup(actor->user);
	copy->login_user = g_strdup(actor->login_user);
	copy->tty = g_strdup(actor->tty);
	copy->remote = g_strdup(actor->remote);
	copy->unit = g_strdup(actor->unit);
	copy->container = g_strdup(actor->container);
	copy->transaction = g_strdup(actor->transaction);
	copy->how = g_strdup(actor->how);
	copy->parents = NULL;
	for (guint i = 0; actor->parents != NULL && i < actor->parents->len; i++) {
		const ActorParent *parent = actor->parents->pdata[i];

		actor_add_parent(copy, parent->pid, parent->exe, parent->cmdline);
	}
	return copy;
}

Actor *actor_ref(Actor *actor)
{
	return g_rc_box_acquire(actor);
}

static void clear(void *data)
{
	Actor *actor = data;

	g_free(actor->exe);
	g_free(actor->cmdline);
	g_free(actor->user);
	g_free(actor->login_user);
	g_free(actor->tty);
	g_free(actor->remote);
	g_free(actor->unit);
	g_free(actor->container);
	g_free(actor->transaction);
	g_free(actor->how);
	g_clear_pointer(&actor->parents, g_ptr_array_unref);
}

void actor_free(Actor *actor)
{
	if (actor != NULL) {
		g_rc_box_release_full(actor, clear);
	}
}

static bool is_same_but_for_confidence(const Actor *a, const Actor *b)
{
	return a->pid == b->pid && a->uid == b->uid && a->login_uid == b->login_uid &&
	       g_strcmp0(a->exe, b->exe) == 0 && g_strcmp0(a->cmdline, b->cmdline) == 0;
}

bool actor_is_same(const Actor *a, const Actor *b)
{
	return a == b || (a->confidence == b->confidence && is_same_but_for_confidence(a, b));
}

const char *actor_login(const Actor *actor)
{
	return actor->confidence == CONFIDENCE_UNKNOWN ? NULL : actor->login_user;
}

/* Where only root puts programs: a program of one's own may have any name. */
static bool is_system_program(const char *exe, const char *slash)
{
	static const char *const places[] = {"/usr/bin", "/usr/sbin",      "/bin",
					     "/sbin",    "/usr/local/bin", "/run/wrappers/bin"};

	for (guint i = 0; i < G_N_ELEMENTS(places); i++) {
		if (strlen(places[i]) == (gsize)(slash - exe) &&
		    strncmp(exe, places[i], (gsize)(slash - exe)) == 0) {
			return true;
		}
	}
	return false;
}

const char *actor_through(const Actor *actor)
{
	static const char *const programs[] = {"sudo", "su", "doas", "pkexec", "run0", "runuser"};

	for (guint i = 0; actor->parents != NULL && i < actor->parents->len; i++) {
		const char *exe = ((const ActorParent *)actor->parents->pdata[i])->exe;
		const char *slash = exe == NULL ? NULL : strrchr(exe, '/');

		if (slash == NULL || !is_system_program(exe, slash)) {
			continue;
		}
		for (gsize k = 0; k < G_N_ELEMENTS(programs); k++) {
			if (strcmp(slash + 1, programs[k]) == 0) {
				return programs[k];
			}
		}
	}
	return NULL;
}

GPtrArray *actors_new(void)
{
	return g_ptr_array_new_with_free_func((GDestroyNotify)actor_free);
}

/* The place of the last is taken by "and others". */
static void note_more(GPtrArray *actors)
{
	const Actor *last = actors->pdata[actors->len - 1];
	Actor *others;

	if (last->confidence == CONFIDENCE_UNKNOWN && last->pid < 0) {
		return;
	}
	others = actor_new();
	others->how = g_strdup("more processes wrote it than are listed");
	g_ptr_array_set_size(actors, (int)actors->len - 1);
	g_ptr_array_add(actors, others);
}

GPtrArray *actors_add(GPtrArray *actors, Actor *actor)
{
	if (actor == NULL) {
		return actors;
	}
	if (actors == NULL) {
		actors = actors_new();
	}
	for (guint i = 0; i < actors->len; i++) {
		Actor *known = actors->pdata[i];

		if (is_same_but_for_confidence(known, actor)) {
			/* of one of his writes we are sure: he is a writer */
			if (actor->confidence == CONFIDENCE_EXACT && known != actor) {
				actors->pdata[i] = actor_ref(actor);
				actor_free(known);
			}
			return actors;
		}
	}
	if (actors->len == ACTORS_MAX) {
		note_more(actors);
	} else {
		g_ptr_array_add(actors, actor_ref(actor));
	}
	return actors;
}

bool actors_have(const GPtrArray *actors, const Actor *actor)
{
	for (guint i = 0; actors != NULL && i < actors->len; i++) {
		if (is_same_but_for_confidence(actors->pdata[i], actor)) {
			return true;
		}
	}
	return false;
}

GPtrArray *actors_add_all(GPtrArray *actors, const GPtrArray *from)
{
	for (guint i = 0; from != NULL && i < from->len; i++) {
		actors = actors_add(actors, from->pdata[i]);
	}
	return actors;
}

const char *confidence_word(Confidence confidence)
{
	g_assert(confidence < _CONFIDENCE_N);
	return confidence_words[confidence];
}
