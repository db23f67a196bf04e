/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Thrift: valgrind takes thirty times as long, and looks at memory alone. What a loop does for the
 * thousandth time is nothing new to it: it takes larger steps there.
 */
#pragma once

#include <glib.h>

/* The step of a loop, or the number of rounds: `usual`, or under valgrind `thrifty`. */
static inline guint thrift(guint usual, guint thrifty)
{
	return g_getenv("REEVE_UNDER_VALGRIND") == NULL ? usual : thrifty;
}
