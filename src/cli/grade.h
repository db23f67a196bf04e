/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The verdict and the severity an event, a file or a rule was given, and how a severity looks. A
 * word of a newer Reeve counts as none, and as low.
 */
#pragma once

#include "cli/paint.h"
#include "event/verdict.h"

#include <jansson.h>

/* Member `key` ("severity", "level") of an object. */
Severity grade_severity(const json_t *object, const char *key);
/* Member "verdict". */
Verdict grade_verdict(const json_t *object);

Style grade_style(Severity severity);
/* "CRITICAL", "INFO"; at most eight columns. */
const char *grade_label(Severity severity);
