/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Settings of two versions of a file: see settings.h. */
#include "change/settings.h"

#include "base/glob.h"
#include "change/settings-list.h"
#include "event/change.h"

#include <string.h>

#define MAX_SHOWN_BYTES 400

static const SettingsReader readers[] = {
	{"/etc/ssh/sshd_config", settings_read_words, .ignores_case = true},
	{"/etc/ssh/sshd_config.d/*.conf", settings_read_words, .ignores_case = true},
	{"/etc/login.defs", settings_read_words},
	{"/etc/sysctl.conf", settings_read_equals},
	{"/etc/sysctl.d/*.conf", settings_read_equals},
	{"/etc/systemd/**", settings_read_equals, .has_continuations = true},
	{"/etc/sudoers", settings_read_sudoers, .has_continuations = true},
	{"/etc/sudoers.d/*", settings_read_sudoers, .has_continuations = true},
	{"/**/.ssh/authorized_keys", settings_read_keys},
	{"/**/.ssh/authorized_keys2", settings_read_keys},
	{"/etc/passwd", settings_read_passwd},
	{"/etc/group", settings_read_group},
	{"/etc/shadow", settings_read_shadow},
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
 * Words and lists
 */

static void item_free(Item *item)
{
	g_free(item->name);
	g_free(item->value);
	g_free(item->shown);
	g_free(item);
}

void settings_add(SettingsList *list, char *name, char *value, char *shown)
{
	Item *item;

	if (list->items->len >= SETTINGS_MAX) {
		list->is_full = true;
		g_free(name);
		g_free(value);
		g_free(shown);
		return;
	}
	item = g_new0(Item, 1);
	*item = (Item){name, value, shown};
	g_ptr_array_add(list->items, item);
}

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

/* The next line, or several that continue each other, into `room`. */
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
			  line.text[line.size - 1] == '\\';
		g_string_append_len(room, line.text, (gssize)(line.size - goes_on));
		if (goes_on) {
			g_string_append_c(room, ' ');
		}
	}
	return true;
}

static bool is_comment(Word line)
{
	return line.size == 0 || ((line.text[0] == '#' || line.text[0] == ';') &&
				  /* `#include` is none in sudoers, and `#1000` a user */
				  !word_starts_with(line, "#include") &&
				  (line.size < 2 || !g_ascii_isdigit(line.text[1])));
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

		if (!is_comment(line)) {
			reader->read(list, line);
		}
	}
	return !list->is_full;
}

static void list_init(SettingsList *list)
{
	*list = (SettingsList){.items = g_ptr_array_new_with_free_func((GDestroyNotify)item_free)};
}

static void list_clear(SettingsList *list)
{
	g_ptr_array_unref(list->items);
	g_free(list->block);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SettingsList, list_clear)

/*
 * Two versions
 */

/* All that goes by one name. */
typedef struct {
	const char *name;
	GPtrArray *values; /* of const Item * */
} Named;

static void named_free(Named *named)
{
	g_ptr_array_unref(named->values);
	g_free(named);
}

/* Name -> Named; `order` (of char *) gets the names that are new. */
static GHashTable *by_name(const SettingsReader *reader, const SettingsList *list, GPtrArray *order,
			   GHashTable *known)
{
	GHashTable *table =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)named_free);

	for (guint i = 0; i < list->items->len; i++) {
		const Item *item = list->items->pdata[i];
		char *key = reader->ignores_case ? g_ascii_strdown(item->name, -1)
						 : g_strdup(item->name);
		Named *named = g_hash_table_lookup(table, key);

		if (named == NULL) {
			named = g_new0(Named, 1);
			named->name = item->name;
			named->values = g_ptr_array_new();
			g_hash_table_insert(table, g_strdup(key), named);
			if (g_hash_table_add(known, g_strdup(key))) {
				g_ptr_array_add(order, g_strdup(key));
			}
		}
		g_ptr_array_add(named->values, (void *)item);
		g_free(key);
	}
	return table;
}

static bool values_are_equal(const Named *a, const Named *b)
{
	if (a == NULL || b == NULL || a->values->len != b->values->len) {
		return a == b;
	}
	for (guint i = 0; i < a->values->len; i++) {
		if (strcmp(((const Item *)a->values->pdata[i])->value,
			   ((const Item *)b->values->pdata[i])->value) != 0) {
			return false;
		}
	}
	return true;
}

static char *values_shown(const Named *named)
{
	GString *out;

	if (named == NULL) {
		return NULL;
	}
	out = g_string_new(NULL);
	for (guint i = 0; i < named->values->len && out->len < MAX_SHOWN_BYTES; i++) {
		const Item *item = named->values->pdata[i];

		g_string_append(out, i == 0 ? "" : "; ");
		g_string_append(out, item->shown != NULL ? item->shown : item->value);
	}
	return g_string_free(out, FALSE);
}

static void add_difference(const Named *before, const Named *after, GPtrArray *ret)
{
	Setting *setting = g_new0(Setting, 1);

	setting->name = g_strdup((after != NULL ? after : before)->name);
	setting->before = values_shown(before);
	setting->after = values_shown(after);
	if (g_strcmp0(setting->before, setting->after) == 0) {
		/* it differs in what is not told */
		g_free(setting->after);
		setting->after = g_strdup("changed");
	}
	g_ptr_array_add(ret, setting);
}

static bool lists_are_equal(const SettingsReader *reader, const SettingsList *a,
			    const SettingsList *b)
{
	if (a->items->len != b->items->len) {
		return false;
	}
	for (guint i = 0; i < a->items->len; i++) {
		const Item *x = a->items->pdata[i], *y = b->items->pdata[i];
		bool is_same_name = reader->ignores_case ? g_ascii_strcasecmp(x->name, y->name) == 0
							 : strcmp(x->name, y->name) == 0;

		if (!is_same_name || strcmp(x->value, y->value) != 0) {
			return false;
		}
	}
	return true;
}

bool settings_compare(const SettingsReader *reader, GBytes *before, GBytes *after, GPtrArray *ret)
{
	g_auto(SettingsList) old_list, new_list;
	g_autoptr(GPtrArray) order = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GHashTable) known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GHashTable) old_names = NULL, new_names = NULL;

	list_init(&old_list);
	list_init(&new_list);
	if (!read_version(reader, before, &old_list) || !read_version(reader, after, &new_list)) {
		return false;
	}
	new_names = by_name(reader, &new_list, order, known);
	old_names = by_name(reader, &old_list, order, known);
	for (guint i = 0; i < order->len; i++) {
		const Named *old_one = g_hash_table_lookup(old_names, order->pdata[i]);
		const Named *new_one = g_hash_table_lookup(new_names, order->pdata[i]);

		if (!values_are_equal(old_one, new_one)) {
			add_difference(old_one, new_one, ret);
		}
	}
	return before != NULL && after != NULL && lists_are_equal(reader, &old_list, &new_list);
}
