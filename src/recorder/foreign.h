/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * File systems that are not entered unless they are watched by name: those that are not files
 * (made up by the kernel) and those that are not here (a server that is slow to answer stops us).
 */
#pragma once

#include <stdbool.h>

/* Whether what `fd` (a reference will do) refers to lies on one; false when that is not known. */
bool foreign_is_opened(int fd);
