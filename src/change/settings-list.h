/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The settings of one version of a file, in the order of the file: shared by settings.c, the
 * readers (settings-lines.c, settings-accounts.c) and reeve-lens, nobody else's.
 */
#pragma once

#include "change/settings.h"

/* A piece of a line; no string. */
typedef struct {
	const char *text;
	gsize size;
} Word;

typedef struct {
	char *name;
	char *value; /* what counts */
	char *shown; /* what is told; NULL: the value */
} Item;

typedef struct {
	GPtrArray *items; /* of Item */
	char *block;      /* what the lines below belong to: "Match User bob", "[Service]"; NULL */
	bool is_full;
} SettingsList;

void settings_list_init(SettingsList *list);
void settings_list_clear(SettingsList *list);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SettingsList, settings_list_clear)

/* What differs is added to `ret` (of Setting). Returns whether the lists are the same, order and
 * all: another order is a difference that no setting shows. */
bool settings_list_compare(const SettingsList *before, const SettingsList *after, bool ignores_case,
			   GPtrArray *ret);

/* Takes one logical line, without comments' lines, LF and blanks around it. */
typedef void SettingsRead(SettingsList *list, Word line);

struct SettingsReader {
	const char *glob;
	SettingsRead *read;
	bool has_continuations; /* a backslash at a line's end */
	bool ignores_case;      /* of names */
	bool has_semicolons;    /* `;` begins a comment, as `#` does */
};

SettingsRead settings_read_words;   /* sshd_config, login.defs: Name value */
SettingsRead settings_read_equals;  /* sysctl, units: [Section], name = value */
SettingsRead settings_read_sudoers; /* grants, aliases, defaults */
SettingsRead settings_read_keys;    /* authorized_keys: by fingerprint */
SettingsRead settings_read_passwd;
SettingsRead settings_read_group;
SettingsRead settings_read_shadow;
SettingsRead settings_read_gshadow;
SettingsRead settings_read_crontab;      /* of the system: jobs have a user */
SettingsRead settings_read_user_crontab; /* of a user: they have not */

/* Adds one; takes the strings. `shown` may be NULL. */
void settings_add(SettingsList *list, char *name, char *value, char *shown);
/* Takes the next word off a line's front, separated by one of `separators`. */
Word word_take(Word *line, const char *separators);
Word word_trim(Word word);
char *word_text(Word word);
/* The text with each stretch of blanks as one. */
char *word_squeeze(Word word);
bool word_starts_with(Word word, const char *prefix);
