/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is secret without anybody saying so: the tables behind secret.h, each line with its
 * argument. Only secret.c reads them.
 */
#pragma once

#include "snapshot/secret.h"

typedef struct {
	const char *glob;
	SecretKind kind;
	const char *why;
} SecretPath;

/* The first line that matches decides; ended by a NULL glob. */
extern const SecretPath secret_paths[];

/*
 * A fixed string and what must follow it: `skip` characters (any number), then at least `least`
 * characters of `run`. The context keeps documentation, scripts and ordinary settings from being
 * taken for secrets.
 */
typedef enum {
	MARK_ANYWHERE, /* not in the middle of a word */
	MARK_LINE,     /* first on its line, blanks aside */
	MARK_ARMOUR,   /* -----BEGIN ...: `run` may follow header lines */
} MarkPlace;

typedef struct {
	const char *text;
	MarkPlace place;
	const char *skip;
	const char *run; /* characters; "a-z" ranges of three as in tr(1) */
	guint least;
	const char *why;
} SecretMark;

/* Ended by a NULL text. */
extern const SecretMark secret_marks[];
