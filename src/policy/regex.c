/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Regular expressions with limits that grow with the value, and with nothing else. */
#include "policy/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <string.h>

/* What one value may cost: steps back, nesting, and KiB of memory. Some milliseconds. */
#define MATCH_LIMIT 200000
#define DEPTH_LIMIT 2000
#define HEAP_LIMIT_KIB 2048
#define PAREN_LIMIT 64

struct Regex {
	pcre2_code *code;
	pcre2_match_context *limits;
	pcre2_match_data *match;
};

static guint32 compile_options(const char *text, guint flags)
{
	guint32 options = PCRE2_NEVER_BACKSLASH_C;

	options |= (flags & REGEX_IGNORE_CASE) ? PCRE2_CASELESS : 0;
	options |= (flags & REGEX_MULTILINE) ? PCRE2_MULTILINE : 0;
	options |= (flags & REGEX_DOT_ALL) ? PCRE2_DOTALL : 0;
	/* Only an expression that knows more than ASCII pays for UTF-8. */
	if (!g_str_is_ascii(text)) {
		options |= PCRE2_UTF | PCRE2_MATCH_INVALID_UTF;
	}
	return options;
}

static pcre2_code *compile(const char *text, guint flags, GError **error)
{
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	pcre2_code *code;
	PCRE2_SIZE offset;
	PCRE2_UCHAR reason[256];
	int number;

	pcre2_set_parens_nest_limit(context, PAREN_LIMIT);
	code = pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED, compile_options(text, flags),
			     &number, &offset, context);
	pcre2_compile_context_free(context);
	if (code == NULL) {
		pcre2_get_error_message(number, reason, sizeof(reason));
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
			    "not a regular expression: %s, at character %zu", (char *)reason,
			    offset + 1);
	}
	return code;
}

Regex *regex_new(const char *text, guint flags, GError **error)
{
	g_autoptr(Regex) regex = g_new0(Regex, 1);

	if (strlen(text) > REGEX_MAX_BYTES) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
			    "a regular expression has at most %d bytes", REGEX_MAX_BYTES);
		return NULL;
	}
	regex->code = compile(text, flags, error);
	if (regex->code == NULL) {
		return NULL;
	}
	regex->limits = pcre2_match_context_create(NULL);
	pcre2_set_match_limit(regex->limits, MATCH_LIMIT);
	pcre2_set_depth_limit(regex->limits, DEPTH_LIMIT);
	pcre2_set_heap_limit(regex->limits, HEAP_LIMIT_KIB);
	/* one pair: whether it matched is all that is asked */
	regex->match = pcre2_match_data_create(1, NULL);
	return g_steal_pointer(&regex);
}

void regex_free(Regex *regex)
{
	if (regex != NULL) {
		pcre2_match_data_free(regex->match);
		pcre2_match_context_free(regex->limits);
		pcre2_code_free(regex->code);
		g_free(regex);
	}
}

RegexResult regex_matches(const Regex *regex, const char *value, gsize size)
{
	int n = pcre2_match(regex->code, (PCRE2_SPTR)value, size, 0, 0, regex->match,
			    regex->limits);

	if (n >= 0) {
		return REGEX_YES;
	}
	return n == PCRE2_ERROR_NOMATCH ? REGEX_NO : REGEX_CUT;
}
