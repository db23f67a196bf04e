/* SPDX-License-Identifier: GPL-3.0-or-later */
/* People: see people.h. */
#include "register/people.h"

#include "base/clock.h"
#include "base/escape.h"
#include "base/yaml.h"

#include <string.h>

#define NAME_MAX_BYTES 255
#define NAMES_MAX 100

struct People {
	GPtrArray *all;      /* of Person */
	GHashTable *by_name; /* name, folded -> Person */
};

static void person_free(Person *person)
{
	g_free(person->name);
	g_strfreev(person->principals);
	g_strfreev(person->logins);
	g_strfreev(person->contacts);
	g_clear_pointer(&person->answers, g_ptr_array_unref);
	g_free(person);
}

void people_free(People *people)
{
	g_hash_table_unref(people->by_name);
	g_ptr_array_unref(people->all);
	g_free(people);
}

/* Reading */

static bool name_is_fine(const char *name)
{
	gsize length = strlen(name);

	return length > 0 && length <= NAME_MAX_BYTES && strpbrk(name, " \t,*?") == NULL &&
	       !escape_is_needed(name, length);
}

/* Each name once: whose it is must not depend on the order of the file. */
static bool take_name(People *people, Person *person, const YamlDocument *document,
		      const YamlNode *node, const char *name, GError **error)
{
	g_autofree char *folded = g_ascii_strdown(name, -1);
	const Person *other = g_hash_table_lookup(people->by_name, folded);

	if (!name_is_fine(name)) {
		return yaml_complain(document, node, "one word of at most 255 bytes", error,
				     "this is no name");
	}
	if (other != NULL && other != person) {
		return yaml_complain(document, node, "a name belongs to one person", error,
				     "%s is %s already", name, other->name);
	}
	g_hash_table_insert(people->by_name, g_steal_pointer(&folded), person);
	return true;
}

static bool take_names(People *people, Person *person, const YamlDocument *document,
		       const YamlNode *node, GStrv *ret, GError **error)
{
	if (node == NULL) {
		return true;
	}
	g_clear_pointer(ret, g_strfreev);
	if (!yaml_strings(document, node, true, ret, error)) {
		*ret = g_new0(char *, 1);
		return false;
	}
	if (g_strv_length(*ret) > NAMES_MAX) {
		return yaml_complain(document, node, NULL, error, "more than %d names", NAMES_MAX);
	}
	for (char **name = *ret; people != NULL && *name != NULL; name++) {
		if (!take_name(people, person, document, node, *name, error)) {
			return false;
		}
	}
	return true;
}

static bool take_leaving(Person *person, const YamlDocument *document, const YamlNode *node,
			 GError **error)
{
	g_autofree char *text = NULL;

	if (node == NULL) {
		return true;
	}
	if (!yaml_string(document, node, &text, error)) {
		return false;
	}
	return (clock_parse(text, &person->left_usec) && person->left_usec > 0) ||
	       yaml_complain(document, node, "like 2026-12-31T00:00:00Z", error, "this is no time");
}

static bool take_answers(Person *person, const YamlDocument *document, const YamlNode *node,
			 GError **error)
{
	if (node == NULL) {
		return true;
	}
	person->answers = duties_read(document, node, error);
	return person->answers != NULL;
}

/* Whoever is next in line must be somebody, wherever in the file. */
static bool check_lines(const People *people, const YamlDocument *document, GError **error)
{
	for (guint i = 0; i < people->all->len; i++) {
		const Person *person = people->all->pdata[i];

		for (guint d = 0; person->answers != NULL && d < person->answers->len; d++) {
			const Duty *duty = person->answers->pdata[d];

			for (char **name = duty->next; *name != NULL; name++) {
				if (people_find(people, *name) == NULL) {
					return yaml_complain(
						document, yaml_root(document)->keys->pdata[i],
						"write who that is", error,
						"next in line is %s: nobody known", *name);
				}
			}
		}
	}
	return true;
}

