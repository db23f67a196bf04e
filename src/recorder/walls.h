/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The recorder's wall (design 2): it reads everything and speaks to no one. walls.c argues each
 * line of what is left to it.
 */
#pragma once

#include "base/stage.h"

/* Builds the wall. Before the first thread and before anything is read of the watched tree. */
bool recorder_build_walls(const StageOptions *options, GError **error);
