/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The register as a person at this machine sees it: requests with their standing as this host's
 * daemon judges it (its journal is recalled), and the bytes the requests pin. Also where register
 * and trusted keys are.
 */
#pragma once

#include "cli/context.h"
#include "cli/stock-git.h"
#include "register/register.h"

#include <glib.h>
#include <stdbool.h>

/* The folder of the register of this configuration; caller frees. */
char *register_place(const Context *context);

/* The trusted keys; a file that is not there trusts nobody. */
Signers *trusted_signers(const Context *context, GError **error);

typedef struct {
	char *place;
	Signers *signers;
	Register *reg;
	GHashTable *unseen; /* digests of approvals that the daemon has not journaled yet */
	Git git;            /* a workshop for reading blobs */
} RegisterView;

/* No register, or one that cannot be read: *error says what to do. One without requests is fine. */
bool register_view_open(const Context *context, RegisterView *ret, GError **error);
void register_view_close(RegisterView *view);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RegisterView, register_view_close)

/* The request whose id begins (or ends) with `word`; NULL and *error: none, or more than one. */
const Standing *register_view_find(const RegisterView *view, const char *word, GError **error);

/* A blob of the register by its git id (hex). */
GBytes *register_view_blob(const RegisterView *view, const char *id, gsize max_bytes,
			   GError **error);
