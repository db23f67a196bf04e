/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What one state of a path has more than another: permission bits, capabilities and attributes, as
 * words. Each result is NULL-ended and freed by the caller with g_strfreev. An absent state has
 * nothing, so a new file gains all that it has, and a deleted one gains nothing.
 */
#pragma once

#include "event/file-state.h"

#include <glib.h>

/* Of `setuid setgid sticky executable world-writable group-writable world-readable group-readable`
 * those that `after` has and `before` had not. The mode of a link means nothing and gains nothing.
 */
GStrv gain_mode_words(const FileState *before, const FileState *after);

/* File capabilities (permitted set): `cap_net_raw`; `cap_unreadable` when the attribute is not of a
 * form we know. */
GStrv gain_capabilities(const FileState *before, const FileState *after);

/* Names of attributes that are new or have another value. */
GStrv gain_xattrs(const FileState *before, const FileState *after);
