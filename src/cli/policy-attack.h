/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rules in use by the techniques of ATT&CK that their tags name: what is covered, and by what.
 */
#pragma once

#include "cli/context.h"

#include <glib.h>

/* Prints them; `rules` is of Rule (policy/rule.h). Those that cannot fire here cover nothing. */
void policy_attack_print(const Context *context, const GPtrArray *rules);
