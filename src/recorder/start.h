/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a recorder owes to the past when it starts: the baseline the first time; later the change of
 * scope, if the configuration has changed, and one rescan of everything with the gap since the last
 * sure moment.
 */
#pragma once

#include "recorder/recorder.h"

/*
 * Makes these commits. False and *error: nothing, or only the change of scope, has been committed;
 * calling it again goes on where it stopped.
 */
bool start_catch_up(Recorder *recorder, GError **error);
