/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Trusted keys: see signers.h. */
#include "register/signers.h"
#include "register/ssh-key.h"
#include "register/wire.h"

#include <string.h>
#include <time.h>

#define SIGNERS_MAX_LINES 10000

struct Signers {
	GPtrArray *lines; /* of Signer */
};

/* A line while it is read. */
typedef struct {
	const char *name;
	guint number;
	const char *start;
	const char *at;
} Cursor;

static void signer_free(Signer *signer)
{
	g_strfreev(signer->principals);
	g_strfreev(signer->namespaces);
	g_free(signer->key_type);
	g_clear_pointer(&signer->key, g_bytes_unref);
	g_free(signer->fingerprint);
	g_free(signer->comment);
	g_free(signer);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Signer, signer_free)

void signers_free(Signers *signers)
{
	g_ptr_array_unref(signers->lines);
	g_free(signers);
}

guint signers_count(const Signers *signers)
{
	return signers->lines->len;
}

const Signer *signers_get(const Signers *signers, guint index)
{
	return g_ptr_array_index(signers->lines, index);
}

G_GNUC_PRINTF(3, 4)
static bool complain(const Cursor *cursor, GError **error, const char *format, ...)
{
	g_autofree char *problem = NULL;
	va_list args;

	va_start(args, format);
	problem = g_strdup_vprintf(format, args);
	va_end(args);
	g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX, "%s:%u:%u: %s", cursor->name,
		    cursor->number, (guint)(cursor->at - cursor->start) + 1, problem);
	return false;
}

static void skip_blanks(Cursor *cursor)
{
	cursor->at += strspn(cursor->at, " \t");
}

/* The next word up to a blank; blanks inside double quotes belong to it. */
static char *take_word(Cursor *cursor)
{
	const char *start = cursor->at;
	bool quoted = false;

	for (; *cursor->at != '\0'; cursor->at++) {
		if (*cursor->at == '"') {
			quoted = !quoted;
		} else if (!quoted && (*cursor->at == ' ' || *cursor->at == '\t')) {
			break;
		}
	}
	return quoted ? NULL : g_strndup(start, (gsize)(cursor->at - start));
}

static bool read_principals(Cursor *cursor, Signer *signer, GError **error)
{
	g_autofree char *word = take_word(cursor);

	if (word == NULL) {
		return complain(cursor, error, "a quote is not closed");
	}
	if (strpbrk(word, "*?!\"/") != NULL) {
		return complain(cursor, error,
				"principal `%s`: patterns are not accepted, name each person",
				word);
	}
	signer->principals = g_strsplit(word, ",", -1);
	for (char **p = signer->principals; *p != NULL; p++) {
		if (**p == '\0') {
			return complain(cursor, error, "an empty principal");
		}
	}
	return true;
}

/* YYYYMMDD[HHMM[SS]][Z]; without Z it is local time, as in ssh-keygen. */
static bool read_moment(const char *text, gint64 *ret_usec)
{
	gsize digits = strspn(text, "0123456789");
	bool is_utc = text[digits] == 'Z' && text[digits + 1] == '\0';
	struct tm tm = {.tm_isdst = -1};
	struct tm normal;
	int year, month;
	time_t moment;

	if ((digits != 8 && digits != 12 && digits != 14) || (!is_utc && text[digits] != '\0') ||
	    sscanf(text, "%4d%2d%2d", &year, &month, &tm.tm_mday) != 3) {
		return false;
	}
	if (digits >= 12) {
		sscanf(text + 8, "%2d%2d", &tm.tm_hour, &tm.tm_min);
	}
	if (digits == 14) {
		sscanf(text + 12, "%2d", &tm.tm_sec);
	}
	tm.tm_year = year - 1900;
	tm.tm_mon = month - 1;
	normal = tm;
	moment = is_utc ? timegm(&normal) : mktime(&normal);
	if (year < 1970 || normal.tm_mday != tm.tm_mday || normal.tm_mon != tm.tm_mon ||
	    tm.tm_hour > 23 || tm.tm_min > 59 || tm.tm_sec > 59) {
		return false;
	}
	*ret_usec = (gint64)moment * 1000000;
	return true;
}

/* What of an option stands behind its '=', without the quotes; NULL when it is not quoted. */
static char *unquote(const char *value)
{
	gsize length = strlen(value);

	if (length < 2 || value[0] != '"' || value[length - 1] != '"' ||
	    memchr(value + 1, '"', length - 2) != NULL) {
		return NULL;
	}
	return g_strndup(value + 1, length - 2);
}

