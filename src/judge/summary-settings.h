/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The part of a summary that tells which settings a change has changed, in the words of the program
 * that reads them. No value of a setting whose name sounds like a secret.
 */
#pragma once

#include "event/change.h"

/* "PermitRootLogin no -> yes, Port added: 22 and 3 more": by the settings that were found, else by
 * two lines that begin with the same word. False: nothing was appended. */
bool summary_append_settings(GString *out, const Change *change);
