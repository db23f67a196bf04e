/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gists: see gist.h. */
#include "desktop/gist.h"

#include "event/change.h"

#include <string.h>

#define LINE_CHARACTERS 60
#define ARROW " \u2192 "
#define ELLIPSIS "\u2026"

static const char *const telling[] = {"pass", "secret", "token", "key", "cred", "auth"};

/* What may be said even of a setting with a telling name. */
static const char *const harmless[] = {"yes", "no", "on", "off", "true", "false"};

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

char *gist_cut(const char *text, glong max)
{
	glong length = g_utf8_strlen(text, -1);
	glong front = (max - 1) / 2, back = max - 1 - front;
	g_autofree char *head = NULL, *tail = NULL;

	if (length <= max) {
		return g_strdup(text);
	}
	head = g_utf8_substring(text, 0, front);
	tail = g_utf8_substring(text, length - back, length);
	return g_strconcat(head, ELLIPSIS, tail, NULL);
}

/*
 * The first line that went and the first that came
 */

/* The line without the space around it, shortened; NULL: nothing is in it. */
static char *trimmed(const char *line, gsize size)
{
	g_autofree char *copy = g_strndup(line, size);

	g_strdelimit(copy, "\t", ' ');
	g_strstrip(copy);
	return *copy == '\0' ? NULL : gist_cut(copy, LINE_CHARACTERS);
}

typedef struct {
	char *gone, *come;
	guint n; /* lines that went or came in all */
} Pair;

static void take_line(Pair *pair, const char *line, gsize size)
{
	char **at = *line == '-' ? &pair->gone : *line == '+' ? &pair->come : NULL;

	if (at != NULL) {
		pair->n++;
		if (*at == NULL) {
			*at = trimmed(line + 1, size - 1);
		}
	}
}

static void read_pair(const char *diff, Pair *ret)
{
	bool is_inside = false;

	for (const char *line = diff; *line != '\0';) {
		gsize size = strcspn(line, "\n");

		if (g_str_has_prefix(line, "@@")) {
			is_inside = true;
		} else if (is_inside && size > 0) {
			take_line(ret, line, size);
		}
		line += size + (line[size] == '\n' ? 1 : 0);
	}
}

static bool is_harmless(const char *value)
{
	for (guint i = 0; i < G_N_ELEMENTS(harmless); i++) {
		if (g_ascii_strcasecmp(value, harmless[i]) == 0) {
			return true;
		}
	}
	return false;
}

/* Whether a line sounds as if it held a secret. */
static bool is_telling(const char *line)
{
	g_autofree char *lower = g_ascii_strdown(line, -1);
	const char *value = lower + strlen(lower);

	while (value > lower && strchr(" =:", value[-1]) == NULL) {
		value--;
	}
	for (guint i = 0; i < G_N_ELEMENTS(telling); i++) {
		if (strstr(lower, telling[i]) != NULL) {
			return value == lower || !is_harmless(value);
		}
	}
	return false;
}

/* The part of `come` in which it differs from `gone`, from the beginning of a word. */
static const char *difference(const char *gone, const char *come)
{
	const char *word = come;

	for (gsize i = 0; gone[i] != '\0' && gone[i] == come[i]; i++) {
		if (strchr(" =:", gone[i]) != NULL) {
			word = come + i + 1;
		}
	}
	return *word == '\0' ? come : word;
}

static char *pair_to_text(const Pair *pair)
{
	const char *more;

	if (pair->gone == NULL && pair->come == NULL) {
		return NULL;
	}
	if ((pair->gone != NULL && is_telling(pair->gone)) ||
	    (pair->come != NULL && is_telling(pair->come))) {
		return NULL;
	}
	if (pair->gone != NULL && pair->come != NULL) {
		more = pair->n > 2 ? " " ELLIPSIS : "";
		return g_strconcat(pair->gone, ARROW, difference(pair->gone, pair->come), more,
				   NULL);
	}
	more = pair->n > 1 ? " " ELLIPSIS : "";
	return pair->come != NULL ? g_strconcat("+ ", pair->come, more, NULL)
				  : g_strconcat("\u2212 ", pair->gone, more, NULL);
}

