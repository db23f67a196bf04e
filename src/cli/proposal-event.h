/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What has happened already, as a proposal: the changes of events of the journal, pinned exactly as
 * they were recorded. For whoever did it and asks afterwards.
 */
#pragma once

#include "cli/proposal.h"

/* Adds the files of these events (beginnings of ids), a path once: from before the first of them to
 * after the last. Without a title the request gets the summary of the last. */
bool proposal_add_events(Proposal *proposal, const Context *context, GStrv ids, GError **error);
