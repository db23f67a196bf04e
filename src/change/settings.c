/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Settings of two versions of a file: see settings.h. */
#include "change/settings.h"

#include "base/glob.h"
#include "change/settings-list.h"

#include <string.h>

static const SettingsReader readers[] = {
	{"/etc/ssh/sshd_config", settings_read_words, .ignores_case = true},
	{"/etc/ssh/sshd_config.d/*.conf", settings_read_words, .ignores_case = true},
	{"/etc/login.defs", settings_read_words},
	{"/etc/sysctl.conf", settings_read_equals, .has_semicolons = true},
	{"/etc/sysctl.d/*.conf", settings_read_equals, .has_semicolons = true},
	{"/etc/systemd/**", settings_read_equals, .has_continuations = true,
	 .has_semicolons = true},
	{"/etc/sudoers", settings_read_sudoers, .has_continuations = true},
	{"/etc/sudoers.d/*", settings_read_sudoers, .has_continuations = true},
	{"/**/.ssh/authorized_keys", settings_read_keys},
	{"/**/.ssh/authorized_keys2", settings_read_keys},
	{"/etc/passwd", settings_read_passwd},
	{"/etc/group", settings_read_group},
	{"/etc/shadow", settings_read_shadow},
	{"/etc/gshadow", settings_read_gshadow},
	{"/etc/crontab", settings_read_crontab},
	{"/etc/cron.d/*", settings_read_crontab},
	{"/var/spool/cron/crontabs/*", settings_read_user_crontab},
	{"/var/spool/cron/*", settings_read_user_crontab},
};

const SettingsReader *settings_reader(const char *path)
{
	for (gsize i = 0; i < G_N_ELEMENTS(readers); i++) {
		if (glob_match(readers[i].glob, path)) {
			return &readers[i];
		}
	}
	return NULL;
}

/*
 * Words
 */

static bool is_one_of(char c, const char *characters)
{
	return c != '\0' && strchr(characters, c) != NULL;
}

Word word_trim(Word word)
{
	while (word.size > 0 && is_one_of(word.text[0], " \t\r")) {
		word = (Word){word.text + 1, word.size - 1};
	}
	while (word.size > 0 && is_one_of(word.text[word.size - 1], " \t\r")) {
		word.size--;
	}
	return word;
}

Word word_take(Word *line, const char *separators)
{
	Word word = {line->text, 0};

	while (word.size < line->size && !is_one_of(line->text[word.size], separators)) {
		word.size++;
	}
	line->text += MIN(word.size + 1, line->size);
	line->size -= MIN(word.size + 1, line->size);
	return word;
}

char *word_text(Word word)
{
	/* (what is behind a NUL byte is not shown, but `squeeze` and lists never drop a line) */
	return g_utf8_make_valid(word.text, (gssize)word.size);
}

char *word_squeeze(Word word)
{
	GString *out = g_string_sized_new(word.size);

	word = word_trim(word);
	for (gsize i = 0; i < word.size; i++) {
		bool is_blank = is_one_of(word.text[i], " \t\r");

		if (!is_blank) {
			g_string_append_c(out, word.text[i]);
		} else if (out->str[out->len - 1] != ' ') {
			g_string_append_c(out, ' ');
		}
	}
	{
		g_autofree char *raw = g_string_free(out, FALSE);

		return g_utf8_make_valid(raw, -1);
	}
}

bool word_starts_with(Word word, const char *prefix)
{
	gsize size = strlen(prefix);

	return word.size >= size && memcmp(word.text, prefix, size) == 0;
}

/*
 * One version
 */

/* Only what the program itself takes for one: what is in a comment is told as if it were nothing.
 */
static bool is_comment(const SettingsReader *reader, Word line)
{
	return line.size == 0 || (line.text[0] == ';' && reader->has_semicolons) ||
	       (line.text[0] == '#' &&
		/* `#include` is none in sudoers, `#1000` a user, and `#!` what runs a script */
		!word_starts_with(line, "#include") && !word_starts_with(line, "#!") &&
		(line.size < 2 || !g_ascii_isdigit(line.text[1])));
}

/* The next line, or several that continue each other, into `room`. A comment is not continued:
 * what stands below it counts. */
static bool next_line(const SettingsReader *reader, Word *rest, GString *room)
{
	bool goes_on = true;

	g_string_set_size(room, 0);
	if (rest->size == 0) {
		return false;
	}
	while (goes_on && rest->size > 0) {
		Word line = word_take(rest, "\n");

		goes_on = reader->has_continuations && line.size > 0 &&
			  line.text[line.size - 1] == '\\' &&
			  (room->len > 0 || !is_comment(reader, word_trim(line)));
		g_string_append_len(room, line.text, (gssize)(line.size - goes_on));
		if (goes_on) {
			g_string_append_c(room, ' ');
		}
	}
	return true;
}

/* False: it is not read. */
static bool read_version(const SettingsReader *reader, GBytes *bytes, SettingsList *list)
{
	g_autoptr(GString) room = g_string_new(NULL);
	gsize size = 0;
	const char *data = bytes == NULL ? "" : g_bytes_get_data(bytes, &size);
	Word rest = {data, size};

	if (size > SETTINGS_MAX_BYTES || (size > 0 && memchr(data, '\0', size) != NULL)) {
		return false;
	}
	while (next_line(reader, &rest, room)) {
		Word line = word_trim((Word){room->str, room->len});

		if (!is_comment(reader, line)) {
			reader->read(list, line);
		}
	}
	return !list->is_full;
}

bool settings_compare(const SettingsReader *reader, GBytes *before, GBytes *after, GPtrArray *ret)
{
	g_auto(SettingsList) old_list, new_list;
	bool is_same;

	settings_list_init(&old_list);
	settings_list_init(&new_list);
	if (!read_version(reader, before, &old_list) || !read_version(reader, after, &new_list)) {
		return false;
	}
	is_same = settings_list_compare(&old_list, &new_list, reader->ignores_case, ret);
	return before != NULL && after != NULL && is_same;
}