static bool read_person(People *people, const YamlDocument *document, const YamlNode *key,
			const YamlNode *value, GError **error)
{
	static const char *const known[] = {"principals",   "logins",  "contacts",
					    "valid-before", "answers", NULL};
	Person *person = g_new0(Person, 1);

	person->name = g_strdup(key->text);
	person->principals = g_new0(char *, 1);
	person->logins = g_new0(char *, 1);
	person->contacts = g_new0(char *, 1);
	g_ptr_array_add(people->all, person);
	if (value->kind != YAML_MAPPING) {
		return yaml_complain(document, value, "write `principals: [...]` below the name",
				     error, "expected what is known of %s", key->text);
	}
	return yaml_only_keys(document, value, known, error) &&
	       take_name(people, person, document, key, person->name, error) &&
	       take_names(people, person, document, yaml_get(value, "principals"),
			  &person->principals, error) &&
	       take_names(people, person, document, yaml_get(value, "logins"), &person->logins,
			  error) &&
	       take_names(NULL, person, document, yaml_get(value, "contacts"), &person->contacts,
			  error) &&
	       take_answers(person, document, yaml_get(value, "answers"), error) &&
	       take_leaving(person, document, yaml_get(value, "valid-before"), error);
}

People *people_parse(const char *file, const void *data, gsize size, GError **error)
{
	g_autoptr(People) people = g_new0(People, 1);
	g_autoptr(YamlDocument) document = NULL;
	const YamlNode *root;

	people->all = g_ptr_array_new_with_free_func((GDestroyNotify)person_free);
	people->by_name = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	if (size > PEOPLE_MAX_BYTES) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_LIMIT, "%s: larger than %d bytes", file,
			    PEOPLE_MAX_BYTES);
		return NULL;
	}
	document = yaml_parse(file, data, size, error);
	if (document == NULL) {
		return NULL;
	}
	root = yaml_root(document);
	if (root->kind != YAML_MAPPING || root->keys->len > PEOPLE_MAX) {
		yaml_complain(document, root, "write `NAME:` lines", error,
			      "expected a mapping of at most %d people", PEOPLE_MAX);
		return NULL;
	}
	for (guint i = 0; i < root->keys->len; i++) {
		if (!read_person(people, document, root->keys->pdata[i], root->items->pdata[i],
				 error)) {
			return NULL;
		}
	}
	return check_lines(people, document, error) ? g_steal_pointer(&people) : NULL;
}

/* Asking */

guint people_count(const People *people)
{
	return people->all->len;
}

const Person *people_get(const People *people, guint index)
{
	return people->all->pdata[index];
}

const Person *people_find(const People *people, const char *name)
{
	g_autofree char *folded = people == NULL || name == NULL ? NULL : g_ascii_strdown(name, -1);

	return folded == NULL ? NULL : g_hash_table_lookup(people->by_name, folded);
}

bool people_are_one(const People *people, const char *a, const char *b)
{
	const Person *person = people_find(people, a);

	return g_ascii_strcasecmp(a, b) == 0 ||
	       (person != NULL && person == people_find(people, b));
}

GStrv people_complete(const People *people, GStrv names)
{
	g_autoptr(GStrvBuilder) all = g_strv_builder_new();
	const Person *last = NULL;

	for (char **name = names; name != NULL && *name != NULL; name++) {
		const Person *person = people_find(people, *name);

		g_strv_builder_add(all, *name);
		if (person != NULL && person != last) {
			g_strv_builder_add(all, person->name);
			g_strv_builder_addv(all, (const char **)person->principals);
			g_strv_builder_addv(all, (const char **)person->logins);
			last = person;
		}
	}
	g_strfreev(names);
	return g_strv_builder_end(all);
}

static bool is_here(const Person *person, gint64 now_usec)
{
	return person->left_usec == 0 || person->left_usec > now_usec;
}

static void add_present(GPtrArray *line, const Person *person, gint64 now_usec)
{
	if (is_here(person, now_usec) && !g_ptr_array_find(line, person, NULL)) {
		g_ptr_array_add(line, (Person *)person);
	}
}

static const Duty *find_duty(const Person *person, const char *host, const char *path)
{
	for (guint i = 0; person->answers != NULL && i < person->answers->len; i++) {
		const Duty *duty = person->answers->pdata[i];

		if (duty_covers(duty, host, path)) {
			return duty;
		}
	}
	return NULL;
}

GPtrArray *people_line(const People *people, const char *host, const char *path, gint64 now_usec,
		       gint64 *ret_within_usec)
{
	GPtrArray *line = g_ptr_array_new();

	*ret_within_usec = DUTY_WITHIN_USEC;
	for (guint i = 0; people != NULL && line->len == 0 && i < people->all->len; i++) {
		const Person *person = people->all->pdata[i];
		const Duty *duty = find_duty(person, host, path);

		if (duty == NULL) {
			continue;
		}
		*ret_within_usec = duty->within_usec;
		add_present(line, person, now_usec);
		for (char **name = duty->next; *name != NULL; name++) {
			add_present(line, people_find(people, *name), now_usec);
		}
	}
	return line;
}
