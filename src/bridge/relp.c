/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RELP's words: see relp.h. */
#include "bridge/relp.h"

#include <string.h>

#define TXNR_DIGITS 9
#define WORD_MAX 32

void relp_append(GString *out, guint txnr, const char *command, const char *data, gsize size)
{
	g_string_append_printf(out, "%u %s %" G_GSIZE_FORMAT, txnr, command, size);
	if (size > 0) {
		g_string_append_c(out, ' ');
		g_string_append_len(out, data, (gssize)size);
	}
	g_string_append_c(out, '\n');
}

/* A number up to a space or line feed, which stays. */
static RelpRead read_number(const char *data, gsize size, gsize *at, guint *ret)
{
	gsize begin = *at;

	*ret = 0;
	for (; *at < size && g_ascii_isdigit(data[*at]); (*at)++) {
		if (*at - begin == TXNR_DIGITS) {
			return RELP_NONSENSE;
		}
		*ret = *ret * 10 + (guint)(data[*at] - '0');
	}
	if (*at == size) {
		return RELP_MORE;
	}
	return *at > begin && (data[*at] == ' ' || data[*at] == '\n') ? RELP_ANSWER : RELP_NONSENSE;
}

static RelpRead read_word(const char *data, gsize size, gsize *at, char ret[WORD_MAX + 1])
{
	gsize n = 0;

	for (; *at < size && data[*at] != ' '; (*at)++) {
		if (n == WORD_MAX || !g_ascii_isalpha(data[*at])) {
			return RELP_NONSENSE;
		}
		ret[n++] = data[*at];
	}
	ret[n] = '\0';
	return *at == size ? RELP_MORE : RELP_ANSWER;
}

static RelpRead read_data(const char *data, gsize size, gsize *at, guint length, RelpAnswer *ret)
{
	const char *text;

	if (length > RELP_DATA_MAX) {
		return RELP_NONSENSE;
	}
	*at += length > 0; /* the space */
	if (size - *at < (gsize)length + 1) {
		return RELP_MORE;
	}
	text = data + *at;
	*at += length;
	if (data[*at] != '\n') {
		return RELP_NONSENSE;
	}
	(*at)++;
	ret->status = length < 3 || !g_ascii_isdigit(text[0]) || !g_ascii_isdigit(text[1]) ||
				      !g_ascii_isdigit(text[2])
			      ? -1
			      : (text[0] - '0') * 100 + (text[1] - '0') * 10 + text[2] - '0';
	return RELP_ANSWER;
}

RelpRead relp_read(const char *data, gsize size, RelpAnswer *ret, gsize *ret_used)
{
	char word[WORD_MAX + 1];
	guint length = 0;
	gsize at = 0;
	RelpRead got = read_number(data, size, &at, &ret->txnr);

	if (got != RELP_ANSWER || data[at++] != ' ') {
		return got == RELP_ANSWER ? RELP_NONSENSE : got;
	}
	got = read_word(data, size, &at, word);
	if (got != RELP_ANSWER) {
		return got;
	}
	at++;
	got = read_number(data, size, &at, &length);
	if (got == RELP_ANSWER) {
		got = (data[at] == ' ') == (length > 0) ? read_data(data, size, &at, length, ret)
							: RELP_NONSENSE;
	}
	ret->is_close = g_str_equal(word, "serverclose");
	if (got == RELP_ANSWER && !ret->is_close && !g_str_equal(word, "rsp")) {
		return RELP_NONSENSE;
	}
	*ret_used = at;
	return got;
}
