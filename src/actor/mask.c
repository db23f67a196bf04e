/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Masking: see mask.h. The line is cut into words; each word is looked at by itself, and may say
 * that the next one is a secret.
 */
#include "actor/mask.h"

#include <stdbool.h>
#include <string.h>

typedef enum {
	NEXT_PLAIN,
	NEXT_SECRET, /* a value: masked whole */
	NEXT_LOGIN,  /* user:password */
	NEXT_SCHEME, /* of an Authorization header: the word behind it is the secret */
} Next;

/* In the name of an option, variable or header, after `-` and `_` are taken out. */
static const char *const secret_names[] = {
	"password",   "passwd",           "passphrase",    "pwd",        "secret",
	"token",      "apikey",           "accesskey",     "authkey",    "privkey",
	"privatekey", "credential",       "cookie",        "bearer",     "passin",
	"passout",    "userpass",         "authorization", "encryptkey", "signature",
	"sessionkey", "connectionstring",
};

/* Names that are a secret only when they are all there is. */
static const char *const whole_names[] = {"pass", "pw", "auth", "psk", "key", "pin", "otp"};

static const char *const token_beginnings[] = {
	"ghp_", "gho_", "ghs_", "github_pat_", "glpat-", "xoxb-", "xoxp-", "xoxa-",  "AKIA", "ASIA",
	"eyJ",  "sk-",  "sk_",  "pypi-",       "npm_",   "hvs.",  "dop_v", "shpat_", "AIza", "SG.",
};
#define TOKEN_MIN 16

/* Programs whose `-p` is a password: glued to it, or in the next word. */
static const char *const glued_programs[] = {"mysql", "mariadb", "7z", "rar", "unrar"};
static const char *const next_programs[] = {
	"sshpass", "useradd", "usermod",  "chage", "zip",       "unzip",    "htpasswd",
	"docker",  "podman",  "ipmitool", "mongo", "mongodump", "smbclient"};

static bool begins_with_any(const char *text, const char *const *words, gsize n)
{
	for (gsize i = 0; i < n; i++) {
		if (g_str_has_prefix(text, words[i])) {
			return true;
		}
	}
	return false;
}

#define BEGINS_WITH_ANY(text, words) begins_with_any(text, words, G_N_ELEMENTS(words))

static bool name_is_secret(const char *name, gsize size)
{
	char plain[64];
	gsize n = 0;

	for (gsize i = 0; i < size && n < sizeof(plain) - 1; i++) {
		if (g_ascii_isalnum(name[i])) {
			plain[n++] = g_ascii_tolower(name[i]);
		}
	}
	plain[n] = '\0';
	for (gsize i = 0; i < G_N_ELEMENTS(secret_names); i++) {
		if (strstr(plain, secret_names[i]) != NULL) {
			return true;
		}
	}
	for (gsize i = 0; i < G_N_ELEMENTS(whole_names); i++) {
		if (g_str_equal(plain, whole_names[i])) {
			return true;
		}
	}
	return false;
}

/* Where the value of `NAME=value` or `Name:value` begins; 0: the word is no such thing. */
static gsize value_begins(const char *word)
{
	gsize n = strspn(word, "-\"'");
	gsize name = strcspn(word + n, "=:/@\"' ");

	return name > 0 && (word[n + name] == '=' || word[n + name] == ':') ? n + name + 1 : 0;
}

/* Puts the userinfo of a URL aside: `scheme://user:secret@host`. True when there was one. */
static bool put_url(GString *out, const char *word)
{
	const char *scheme = strstr(word, "://");
	const char *user = scheme == NULL ? NULL : scheme + 3;
	gsize size = user == NULL ? 0 : strcspn(user, "/?#");
	const char *at = size == 0 ? NULL : g_strrstr_len(user, (gssize)size, "@");
	const char *colon = at == NULL ? NULL : memchr(user, ':', (gsize)(at - user));

	if (at == NULL || (colon == NULL && at - user < TOKEN_MIN)) {
		return false;
	}
	g_string_append_len(out, word, colon != NULL ? colon + 1 - word : user - word);
	g_string_append(out, MASK);
	g_string_append(out, at);
	return true;
}

