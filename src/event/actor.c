/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Actors: see actor.h. */
#include "event/actor.h"

static const char *const confidence_words[_CONFIDENCE_N] = {
	[CONFIDENCE_UNKNOWN] = "unknown",
	[CONFIDENCE_INFERRED] = "inferred",
	[CONFIDENCE_EXACT] = "exact",
};

Actor *actor_new(void)
{
	Actor *actor = g_new0(Actor, 1);

	actor->pid = -1;
	actor->uid = -1;
	actor->login_uid = -1;
	actor->session = -1;
	return actor;
}

Actor *actor_copy(const Actor *actor)
{
	Actor *copy = g_new(Actor, 1);

	*copy = *actor;
	copy->exe = g_strdup(actor->exe);
	copy->cmdline = g_strdup(actor->cmdline);
	copy->user = g_strdup(actor->user);
	copy->login_user = g_strdup(actor->login_user);
	copy->tty = g_strdup(actor->tty);
	copy->how = g_strdup(actor->how);
	return copy;
}

void actor_free(Actor *actor)
{
	if (actor == NULL) {
		return;
	}
	g_free(actor->exe);
	g_free(actor->cmdline);
	g_free(actor->user);
	g_free(actor->login_user);
	g_free(actor->tty);
	g_free(actor->how);
	g_free(actor);
}

const char *confidence_word(Confidence confidence)
{
	g_assert(confidence < _CONFIDENCE_N);
	return confidence_words[confidence];
}
