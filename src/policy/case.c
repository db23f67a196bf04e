/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A case is made into the Change that comparing two snapshots would have given. Lines are compared
 * as a set here: a line that only moved is neither added nor removed.
 */
#include "policy/case.h"

#include "base/path.h"
#include "policy/case-state.h"

#include <string.h>

#define MAX_PADDING 100000

static const char *const keys[] = {
	"case",    "rule",    "fires",   "severity", "path",    "op",    "from",
	"before",  "after",   "added",   "removed",  "padding", "actor", "offline",
	"verdict", "package", "reading", "also",     "apart",   NULL,
};

/* What parsing one case passes down. */
typedef struct {
	const YamlDocument *document;
	const YamlNode *entry;
	Case *one;
	bool has_op; /* it says what happened; else that follows from the states */
} Parse;

void case_free(Case *one)
{
	if (one != NULL) {
		g_free(one->file);
		g_free(one->name);
		g_free(one->rule);
		g_clear_pointer(&one->change, change_free);
		g_strfreev(one->also);
		g_free(one);
	}
}

static bool read_text(const Parse *parse, const char *key, char **ret, GError **error)
{
	const YamlNode *node = yaml_get(parse->entry, key);

	if (node == NULL) {
		return yaml_complain(parse->document, parse->entry, "add it", error,
				     "a case must have a `%s`", key);
	}
	return yaml_string(parse->document, node, ret, error);
}

static bool read_expectation(const Parse *parse, GError **error)
{
	const YamlNode *fires = yaml_get(parse->entry, "fires");
	const YamlNode *severity = yaml_get(parse->entry, "severity");
	Case *one = parse->one;

	if (!read_text(parse, "case", &one->name, error) ||
	    !read_text(parse, "rule", &one->rule, error)) {
		return false;
	}
	if (fires == NULL) {
		return yaml_complain(parse->document, parse->entry, "`fires: true` or `false`",
				     error, "a case must say whether its rule fires");
	}
	if (!yaml_bool(parse->document, fires, &one->fires, error)) {
		return false;
	}
	one->has_severity = severity != NULL;
	if (severity != NULL && (severity->kind != YAML_SCALAR ||
				 !severity_from_word(severity->text, &one->severity))) {
		return yaml_complain(parse->document, severity, NULL, error, "unknown severity");
	}
	return true;
}

static bool read_path(Parse *parse, GError **error)
{
	const YamlNode *node = yaml_get(parse->entry, "op");
	ChangeOp op = OP_UPDATED;
	g_autofree char *path = NULL;

	if (!read_text(parse, "path", &path, error)) {
		return false;
	}
	if (!path_is_canonical(path)) {
		return yaml_complain(parse->document, yaml_get(parse->entry, "path"),
				     "for example /etc/passwd", error, "not an absolute path");
	}
	if (node != NULL && (node->kind != YAML_SCALAR || !change_op_from_word(node->text, &op))) {
		return yaml_complain(parse->document, node, "created, updated, deleted, moved, ...",
				     error, "unknown operation");
	}
	parse->has_op = node != NULL;
	parse->one->change = change_new(path, op);
	return true;
}

/* Lines of a text, counted. */
static GHashTable *count_lines(const char *text)
{
	GHashTable *counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (guint i = 0; lines[i] != NULL; i++) {
		guint n = GPOINTER_TO_UINT(g_hash_table_lookup(counts, lines[i]));

		g_hash_table_insert(counts, g_strdup(lines[i]), GUINT_TO_POINTER(n + 1));
	}
	return counts;
}

/* Adds the lines of `text` that `other` does not have. */
static void add_new_lines(const char *text, const char *other, GPtrArray *ret)
{
	g_autoptr(GHashTable) counts = count_lines(other ? other : "");
	g_auto(GStrv) lines = g_strsplit(text ? text : "", "\n", -1);

	for (guint i = 0; lines[i] != NULL; i++) {
		guint n = GPOINTER_TO_UINT(g_hash_table_lookup(counts, lines[i]));

		if (n > 0) {
			g_hash_table_insert(counts, g_strdup(lines[i]), GUINT_TO_POINTER(n - 1));
		} else if (lines[i][0] != '\0' || lines[i + 1] != NULL) {
			g_ptr_array_add(ret, g_strdup(lines[i]));
		}
	}
}

