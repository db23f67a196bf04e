/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Starting a stage: fork and exec with exactly the descriptors it is to have, under fixed numbers,
 * and nothing else of ours: neither descriptors, environment, signals nor terminal.
 *
 * The stage gets a session of its own, so that ^C reaches reeved alone, which then ends the stages
 * in order. It gets no parent-death signal: the lifeline tells of our end without cutting a write
 * in two, and a signal would be lost by the change of user anyway.
 */
#pragma once

#include "base/error.h"

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

typedef enum {
	SPAWN_LIFELINE,
	SPAWN_BELL,
	SPAWN_NEXT_BELL,
	SPAWN_BARRIER,
	SPAWN_BARRIER_BELL,
	SPAWN_SHEET, /* the relay's: config/bus-sheet.h */
	SPAWN_LOCK,  /* held, never named: see lock.h */
	_SPAWN_N,
} SpawnSlot;

/*
 * `program` is a path; `arguments` are those of the plan, to which the options of the descriptors
 * are added. `descriptors` (-1: none) stay ours. False and *error when it could not be executed.
 */
bool spawn_stage(const char *program, const char *const *arguments, const int descriptors[_SPAWN_N],
		 pid_t *ret_pid, GError **error);

/* Where the program of a stage ("recorder") is: beside our own in a build tree, else where it was
 * installed. Caller frees. */
char *spawn_program(const char *stage);
