/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * File systems that are not entered unless they are watched by name: those that are not files
 * (made up by the kernel) and those that are not here (a server that is slow to answer stops us).
 */
#pragma once

#include "recorder/scope.h"
#include "watch/mounts.h"

#include <stdbool.h>

/* Whether what `fd` (a reference will do) refers to lies on one; false when that is not known. */
bool foreign_is_opened(int fd);

/* Whether a path lies inside of one that is not to be entered: nobody is asked what is there.
 * `mounts` may be NULL: not known. */
bool foreign_hides(const Mounts *mounts, const Scope *scope, const char *path);

/* Whether a path is where a server's file system is mounted that is not to be entered: it is not
 * even looked at from outside, for the server may never answer. */
bool foreign_is_shut(const Mounts *mounts, const Scope *scope, const char *path);
