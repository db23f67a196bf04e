/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Narrowing: what the configuration no longer watches leaves snapshot and catalog. Inside the
 * transaction of a scope change-set.
 */
#pragma once

#include "recorder/look.h"

/* Removes every recorded path that world->scope does not cover. */
bool narrow_stores(const LookWorld *world, GError **error);