/* Each limit once: of two, no reader should have to know which one counts. */
static bool take_moment(Cursor *cursor, const char *name, const char *value, gint64 *ret_usec,
			GError **error)
{
	if (*ret_usec != 0) {
		return complain(cursor, error, "%s: given twice", name);
	}
	/* a limit at the epoch itself would read as none */
	return (read_moment(value, ret_usec) && *ret_usec != 0) ||
	       complain(cursor, error, "%s: `%s` is not YYYYMMDD[HHMM[SS]][Z]", name, value);
}

static bool apply_option(Cursor *cursor, Signer *signer, const char *name, const char *value,
			 GError **error)
{
	if (g_ascii_strcasecmp(name, "namespaces") == 0) {
		if (signer->namespaces != NULL || strpbrk(value, "*?!") != NULL) {
			return complain(cursor, error,
					"namespaces: once, and names without patterns");
		}
		signer->namespaces = g_strsplit(value, ",", -1);
		return true;
	}
	if (g_ascii_strcasecmp(name, "valid-after") == 0) {
		return take_moment(cursor, name, value, &signer->valid_after_usec, error);
	}
	if (g_ascii_strcasecmp(name, "valid-before") == 0) {
		return take_moment(cursor, name, value, &signer->valid_before_usec, error);
	}
	if (g_ascii_strcasecmp(name, "cert-authority") == 0) {
		return complain(cursor, error,
				"cert-authority: certificates are not accepted; "
				"list the keys themselves");
	}
	return complain(cursor, error, "unknown option `%s`", name);
}

static bool read_option(Cursor *cursor, Signer *signer, const char *option, GError **error)
{
	const char *equals = strchr(option, '=');
	g_autofree char *name = NULL;
	g_autofree char *value = NULL;

	if (equals == NULL) {
		return apply_option(cursor, signer, option, "", error);
	}
	name = g_strndup(option, (gsize)(equals - option));
	value = unquote(equals + 1);
	if (value == NULL) {
		return complain(cursor, error, "%s: the value goes in double quotes", name);
	}
	return apply_option(cursor, signer, name, value, error);
}

/* Options are separated by commas outside quotes. */
static bool read_options(Cursor *cursor, Signer *signer, const char *word, GError **error)
{
	const char *start = word;
	bool quoted = false;

	for (const char *p = word;; p++) {
		if (*p == '"') {
			quoted = !quoted;
		}
		if (*p == '\0' || (*p == ',' && !quoted)) {
			g_autofree char *option = g_strndup(start, (gsize)(p - start));

			if (!read_option(cursor, signer, option, error)) {
				return false;
			}
			start = p + 1;
		}
		if (*p == '\0') {
			return true;
		}
	}
}

static bool read_key(Cursor *cursor, Signer *signer, const char *type, GError **error)
{
	g_autofree char *base64 = NULL;
	g_autofree char *named = NULL;
	g_autoptr(GError) refused = NULL;
	const SshKeyType *known = NULL;
	guint8 *raw;
	gsize size = 0;
	EVP_PKEY *key;

	skip_blanks(cursor);
	base64 = take_word(cursor);
	raw = base64 == NULL ? NULL : wire_from_base64(base64, &size);
	signer->key_type = g_strdup(type);
	signer->key = g_bytes_new_take(raw, raw == NULL ? 0 : size);
	named = ssh_key_type_name(signer->key);
	if (named == NULL || !g_str_equal(named, type)) {
		return complain(cursor, error, "this is no %s key", type);
	}
	key = ssh_key_load(signer->key, &known, &refused);
	if (key == NULL) {
		return complain(cursor, error, "%s", refused->message);
	}
	EVP_PKEY_free(key);
	skip_blanks(cursor);
	signer->comment = g_strdup(cursor->at);
	return true;
}

static bool word_is_key_type(const char *word)
{
	return g_str_has_prefix(word, "ssh-") || g_str_has_prefix(word, "ecdsa-") ||
	       g_str_has_prefix(word, "sk-");
}

static bool read_line(Cursor *cursor, Signer *signer, GError **error)
{
	g_autofree char *word = NULL;

	if (!read_principals(cursor, signer, error)) {
		return false;
	}
	skip_blanks(cursor);
	word = take_word(cursor);
	if (word != NULL && *word != '\0' && !word_is_key_type(word)) {
		if (!read_options(cursor, signer, word, error)) {
			return false;
		}
		skip_blanks(cursor);
		g_free(word);
		word = take_word(cursor);
	}
	if (word == NULL || !word_is_key_type(word)) {
		return complain(cursor, error, "expected a key type such as ssh-ed25519");
	}
	return read_key(cursor, signer, word, error);
}

