/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The charter: the register's own policy as it is in force on this host: who may approve what, who
 * is who, which keys are revoked. Each part may be missing, and then the default holds.
 */
#pragma once

#include "register/approvers.h"
#include "register/people.h"
#include "register/policy-path.h"
#include "register/revoked.h"

#include <glib.h>
#include <stdbool.h>

#define CHARTER_MAX_BYTES (1024 * 1024)

typedef struct {
	Approvers *approvers; /* NULL: approvers_default */
	People *people;       /* NULL */
	Revoked *revoked;     /* NULL */
} Charter;

void charter_clear(Charter *charter);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Charter, charter_clear)

/* Puts one part in place of what is there; `bytes` NULL: it is gone. On error nothing changes. */
bool charter_set(Charter *charter, PolicyFile file, GBytes *bytes, GError **error);

const Approvers *charter_approvers(const Charter *charter);