static bool all_in(const char *text, const char *set)
{
	return text[strspn(text, set)] == '\0';
}

/* `-pSECRET`: not -p22 (a port) and not -pR (letters of other options). */
static bool is_glued_password(const char *program, const char *word)
{
	if (word[0] != '-' || word[1] != 'p' || word[2] == '\0') {
		return false;
	}
	if (BEGINS_WITH_ANY(program, glued_programs) || g_str_equal(program, "sshpass")) {
		return true;
	}
	/* openssl's -passin is a name */
	return !g_str_has_prefix(word, "-pass") && !all_in(word + 2, "0123456789:") &&
	       !(strlen(word + 2) <= 4 &&
		 all_in(word + 2, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"));
}

/* How an Authorization header begins; the word behind it is the secret. */
static bool is_scheme(const char *word)
{
	static const char *const schemes[] = {"bearer", "basic", "token", "digest"};

	for (gsize i = 0; i < G_N_ELEMENTS(schemes); i++) {
		if (g_ascii_strcasecmp(word, schemes[i]) == 0) {
			return true;
		}
	}
	return false;
}

static Next next_after(const char *program, const char *word)
{
	if (is_scheme(word)) {
		return NEXT_SECRET;
	}
	if (word[0] != '-') {
		return NEXT_PLAIN;
	}
	if (g_str_equal(word, "-u") || g_str_equal(word, "--user") ||
	    g_str_equal(word, "--proxy-user")) {
		return NEXT_LOGIN;
	}
	if (g_str_equal(word, "-p") || g_str_equal(word, "-P")) {
		return BEGINS_WITH_ANY(program, next_programs) ? NEXT_SECRET : NEXT_PLAIN;
	}
	/* one dash is enough: openssl and java have long options of that kind */
	return strlen(word) > 3 && name_is_secret(word, strlen(word)) ? NEXT_SECRET : NEXT_PLAIN;
}

static void put_login(GString *out, const char *word)
{
	const char *colon = strchr(word, ':');

	if (colon == NULL) {
		g_string_append(out, word);
	} else {
		g_string_append_len(out, word, colon + 1 - word);
		g_string_append(out, MASK);
	}
}

static bool is_login_option(const char *word, gsize value)
{
	return g_str_has_prefix(word, "--user=") || g_str_has_prefix(word, "--proxy-user=") ||
	       (value == 0 && g_str_has_prefix(word, "-u") && strchr(word, ':') != NULL);
}

static Next put_word(GString *out, const char *program, const char *word, Next next)
{
	gsize value = value_begins(word);
	gsize quotes = strspn(word, "\"'");

	if (next == NEXT_SCHEME) {
		g_string_append(out, is_scheme(word) ? word : MASK);
		return is_scheme(word) ? NEXT_SECRET : NEXT_PLAIN;
	}
	if (next == NEXT_SECRET || BEGINS_WITH_ANY(word + quotes, token_beginnings)) {
		bool is_short = next == NEXT_PLAIN && strlen(word + quotes) < TOKEN_MIN;

		g_string_append(out, is_short ? word : MASK);
		return NEXT_PLAIN;
	}
	if (next == NEXT_LOGIN || is_login_option(word, value)) {
		put_login(out, word);
		return NEXT_PLAIN;
	}
	if (is_glued_password(program, word)) {
		g_string_append(out, "-p" MASK);
		return NEXT_PLAIN;
	}
	if (value > 0 && name_is_secret(word, value - 1)) {
		bool is_header = word[value - 1] == ':' && word[value] == '\0';

		g_string_append_len(out, word, (gssize)value);
		if (is_header) {
			return NEXT_SCHEME;
		}
		g_string_append(out, MASK);
		return NEXT_PLAIN;
	}
	if (!put_url(out, word)) {
		g_string_append(out, word);
	}
	return next_after(program, word + quotes);
}

/* How long the word at `text` is; a quoted part belongs to it whole. */
static gsize word_size(const char *text)
{
	gsize n = 0;

	while (text[n] != '\0' && strchr(" \t\n;|&<>()", text[n]) == NULL) {
		if (text[n] == '"' || text[n] == '\'') {
			const char *end = strchr(text + n + 1, text[n]);

			/* only `NAME="a b"`: a quoted script is words like any other */
			if (end != NULL && n > 0 && text[n - 1] == '=') {
				n = (gsize)(end - text);
			}
		}
		n++;
	}
	return n;
}

typedef struct {
	GString *out;
	char *program;
	bool is_first; /* the next word names a program */
	Next next;
} Masking;

/* The first word of a command, and behind sudo, env and the like any program we know. */
static void look_for_program(Masking *masking, const char *word)
{
	const char *slash = strrchr(word, '/');
	const char *name = slash == NULL ? word : slash + 1;

	if (BEGINS_WITH_ANY(name, glued_programs) || BEGINS_WITH_ANY(name, next_programs) ||
	    (masking->is_first && strchr(word, '=') == NULL)) {
		g_free(masking->program);
		masking->program = g_strdup(name);
		masking->is_first = false;
	}
}

/* An argument that is `NAME=value` or `Name: Scheme value`: the value goes as a whole. */
static void put_value(GString *out, const char *text, gsize value)
{
	gsize spaces = strspn(text + value, " ");
	gsize word = strcspn(text + value + spaces, " ");
	g_autofree char *scheme = g_strndup(text + value + spaces, word);

	g_string_append_len(out, text, (gssize)(value + spaces));
	if (is_scheme(scheme) && text[value + spaces + word] == ' ') {
		g_string_append_printf(out, "%s ", scheme);
	}
	g_string_append(out, MASK);
}

static void put_argument(Masking *masking, const char *text, bool is_script)
{
	bool is_login_list = strstr(text, "chpasswd") != NULL;

	gsize value = value_begins(text);

	/* a secret that is an argument, or the value in one, may have spaces */
	if (masking->next == NEXT_SECRET) {
		g_string_append(masking->out, MASK);
		masking->next = NEXT_PLAIN;
		return;
	}
	if (!is_script && value > 0 && name_is_secret(text, value - 1)) {
		put_value(masking->out, text, value);
		return;
	}
	while (*text != '\0') {
		gsize size = word_size(text);
		g_autofree char *word = g_strndup(text, size);

		if (size == 0) {
			masking->is_first |= strchr(";|&(\n", *text) != NULL;
			g_string_append_c(masking->out, *text == '\n' ? ' ' : *text);
			text++;
			continue;
		}
		look_for_program(masking, word + strspn(word, "\"'"));
		if (is_login_list && masking->next == NEXT_PLAIN) {
			masking->next = NEXT_LOGIN;
		}
		masking->next = put_word(masking->out, masking->program, word, masking->next);
		text += size;
	}
}

char *mask_arguments(const char *args, gsize size)
{
	Masking masking = {g_string_new(NULL), g_strdup(""), true, NEXT_PLAIN};
	bool is_script = false;

	for (gsize at = 0; at < size;) {
		gsize length = strnlen(args + at, size - at);
		g_autofree char *text = g_strndup(args + at, length);

		if (at > 0) {
			g_string_append_c(masking.out, ' ');
		}
		/* a script has programs of its own */
		masking.is_first |= strpbrk(text, " ;|&") != NULL;
		put_argument(&masking, text, is_script);
		is_script = g_str_equal(text, "-c");
		at += length + 1;
	}
	g_free(masking.program);
	return g_string_free(masking.out, FALSE);
}
