/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One line for a person: what happened, to what, by whom. Everything foreign in it is escaped. What
 * was in a secret file never gets here, and neither does the value of a setting whose name sounds
 * like one.
 */
#pragma once

#include "event/event.h"

#include <glib.h>

/* "/etc/ssh/sshd_config: PermitRootLogin no -> yes, by alice as root (sed)". Uses the added and
 * removed lines, so it must be made while they are there. Caller frees. */
char *summary_of_change(const Change *change);

/* "12 files changed: /etc/a, /etc/b, /etc/c and 9 more"; the worst first. */
char *summary_of_changes(const GPtrArray *changes);

/* Of an event of kind change that is otherwise complete, one part of `changes` changes. Of a
 * package run: "nginx 1.22 -> 1.24: 12 paths as agreed", or what it did beyond that. */
char *summary_of_event(const Event *event, guint changes);

/* "hints may be missing from ... to ... (overflow), below /etc; everything there was looked at
 * again". */
char *summary_of_gap(const Gap *gap);

/* "baseline: 1234 entries adopted", "watching /a, /b besides; 1234 entries in view". */
char *summary_of_adoption(const ChangeSet *set);
