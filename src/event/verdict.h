/* SPDX-License-Identifier: LGPL-3.0-or-later */
/*
 * Values: verdicts and severities (design 5.3), and their words. Both are ordered from harmless to
 * worst, so the verdict of an event is the greatest of its files'.
 */
#pragma once

#include <stdbool.h>

typedef enum {
	VERDICT_NONE, /* kinds of event that carry no verdict */
	VERDICT_APPROVED,
	VERDICT_STANDARD,
	VERDICT_RESTORED,
	VERDICT_EMERGENCY,
	VERDICT_UNVERIFIABLE,
	VERDICT_MISMATCH,
	VERDICT_UNAPPROVED,
	_VERDICT_N,
} Verdict;

typedef enum {
	SEVERITY_INFORMATIONAL,
	SEVERITY_LOW,
	SEVERITY_MEDIUM,
	SEVERITY_HIGH,
	SEVERITY_CRITICAL,
	_SEVERITY_N,
} Severity;

/* The word of a value; static. "" for VERDICT_NONE. */
const char *verdict_word(Verdict verdict);
const char *severity_word(Severity severity);

/* The value of a word; false when there is none. */
bool verdict_from_word(const char *word, Verdict *ret);
bool severity_from_word(const char *word, Severity *ret);

/* Design 1, "alert": unapproved, mismatch, emergency or unverifiable, or at least high. */
bool verdict_is_alert(Verdict verdict, Severity severity);