/* `before`, and `after` as what is different from it. */
static bool read_states(const Parse *parse, GError **error)
{
	const YamlNode *before = yaml_get(parse->entry, "before");
	const YamlNode *after = yaml_get(parse->entry, "after");
	g_autofree char *old_text = NULL;
	g_autofree char *new_text = NULL;
	Change *change = parse->one->change;

	case_state_init(&change->before);
	if (before != NULL &&
	    !case_state_apply(parse->document, before, &change->before, &old_text, error)) {
		return false;
	}
	file_state_copy(&change->before, &change->after);
	if (after != NULL &&
	    !case_state_apply(parse->document, after, &change->after, &new_text, error)) {
		return false;
	}
	if (change->op == OP_CREATED || change->op == OP_TRANSIENT) {
		file_state_clear(&change->before);
		g_clear_pointer(&old_text, g_free);
	}
	if (change->op == OP_DELETED || change->op == OP_TRANSIENT) {
		file_state_clear(&change->after);
		g_clear_pointer(&new_text, g_free);
	} else if (new_text == NULL) {
		return true; /* the content is as it was */
	}
	add_new_lines(new_text, old_text, change->added);
	add_new_lines(old_text, new_text, change->removed);
	return true;
}

/* `padding`: so many blanks before each line given as such, as one would who hides. */
static bool read_padding(const Parse *parse, char **ret, GError **error)
{
	const YamlNode *node = yaml_get(parse->entry, "padding");
	gint64 size = 0;

	if (node != NULL && !yaml_int(parse->document, node, 0, MAX_PADDING, &size, error)) {
		return false;
	}
	*ret = g_strnfill((gsize)size, ' ');
	return true;
}

/* Lines given as such. */
static bool read_lines(const Parse *parse, const char *key, GPtrArray *ret, GError **error)
{
	const YamlNode *node = yaml_get(parse->entry, key);
	g_autofree char *padding = NULL;
	g_auto(GStrv) lines = NULL;
	Change *change = parse->one->change;

	if (node == NULL) {
		return true;
	}
	if (!yaml_strings(parse->document, node, true, &lines, error) ||
	    !read_padding(parse, &padding, error)) {
		return false;
	}
	for (guint i = 0; lines[i] != NULL; i++) {
		g_ptr_array_add(ret, g_strconcat(padding, lines[i], NULL));
		digest_sha256(lines[i], strlen(lines[i]), change->after.sha256);
	}
	return true;
}

static bool read_actor(const Parse *parse, GError **error)
{
	static const char *const known[] = {"exe", "cmdline", "user", "login_user", NULL};
	const YamlNode *node = yaml_get(parse->entry, "actor");
	g_autoptr(Actor) actor = actor_new();
	char **const members[] = {&actor->exe, &actor->cmdline, &actor->user, &actor->login_user};

	if (node == NULL) {
		return true;
	}
	if (!yaml_only_keys(parse->document, node, known, error)) {
		return false;
	}
	for (guint i = 0; i < G_N_ELEMENTS(members); i++) {
		const YamlNode *value = yaml_get(node, known[i]);

		if (value != NULL && !yaml_string(parse->document, value, members[i], error)) {
			return false;
		}
	}
	g_ptr_array_add(parse->one->change->actors, g_steal_pointer(&actor));
	return true;
}

/* `package`: in which run it was, and what the database says of it. */
static bool read_package(const Parse *parse, Provenance *ret, GError **error)
{
	static const char *const known[] = {"run", "evidence", "name", NULL};
	const YamlNode *node = yaml_get(parse->entry, "package");
	const YamlNode *run = node == NULL ? NULL : yaml_get(node, "run");
	const YamlNode *evidence = node == NULL ? NULL : yaml_get(node, "evidence");
	const YamlNode *name = node == NULL ? NULL : yaml_get(node, "name");

	if (node == NULL) {
		return true;
	}
	if (!yaml_only_keys(parse->document, node, known, error)) {
		return false;
	}
	if (run != NULL &&
	    (run->kind != YAML_SCALAR || !package_run_from_word(run->text, &ret->run))) {
		return yaml_complain(parse->document, run, "time or writer", error, "unknown run");
	}
	if (evidence != NULL && (evidence->kind != YAML_SCALAR ||
				 !evidence_from_word(evidence->text, &ret->evidence))) {
		return yaml_complain(parse->document, evidence, "content, listed, removed or other",
				     error, "unknown evidence");
	}
	return name == NULL || yaml_string(parse->document, name, &ret->package, error);
}

