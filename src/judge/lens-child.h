/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Starts reeve-lens beside us. The judge does it and not reeved: the two live and die together, and
 * what lies between them is one pair of sockets that nobody else has to know. Before the wall,
 * since behind it nothing executes; reeve-lens renews its workers by itself.
 */
#pragma once

#include "base/stage.h"
#include "change/lens.h"

/* NULL: it is not there or cannot be started, which is logged; then there are the readers of our
 * own alone. */
Lens *lens_child_start(const StageOptions *options);
