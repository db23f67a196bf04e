/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ballast: a little room on the disk of STATE that is kept for the moment when there is none
 * left, so that Reeve can say so: STATE/ballast, a folder of a few files, as inodes may run out
 * before bytes do.
 */
#pragma once

#include <stdbool.h>

/* Takes the room, unless it is taken already or the disk is nearly full. Whether there is any now.
 */
bool ballast_load(int state_fd);

/* Gives it back to the disk. Whether there was any. */
bool ballast_drop(int state_fd);
