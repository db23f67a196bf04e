/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The weather: whether STATE can be written to at all, and if not, why: the difference between a
 * trouble that passes by itself, of which a person wants to hear one word, and a defect.
 */
#pragma once

#include <glib.h>
#include <sys/statvfs.h>

/* Less than this is a full disk: a commit and what the judge has to say of it would not fit. */
#define WEATHER_ROOM_BYTES (1024 * 1024)

/*
 * "disk-full" "no-inodes" "read-only" "no-descriptors", or "trouble" when it is something else;
 * NULL: fair. Finds out by writing a small file into the folder `state_fd`, which is removed.
 */
const char *weather_of(int state_fd);

/* The judgement of weather_of: `failure` is the errno of the attempt (0: it worked). */
const char *weather_word(int failure, const struct statvfs *disk);

/* A sentence for the word. */
const char *weather_text(const char *word);