Signers *signers_parse(const char *name, const void *data, gsize size, GError **error)
{
	g_autoptr(Signers) signers = g_new0(Signers, 1);
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;

	signers->lines = g_ptr_array_new_with_free_func((GDestroyNotify)signer_free);
	if (size > SIGNERS_MAX_BYTES) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_LIMIT, "%s: larger than %d bytes", name,
			    SIGNERS_MAX_BYTES);
		return NULL;
	}
	text = g_strndup(size == 0 ? "" : data, size); /* an empty GBytes has no bytes */
	if (strlen(text) != size || !g_utf8_validate(text, -1, NULL)) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
			    "%s: NUL bytes, or not UTF-8: this is no allowed_signers file", name);
		return NULL;
	}
	lines = g_strsplit(text, "\n", SIGNERS_MAX_LINES + 1);
	for (guint i = 0; lines[i] != NULL; i++) {
		Cursor cursor = {name, i + 1, lines[i], lines[i]};
		g_autoptr(Signer) signer = g_new0(Signer, 1);

		g_strchomp(lines[i]);
		skip_blanks(&cursor);
		if (*cursor.at == '\0' || *cursor.at == '#') {
			continue;
		}
		signer->line = i + 1;
		if (!read_line(&cursor, signer, error)) {
			return NULL;
		}
		signer->fingerprint = ssh_key_fingerprint(signer->key);
		g_ptr_array_add(signers->lines, g_steal_pointer(&signer));
	}
	return g_steal_pointer(&signers);
}

GStrv signers_names_of(const Signers *signers, const char *fingerprint)
{
	g_autoptr(GStrvBuilder) names = g_strv_builder_new();

	for (guint i = 0; i < signers->lines->len; i++) {
		const Signer *signer = g_ptr_array_index(signers->lines, i);

		if (g_strcmp0(signer->fingerprint, fingerprint) == 0) {
			g_strv_builder_addv(names, (const char **)signer->principals);
		}
	}
	return g_strv_builder_end(names);
}

/* What one line says; both ends of its validity are inclusive, as in ssh-keygen. */
static SignerVerdict judge_line(const Signer *signer, const char *principal, const char *name_space,
				gint64 at_usec)
{
	if (!g_strv_contains((const char *const *)signer->principals, principal)) {
		return SIGNER_OTHER_PERSON;
	}
	if (signer->namespaces != NULL &&
	    !g_strv_contains((const char *const *)signer->namespaces, name_space)) {
		return SIGNER_WRONG_NAMESPACE;
	}
	if (signer->valid_after_usec != 0 && at_usec < signer->valid_after_usec) {
		return SIGNER_NOT_YET_VALID;
	}
	if (signer->valid_before_usec != 0 && at_usec > signer->valid_before_usec) {
		return SIGNER_EXPIRED;
	}
	return SIGNER_TRUSTED;
}

/* How near a verdict comes to trust: the message of the nearest line helps most. */
static int nearness(SignerVerdict verdict)
{
	switch (verdict) {
	case SIGNER_TRUSTED:
		return 5;
	case SIGNER_EXPIRED:
		return 4;
	case SIGNER_NOT_YET_VALID:
		return 3;
	case SIGNER_WRONG_NAMESPACE:
		return 2;
	case SIGNER_OTHER_PERSON:
		return 1;
	case SIGNER_UNKNOWN_KEY:
		return 0;
	}
	g_assert_not_reached();
}

SignerVerdict signers_judge(const Signers *signers, GBytes *key, const char *principal,
			    const char *name_space, gint64 at_usec, const Signer **ret_signer)
{
	SignerVerdict best = SIGNER_UNKNOWN_KEY;
	const Signer *nearest = NULL;

	for (guint i = 0; i < signers->lines->len; i++) {
		const Signer *signer = g_ptr_array_index(signers->lines, i);
		SignerVerdict verdict;

		if (!g_bytes_equal(signer->key, key)) {
			continue;
		}
		verdict = judge_line(signer, principal, name_space, at_usec);
		if (nearness(verdict) > nearness(best)) {
			best = verdict;
			nearest = signer;
		}
	}
	if (ret_signer != NULL) {
		*ret_signer = nearest;
	}
	return best;
}
