/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Deadlines: what is told because nobody did anything: a window that ended, and how much of the
 * request was done by then; an emergency nobody reviewed. Told once: the journal remembers it like
 * an approval.
 */
#pragma once

#include "change/store.h"
#include "register/register.h"

/* What fell due: array of Approval, owned by the caller; the register remembers them. `commit` is
 * the newest snapshot; NULL: there is none. */
GPtrArray *deadlines_take(Register *reg, Store *store, const char *commit, gint64 now_usec);