/* `reading`: what became of reading its settings. */
static bool read_reading(const Parse *parse, SettingsReading *ret, GError **error)
{
	const YamlNode *node = yaml_get(parse->entry, "reading");

	if (node != NULL &&
	    (node->kind != YAML_SCALAR || !settings_reading_from_word(node->text, ret))) {
		return yaml_complain(parse->document, node, "done, stopped parsing, ...", error,
				     "unknown reading");
	}
	return true;
}

static bool read_circumstances(const Parse *parse, GError **error)
{
	const YamlNode *from = yaml_get(parse->entry, "from");
	const YamlNode *offline = yaml_get(parse->entry, "offline");
	const YamlNode *verdict = yaml_get(parse->entry, "verdict");
	Change *change = parse->one->change;

	if (from != NULL && !yaml_string(parse->document, from, &change->moved_from, error)) {
		return false;
	}
	if (offline != NULL && !yaml_bool(parse->document, offline, &change->is_offline, error)) {
		return false;
	}
	change->verdict = VERDICT_UNAPPROVED;
	if (verdict != NULL &&
	    (verdict->kind != YAML_SCALAR || !verdict_from_word(verdict->text, &change->verdict))) {
		return yaml_complain(parse->document, verdict, NULL, error, "unknown verdict");
	}
	return read_lines(parse, "added", change->added, error) &&
	       read_lines(parse, "removed", change->removed, error) && read_actor(parse, error) &&
	       read_package(parse, &change->provenance, error) &&
	       read_reading(parse, &change->reading, error);
}

static ChangeOp guess_op(const Change *change)
{
	if (change->moved_from != NULL) {
		return OP_MOVED;
	}
	return change->difference & (STATE_CONTENT | STATE_TYPE | STATE_LINK | STATE_DEVICE)
		       ? OP_UPDATED
		       : OP_ATTRIBUTES_MODIFIED;
}

/* `also`: the same happened to those before, each `apart` from the next. */
static bool read_series(const Parse *parse, GError **error)
{
	const YamlNode *also = yaml_get(parse->entry, "also");
	const YamlNode *apart = yaml_get(parse->entry, "apart");
	Case *one = parse->one;

	one->apart_usec = G_USEC_PER_SEC;
	return (also == NULL || yaml_strings(parse->document, also, true, &one->also, error)) &&
	       (apart == NULL || yaml_length(parse->document, apart, &one->apart_usec, error));
}

/* Now that all is known: what differs, what that is called, and whether lines tell of it. */
static void settle(const Parse *parse)
{
	Change *change = parse->one->change;

	change->difference = file_state_compare(&change->before, &change->after);
	if (!parse->has_op) {
		change->op = guess_op(change);
	}
	if (change->added->len + change->removed->len > 0) {
		change->diff_presence = DIFF_PRESENT;
	} else if (change->after.content == CONTENT_SECRET) {
		change->diff_presence = DIFF_SECRET;
	}
}

Case *case_parse(const YamlDocument *document, const YamlNode *entry, GError **error)
{
	g_autoptr(Case) one = g_new0(Case, 1);
	Parse parse = {document, entry, one, false};

	one->file = g_strdup(yaml_name(document));
	one->line = entry->line;
	if (!yaml_only_keys(document, entry, keys, error) || !read_expectation(&parse, error) ||
	    !read_path(&parse, error) || !read_states(&parse, error) ||
	    !read_circumstances(&parse, error) || !read_series(&parse, error)) {
		return NULL;
	}
	settle(&parse);
	return g_steal_pointer(&one);
}
