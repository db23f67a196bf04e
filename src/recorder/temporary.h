/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Names that look temporary: what editors, package managers and stream editors write for a moment
 * before a rename. Only a look: nothing is left out because of its name, it waits a little.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* Whether the last component of a path looks like a temporary name. */
bool name_looks_temporary(const char *name);

/* Whether it is one that a package manager unpacks under, and gives its own name when the whole
 * package is there: that takes seconds. Such names look temporary, too. */
bool name_is_unpacked(const char *name);

/* The name that a temporary-looking one is made beside, by its form (".conf.swp" and
 * "conf.dpkg-new" stand beside "conf"); NULL: its form does not tell. Caller frees. */
char *name_beside_temporary(const char *name);
