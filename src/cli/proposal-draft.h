/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Proposals that fill a draft: a request of the register that asks for nothing yet (one that was
 * imported, say) gets its paths, and keeps what it says about who, when and where.
 */
#pragma once

#include "cli/proposal.h"
#include "cli/register-view.h"

/* Whether it is one. */
bool standing_is_draft(const Standing *standing);

/* Puts the draft whose id `word` is (or ends it) in place of the proposal's request. Refused: there
 * is none, it is no draft, or it is over. */
bool proposal_take_draft(Proposal *proposal, const RegisterView *view, const char *word,
			 GError **error);
