/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The labelled lines of `reeve explain`: what a verdict means, what led to it, what to do.
 */
#pragma once

#include "cli/paint.h"
#include "event/verdict.h"

#include <jansson.h>

/* "  label     text", wrapped. */
void explain_put_line(const Paint *paint, GString *out, const char *label, Style style,
		      const char *text);
/* What the verdict means, and what would change it. */
void explain_put_verdict(const Paint *paint, GString *out, Verdict verdict);
/* Every reason of one member of `files`: each request considered, each test that failed. */
void explain_put_reasons(const Paint *paint, GString *out, const json_t *file);
/* All members of `files`. Each verdict is explained once, behind the last that has it. */
void explain_put_files(const Paint *paint, GString *out, const json_t *files);
