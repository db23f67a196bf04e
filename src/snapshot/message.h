/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The message of a commit: a first line fit for `git log --oneline`, then up to twenty paths, gaps
 * and transients. For people; no program reads it back.
 */
#pragma once

#include "snapshot/notes.h"
#include "snapshot/spine.h"

/* Caller frees. */
char *message_format(const Notes *notes, const Tally *tally);
