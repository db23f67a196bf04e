/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Verdicts and severities: see verdict.h. */
#include "event/verdict.h"

#include <glib.h>

static const char *const verdict_words[_VERDICT_N] = {
	[VERDICT_NONE] = "",
	[VERDICT_APPROVED] = "approved",
	[VERDICT_STANDARD] = "standard",
	[VERDICT_RESTORED] = "restored",
	[VERDICT_EMERGENCY] = "emergency",
	[VERDICT_UNVERIFIABLE] = "unverifiable",
	[VERDICT_MISMATCH] = "mismatch",
	[VERDICT_UNAPPROVED] = "unapproved",
};

static const char *const severity_words[_SEVERITY_N] = {
	[SEVERITY_INFORMATIONAL] = "informational",
	[SEVERITY_LOW] = "low",
	[SEVERITY_MEDIUM] = "medium",
	[SEVERITY_HIGH] = "high",
	[SEVERITY_CRITICAL] = "critical",
};

const char *verdict_word(Verdict verdict)
{
	g_assert(verdict < _VERDICT_N);
	return verdict_words[verdict];
}

const char *severity_word(Severity severity)
{
	g_assert(severity < _SEVERITY_N);
	return severity_words[severity];
}

bool verdict_from_word(const char *word, Verdict *ret)
{
	/* VERDICT_NONE has no word of its own */
	for (guint i = VERDICT_APPROVED; i < _VERDICT_N; i++) {
		if (g_str_equal(word, verdict_words[i])) {
			*ret = (Verdict)i;
			return true;
		}
	}
	return false;
}

bool severity_from_word(const char *word, Severity *ret)
{
	for (guint i = 0; i < _SEVERITY_N; i++) {
		if (g_str_equal(word, severity_words[i])) {
			*ret = (Severity)i;
			return true;
		}
	}
	return false;
}

bool verdict_is_alert(Verdict verdict, Severity severity)
{
	return verdict >= VERDICT_EMERGENCY || severity >= SEVERITY_HIGH;
}
