/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Values: the names of people. A person is a principal (alice@example.org) in one place and a login
 * (alice) in another; where two people must differ, names that may be the same person are.
 */
#pragma once

#include <stdbool.h>

/*
 * Whether two names may be the same person: equal but for case, or one is the other's part before
 * the `@`. For refusing only: a likeness of names never grants anything.
 */
bool person_may_be(const char *a, const char *b);
