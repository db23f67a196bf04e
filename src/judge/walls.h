/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The second wall: the judge's. Around the one that parses: a user of its own without capabilities,
 * who reads snapshots.git and writes the journal's folder and nothing else, and who can neither
 * make nor connect a socket, nor start a program.
 */
#pragma once

#include "base/anchor.h"
#include "base/error.h"
#include "judge/options.h"

#include <stdbool.h>

/* Where the stores are once the wall stands: as root we take STATE for our root folder, so that
 * it can be reached whoever owns the folders above it. */
typedef struct {
	char *state_dir; /* as seen from behind the wall */
	char *journal_dir;
	char *register_dir;
	int journal_fd;
	int witness_fd;
	/* the folders the wall was built around: it cannot follow when they are exchanged */
	Anchor snapshots, journal, reg;
} JudgeWall;

/* Opens the folders (making an empty snapshots.git for the recorder to fill, when we come first),
 * then builds the wall. Irrevocable. */
bool judge_wall(const JudgeOptions *options, JudgeWall *ret, GError **error);
void judge_wall_clear(JudgeWall *wall);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(JudgeWall, judge_wall_clear)

/* The path of a store that is not the one the wall was built around any more; NULL: all are. */
const char *judge_wall_lost(const JudgeWall *wall);
