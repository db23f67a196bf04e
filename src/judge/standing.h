/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Standing requests that come with the rules: a rule tagged reeve.standing.NAME stands for the
 * request NAME of type `standard` (doc/policies.md), so what it fires on is as agreed. It takes
 * nothing away: the levels of other rules count as ever.
 */
#pragma once

#include "event/change.h"

/* Call after the rules were asked. What no request covers, or what could not be verified, becomes
 * `standard` when such a rule fired; `request` names it, and the reasons say why. */
void standing_apply(Change *change);
