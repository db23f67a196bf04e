/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Verdicts and severities as shown: see grade.h. */
#include "cli/grade.h"

#include "cli/pick.h"

Severity grade_severity(const json_t *object, const char *key)
{
	const char *word = pick_text(object, key);
	Severity severity;

	return word != NULL && severity_from_word(word, &severity) ? severity : SEVERITY_LOW;
}

Verdict grade_verdict(const json_t *object)
{
	const char *word = pick_text(object, "verdict");
	Verdict verdict;

	return word != NULL && verdict_from_word(word, &verdict) ? verdict : VERDICT_NONE;
}

Style grade_style(Severity severity)
{
	switch (severity) {
	case SEVERITY_CRITICAL:
		return STYLE_CRITICAL;
	case SEVERITY_HIGH:
		return STYLE_HIGH;
	case SEVERITY_MEDIUM:
		return STYLE_MEDIUM;
	case SEVERITY_LOW:
		return STYLE_LOW;
	case SEVERITY_INFORMATIONAL:
	case _SEVERITY_N:
		return STYLE_DIM;
	}
	g_assert_not_reached();
}

const char *grade_label(Severity severity)
{
	switch (severity) {
	case SEVERITY_CRITICAL:
		return "CRITICAL";
	case SEVERITY_HIGH:
		return "HIGH";
	case SEVERITY_MEDIUM:
		return "MEDIUM";
	case SEVERITY_LOW:
		return "LOW";
	case SEVERITY_INFORMATIONAL:
	case _SEVERITY_N:
		return "INFO";
	}
	g_assert_not_reached();
}
