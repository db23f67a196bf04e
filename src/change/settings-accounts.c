/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Readers of accounts: see settings-list.h. Of a password only a word is told; what is compared is
 * the field as the snapshot has it, which is a keyed digest of the hash.
 */
#include "change/settings-list.h"

#include <string.h>

static char *of(const char *what, const char *whom)
{
	return g_strdup_printf("%s of %s", what, whom);
}

static void add_field(SettingsList *list, const char *what, const char *whom, Word field)
{
	settings_add(list, of(what, whom), word_text(field), NULL);
}

/* "x": it is in shadow. */
static const char *password_word(Word field)
{
	if (field.size == 0) {
		return "none";
	}
	if (field.text[0] == '!' || field.text[0] == '*') {
		return "locked";
	}
	return field.size == 1 && field.text[0] == 'x' ? "in shadow" : "set";
}

static void add_password(SettingsList *list, const char *whom, Word field)
{
	settings_add(list, of("password", whom), word_text(field), g_strdup(password_word(field)));
}

/* name:password:uid:gid:comment:home:shell */
void settings_read_passwd(SettingsList *list, Word line)
{
	Word name = word_take(&line, ":");
	Word password = word_take(&line, ":");
	Word uid = word_take(&line, ":");
	Word gid = word_take(&line, ":");
	Word comment = word_take(&line, ":");
	Word home = word_take(&line, ":");
	g_autofree char *whom = word_text(name);
	g_autofree char *number = word_text(uid);

	settings_add(list, g_strdup_printf("account %s", whom), g_strdup_printf("uid %s", number),
		     NULL);
	add_password(list, whom, password);
	add_field(list, "shell", whom, line);
	add_field(list, "home", whom, home);
	add_field(list, "first group", whom, gid);
	add_field(list, "comment", whom, comment);
}

/* name:password:gid:members */
void settings_read_group(SettingsList *list, Word line)
{
	Word name = word_take(&line, ":");
	Word password = word_take(&line, ":");
	Word gid = word_take(&line, ":");
	g_autofree char *whom = word_text(name);
	g_autofree char *group = g_strdup_printf("group %s", whom);
	g_autofree char *number = word_text(gid);

	settings_add(list, g_strdup(group), g_strdup_printf("gid %s", number), NULL);
	add_field(list, "members", group, line);
	add_password(list, group, password);
}

/* Of shadow and gshadow: a hash is "hmac:<digest>", which has a colon of its own. */
static Word take_password(Word *line)
{
	Word password = word_take(line, ":");

	if (password.size >= 4 && strncmp(password.text + password.size - 4, "hmac", 4) == 0) {
		Word digest = word_take(line, ":");

		password.size = (gsize)(digest.text + digest.size - password.text);
	}
	return password;
}

/* name:password:administrators:members */
void settings_read_gshadow(SettingsList *list, Word line)
{
	Word name = word_take(&line, ":");
	Word password = take_password(&line);
	Word administrators = word_take(&line, ":");
	g_autofree char *whom = word_text(name);
	g_autofree char *group = g_strdup_printf("group %s", whom);

	add_password(list, group, password);
	add_field(list, "administrators", group, administrators);
	add_field(list, "members by gshadow", group, line);
}

/* name:password:changed:min:max:warn:inactive:expires:, where a hash is "hmac:<digest>". */
void settings_read_shadow(SettingsList *list, Word line)
{
	Word name = word_take(&line, ":");
	Word password = take_password(&line);
	Word changed = word_take(&line, ":");
	g_autofree char *whom = word_text(name);

	add_password(list, whom, password);
	add_field(list, "day of the last password", whom, changed);
	settings_add(list, of("limits of the password", whom), word_text(line), NULL);
}
