/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How things stand, gathered from everywhere into one JSON object: what `reeve status --json`
 * prints, and what its text is made from. Works beside a running daemon and without one.
 *
 *   {"ready":true,"trouble":[],"backend":"inotify","roots":["/etc"],"entries":1234,
 *    "uncovered":0,"gaps_open":0,
 *    "drift":{"count":2,"paths":[{"path":"/etc/x","verdict":"unapproved","severity":"low",
 *             "since":"<time>","event":"<id>"}]},
 *    "rules":{"count":27,"policy":"<digest>","problems":["..."]},
 *    "journal":{"events":12,"alerts":2,"gaps":1,"seq":12,"head":"<id>","since":"<time>",
 *               "bytes":4096},
 *    "snapshots":{"commit":"<oid>","bytes":65536},"catalog":{"bytes":8192},
 *    "stages":{"recorder":{"state":"ready","text":"...","pid":12}, ...}}
 */
#pragma once

#include "cli/context.h"

#include <jansson.h>

/* NULL and *error when the stores cannot be read at all. Caller decrefs. */
json_t *overview_gather(const Context *context, GError **error);