static char *diff_gist(const json_t *file)
{
	const char *diff = text_of(file, "diff");
	Pair pair = {0};
	char *text;

	if (diff == NULL) {
		return NULL;
	}
	read_pair(diff, &pair);
	text = pair_to_text(&pair);
	g_free(pair.gone);
	g_free(pair.come);
	return text;
}

/*
 * What happened
 */

static bool has_changed(const json_t *file, const char *what)
{
	size_t i;
	const json_t *word;

	json_array_foreach (json_object_get(file, "changed"), i, word) {
		if (g_strcmp0(json_string_value(word), what) == 0) {
			return true;
		}
	}
	return false;
}

static char *content_gist(const json_t *file)
{
	const char *omitted = text_of(file, "diff_omitted");
	char *shown = diff_gist(file);

	if (shown != NULL) {
		return shown;
	}
	if (g_strcmp0(omitted, diff_presence_word(DIFF_SECRET)) == 0) {
		return g_strdup("secret content changed");
	}
	return omitted == NULL ? g_strdup("content changed")
			       : g_strdup_printf("content changed (%s)", omitted);
}

/* The members of a state that are text and worth a comparison, in the order in which they are. */
static const struct {
	const char *member, *label;
} attributes[] = {
	{"mode", "mode"},
	{"owner", "owner"},
	{"group", "group"},
	{"link", "target"},
};

static void put_attributes(GString *out, const json_t *file)
{
	const json_t *before = json_object_get(file, "before");
	const json_t *after = json_object_get(file, "after");

	for (guint i = 0; i < G_N_ELEMENTS(attributes); i++) {
		const char *was = text_of(before, attributes[i].member);
		const char *is = text_of(after, attributes[i].member);

		if (was != NULL && is != NULL && strcmp(was, is) != 0) {
			g_autofree char *old = gist_cut(was, LINE_CHARACTERS / 2);
			g_autofree char *new = gist_cut(is, LINE_CHARACTERS / 2);

			g_string_append_printf(out, "%s%s %s" ARROW "%s", out->len > 0 ? ", " : "",
					       attributes[i].label, old, new);
		}
	}
}

static char *update_gist(const json_t *file)
{
	GString *out = g_string_new(NULL);

	if (has_changed(file, "content")) {
		g_autofree char *content = content_gist(file);

		g_string_append(out, content);
	}
	put_attributes(out, file);
	if (out->len == 0) {
		g_string_append(out, "changed");
	}
	return g_string_free(out, FALSE);
}

static char *creation_gist(const json_t *file)
{
	g_autofree char *shown = diff_gist(file);
	const char *line = shown == NULL ? NULL : g_str_has_prefix(shown, "+ ") ? shown + 2 : shown;

	return line == NULL ? g_strdup("created") : g_strconcat("created: ", line, NULL);
}

static char *move_gist(const json_t *file)
{
	const char *source = text_of(file, "moved_from");
	g_autofree char *cut = gist_cut(source != NULL ? source : "?", LINE_CHARACTERS);

	return g_strconcat("moved from ", cut, NULL);
}

char *gist_of_file(const json_t *file)
{
	const char *word = text_of(file, "op");
	ChangeOp op;

	if (word == NULL || !change_op_from_word(word, &op)) {
		return g_strdup("changed");
	}
	switch (op) {
	case OP_CREATED:
		return creation_gist(file);
	case OP_DELETED:
		return g_strdup("deleted");
	case OP_MOVED:
		return move_gist(file);
	case OP_TRANSIENT:
		return g_strdup("came and went before it could be read");
	case OP_UPDATED:
	case OP_ATTRIBUTES_MODIFIED:
		return update_gist(file);
	case _OP_N:
		break;
	}
	g_assert_not_reached();
}

char *gist_of_actor(const json_t *file)
{
	const json_t *actor = json_object_get(file, "actor");
	const char *login = text_of(actor, "login_user"), *user = text_of(actor, "user");
	const char *exe = text_of(actor, "exe");
	const char *who = login != NULL ? login : user;
	g_autofree char *program = exe != NULL ? g_path_get_basename(exe) : NULL;

	if (who == NULL) {
		return NULL;
	}
	return program == NULL ? g_strdup(who) : g_strdup_printf("%s (%s)", who, program);
}
