/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Keeps a JournalPosition (journal.h): how far the judging went, as the events themselves tell it,
 * whether they are just being written or read back. Inside journal/ only.
 */
#pragma once

#include "journal/journal.h"

/* Both return true when the event is the first of another commit. */
bool position_take_event(JournalPosition *position, const Event *event);
bool position_take_json(JournalPosition *position, const json_t *event);
