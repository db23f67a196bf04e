/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A tree of Augeas as settings with names a person knows: "database passwd/service", "/home/opt",
 * "Manager/LogLevel". Comments are none. An entry that Augeas merely numbers is called by what it
 * begins with, so that a new line in front of it renames nothing.
 */
#pragma once

#include "change/settings-list.h"

#include <augeas.h>
#include <stdbool.h>

/* Beyond so many nodes a file is not read. */
#define FLATTEN_MAX_NODES 20000

/*
 * Adds what stands below `path` of the tree, in the order of the file. False: too much. `shape`
 * gets all of it as it is nested: settings alone do not tell two blocks of one name from one with
 * the content of both, nor what was cut.
 */
bool flatten(augeas *tree, const char *path, SettingsList *list, GString *shape);
