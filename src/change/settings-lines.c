/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Readers of files that are read line by line: see settings-list.h. */
#include "change/settings-list.h"

#include "base/digest.h"

#include <string.h>

#define MAX_KEY_BYTES (64 * 1024)

static char *within(const SettingsList *list, Word name)
{
	g_autofree char *text = word_text(name);

	return list->block == NULL ? g_steal_pointer(&text)
				   : g_strdup_printf("%s %s", list->block, text);
}

/* "PermitRootLogin no", also with "="; below "Match User bob" it is of that. */
void settings_read_words(SettingsList *list, Word line)
{
	Word name = word_take(&line, " \t=");
	g_autofree char *value = word_squeeze(line);

	/* "Name = value" */
	if (g_str_has_prefix(value, "= ")) {
		memmove(value, value + 2, strlen(value + 2) + 1);
	}
	if (name.size == 5 && g_ascii_strncasecmp(name.text, "match", 5) == 0) {
		g_clear_pointer(&list->block, g_free);
		settings_add(list, g_strdup("Match"), g_strdup(value), NULL);
		list->block = g_ascii_strcasecmp(value, "all") == 0
				      ? NULL
				      : g_strdup_printf("Match %s:", value);
		return;
	}
	settings_add(list, within(list, name), g_steal_pointer(&value), NULL);
}

void settings_read_equals(SettingsList *list, Word line)
{
	Word name;

	if (line.text[0] == '[') {
		g_free(list->block);
		list->block = word_text(line);
		return;
	}
	name = word_trim(word_take(&line, "="));
	settings_add(list, within(list, name), word_squeeze(line), NULL);
}

static bool is_alias(Word word)
{
	return word_starts_with(word, "User_Alias") || word_starts_with(word, "Runas_Alias") ||
	       word_starts_with(word, "Host_Alias") || word_starts_with(word, "Cmnd_Alias") ||
	       word_starts_with(word, "Cmd_Alias");
}

/* "bob ALL=(ALL) ALL" is a grant to bob; "Defaults env_reset"; "User_Alias ADMINS = bob, alice". */
void settings_read_sudoers(SettingsList *list, Word line)
{
	Word first = word_take(&line, " \t");
	g_autofree char *word = word_text(first);
	g_autofree char *alias_text = NULL;
	char *name;

	if (is_alias(first)) {
		Word alias;

		line = word_trim(line);
		alias = word_trim(word_take(&line, "="));
		alias_text = word_text(alias);
		name = g_strdup_printf("%s %s", word, alias_text);
	} else if (word_starts_with(first, "Defaults") || first.text[0] == '@' ||
		   word_starts_with(first, "#include")) {
		name = g_steal_pointer(&word);
	} else {
		name = g_strdup_printf("grant to %s", word);
	}
	settings_add(list, name, word_squeeze(line), NULL);
}

/* The word that ends at a blank outside of quotes. */
static Word take_quoted(Word *line)
{
	bool is_quoted = false;
	Word word = {line->text, 0};

	for (; word.size < line->size; word.size++) {
		char c = line->text[word.size];

		if (c == '\\' && word.size + 1 < line->size) {
			word.size++;
		} else if (c == '"') {
			is_quoted = !is_quoted;
		} else if (!is_quoted && (c == ' ' || c == '\t')) {
			break;
		}
	}
	line->text += word.size;
	line->size -= word.size;
	*line = word_trim(*line);
	return word;
}

static bool is_key_type(Word word)
{
	return word_starts_with(word, "ssh-") || word_starts_with(word, "ecdsa-") ||
	       word_starts_with(word, "sk-");
}

/* As ssh-keygen -l has it. */
static char *fingerprint(Word blob)
{
	g_autofree char *text = g_strndup(blob.text, MIN(blob.size, MAX_KEY_BYTES));
	guint8 digest[DIGEST_BYTES];
	g_autofree char *base64 = NULL;
	gsize size = 0;

	if (text[0] != '\0' && text[1] != '\0') { /* less is no base64, and not decoded */
		g_base64_decode_inplace(text, &size);
	}
	digest_sha256(text, size, digest);
	base64 = g_base64_encode(digest, sizeof(digest));
	base64[strcspn(base64, "=")] = '\0';
	return g_strconcat("SHA256:", base64, NULL);
}

/* "command=\"x\",no-pty ssh-ed25519 AAAA... bob@home": the key, with its options and comment. */
void settings_read_keys(SettingsList *list, Word line)
{
	Word options = {line.text, 0};
	Word type = take_quoted(&line);
	Word blob;
	g_autofree char *print = NULL, *option_text = NULL, *comment = NULL, *type_text = NULL;

	if (!is_key_type(type)) {
		options = type;
		type = take_quoted(&line);
	}
	blob = take_quoted(&line);
	type_text = word_text(type);
	print = fingerprint(blob);
	option_text = word_text(options);
	comment = word_squeeze(line);
	settings_add(list, g_strdup_printf("key %s %s", type_text, print),
		     g_strdup_printf("%s%s%s", option_text, *option_text == '\0' ? "" : " ",
				     *comment == '\0' ? "(without a comment)" : comment),
		     NULL);
}

/* NAME = value */
static bool is_assignment(Word line)
{
	gsize i = 0;

	while (i < line.size && (g_ascii_isalnum(line.text[i]) || line.text[i] == '_')) {
		i++;
	}
	while (i < line.size && (line.text[i] == ' ' || line.text[i] == '\t')) {
		i++;
	}
	return i > 0 && i < line.size && line.text[i] == '=';
}

/* The next of the words that any stretch of blanks may part. */
static Word next_word(Word *line)
{
	*line = word_trim(*line);
	return word_take(line, " \t");
}

/* "@daily", or the five of minute, hour, day, month and weekday. */
static char *take_schedule(Word *line)
{
	const Word all = *line;
	Word last = next_word(line);

	for (guint i = 1; i < 5 && all.text[0] != '@'; i++) {
		last = next_word(line);
	}
	return word_squeeze((Word){all.text, (gsize)(last.text + last.size - all.text)});
}

/* A job is called by what it runs, and whom as; its value is when. */
static void read_crontab(SettingsList *list, Word line, bool has_user)
{
	g_autofree char *schedule = NULL, *user = NULL, *command = NULL;

	if (is_assignment(line)) {
		Word name = word_trim(word_take(&line, "="));

		settings_add(list, word_text(name), word_text(word_trim(line)), NULL);
		return;
	}
	schedule = take_schedule(&line);
	user = has_user ? word_text(next_word(&line)) : NULL;
	command = word_text(word_trim(line));
	settings_add(list,
		     has_user ? g_strdup_printf("job of %s: %s", user, command)
			      : g_strdup_printf("job: %s", command),
		     g_steal_pointer(&schedule), NULL);
}

void settings_read_crontab(SettingsList *list, Word line)
{
	read_crontab(list, line, true);
}

void settings_read_user_crontab(SettingsList *list, Word line)
{
	read_crontab(list, line, false);
}
