/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Proposals from commits: see proposal-commit.h. */
#include "cli/proposal-commit.h"

#include "cli/path-map.h"
#include "cli/tree-changes.h"

#include "base/escape.h"
#include "base/path.h"

#include <string.h>
#include <unistd.h>

#define LFS_FIRST_LINE "version https://git-lfs.github.com/spec/"

char *proposal_map_path(const char *prefix, const char *path)
{
	g_autofree char *joined = g_strconcat("/", prefix == NULL ? "" : prefix, "/", path, NULL);

	for (char *p = joined; (p = strstr(p, "//")) != NULL;) {
		memmove(p, p + 1, strlen(p));
	}
	return path_is_canonical(joined) ? g_steal_pointer(&joined) : NULL;
}

bool content_is_lfs_pointer(GBytes *content)
{
	gsize size;
	const char *data = g_bytes_get_data(content, &size);

	return size >= strlen(LFS_FIRST_LINE) &&
	       memcmp(data, LFS_FIRST_LINE, strlen(LFS_FIRST_LINE)) == 0;
}

static bool refuse(const TreeChange *entry, const char *why, GError **error)
{
	g_autofree char *shown = escape_path(entry->path);

	g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX, "%s %s", shown, why);
	return false;
}

/* Attributes */

/* git's own files steer git; on the machine they are nothing. */
static bool is_for_git_only(const char *path)
{
	const char *slash = strrchr(path, '/');

	return g_str_has_prefix(slash == NULL ? path : slash + 1, ".git");
}

static bool attribute_is_harmless(const char *value)
{
	return g_str_equal(value, "unspecified") || g_str_equal(value, "unset");
}

/* Triples: path, attribute, value. */
static bool judge_attributes(GBytes *output, GError **error)
{
	gsize size;
	const char *at = g_bytes_get_data(output, &size), *end = at + size;

	while (at < end) {
		const char *words[3];

		for (guint i = 0; i < 3; i++) {
			words[i] = at;
			at = memchr(at, '\0', (gsize)(end - at));
			if (at == NULL) {
				return true;
			}
			at++;
		}
		if (!attribute_is_harmless(words[2])) {
			g_autofree char *shown = escape_path(words[0]);

			g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
				    "%s has the git attribute %s=%s: what is checked out may "
				    "differ from the blob that would be pinned; write `%s -%s` "
				    "into .gitattributes",
				    shown, words[1], words[2], shown, words[1]);
			return false;
		}
	}
	return true;
}

/* What is not pinned may be whatever git makes of it. */
static bool is_left_out(const PathMap *map, const char *file)
{
	const PathRule *rule = map == NULL ? NULL : path_map_find(map, file);

	return rule != NULL && (rule->is_ignored || rule->has_sha256);
}

/* An index of the new tree tells which attributes hold there, without a work tree. */
static bool check_attributes(const Git *git, const char *new_tree, const GArray *entries,
			     const PathMap *map, GError **error)
{
	g_autofree char *folder = g_dir_make_tmp("reeve-XXXXXX", error);
	g_autofree char *index = folder == NULL ? NULL : g_build_filename(folder, "index", NULL);
	g_autoptr(GByteArray) paths = g_byte_array_new();
	g_autoptr(GBytes) input = NULL, output = NULL;
	Git own = *git;
	bool is_good;

	if (folder == NULL) {
		return false;
	}
	for (guint i = 0; i < entries->len; i++) {
		const TreeChange *entry = &g_array_index(entries, TreeChange, i);

		if (entry->status != 'D' && !is_for_git_only(entry->path) &&
		    !is_left_out(map, entry->path)) {
			g_byte_array_append(paths, (const guint8 *)entry->path,
					    (guint)strlen(entry->path) + 1);
		}
	}
	input = g_bytes_new(paths->data, paths->len);
	own.environment =
		g_environ_setenv(g_strdupv(git->environment), "GIT_INDEX_FILE", index, TRUE);
	is_good = stock_git_run(&own, NULL, NULL, error, "read-tree", new_tree, NULL) &&
		  stock_git_run(&own, input, &output, error, "check-attr", "--cached", "-z",
				"--stdin", "text", "eol", "filter", "ident",
				"working-tree-encoding", NULL) &&
		  judge_attributes(output, error);
	g_strfreev(own.environment);
	unlink(index);
	rmdir(folder);
	return is_good;
}

/* Entries */

/* What is being added: of which repository, and where its files belong. */
typedef struct {
	Proposal *proposal;
	const Git *git;
	char *prefix;            /* of the configuration, where there is no map; NULL */
	PathMap *map, *before;   /* NULL: the tree has none */
	const PathRule *of_host; /* whose hosts the request is for; NULL: none was met yet */
} Adding;

static void adding_clear(Adding *adding)
{
	g_free(adding->prefix);
	g_clear_pointer(&adding->map, path_map_free);
	g_clear_pointer(&adding->before, path_map_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Adding, adding_clear)

/* The map of a tree. False and *error: it has one that cannot be read. */
static bool read_map(const Git *git, const char *tree, PathMap **ret, GError **error)
{
	g_autofree char *name = g_strconcat(tree, ":" PATH_MAP_FILE, NULL);
	g_autofree char *blob =
		stock_git_ask(git, "rev-parse", "-q", "--verify", "--end-of-options", name, NULL);
	g_autoptr(GBytes) bytes = NULL;

	if (blob == NULL) {
		return true;
	}
	bytes = stock_git_read_blob(git, blob, PATH_MAP_MAX_BYTES, error);
	*ret = bytes == NULL ? NULL
			     : path_map_parse(PATH_MAP_FILE, g_bytes_get_data(bytes, NULL),
					      g_bytes_get_size(bytes), error);
	return *ret != NULL;
}

static bool add_content(Adding *adding, const TreeChange *entry, const char *path, GError **error)
{
	Proposal *proposal = adding->proposal;
	g_autoptr(GBytes) content = stock_git_read_blob(adding->git, entry->new_blob,
							PROPOSAL_CONTENT_MAX_BYTES, error);
	int mode = (entry->new_mode & 0100) != 0 ? 0755 : 0644, asked = proposal->mode;
	bool is_flipped = entry->old_mode != 0 && entry->old_mode != entry->new_mode;
	bool is_added;

	if (content == NULL) {
		return false;
	}
	if (entry->new_mode == TREE_MODE_LINK) {
		gsize size = g_bytes_get_size(content);
		g_autofree char *target = g_strndup(g_bytes_get_data(content, NULL), size);

		return proposal_link(proposal, path, target, error);
	}
	if (content_is_lfs_pointer(content)) {
		return refuse(entry, "is a git-lfs pointer: its content is not in the repository",
			      error);
	}
	/* git knows of a mode only whether it is executable: that counts where it was changed */
	if (is_flipped && entry->old_mode != TREE_MODE_LINK && asked < 0) {
		proposal->mode = mode;
	}
	is_added = proposal_put(proposal, path, content, mode, error);
	proposal->mode = asked;
	return is_added;
}

/* A request is for the same hosts with all of its paths. */
static bool take_hosts(Adding *adding, const PathRule *rule, GError **error)
{
	static char *none[] = {NULL};
	const PathRule *first = adding->of_host;
	GStrv a = first == NULL || first->hosts == NULL ? none : first->hosts;
	GStrv b = rule->hosts == NULL ? none : rule->hosts;

	if (first == NULL) {
		adding->of_host = rule;
		if (rule->hosts != NULL) {
			g_strfreev(adding->proposal->request->hosts);
			adding->proposal->request->hosts = g_strdupv(rule->hosts);
		}
		return true;
	}
	if (g_strv_equal((const char *const *)a, (const char *const *)b)) {
		return true;
	}
	g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
		    "%s and %s are for different hosts (" PATH_MAP_FILE
		    ":%u and :%u), and one request is for the same ones: ask for them one by one",
		    first->from, rule->from, first->line, rule->line);
	return false;
}

/* Does something with the owner, group and mode of a rule in force. */
static bool under_rule(Adding *adding, const TreeChange *entry, const PathRule *rule,
		       const char *path, GError **error)
{
	Proposal *proposal = adding->proposal;
	const Proposal asked = *proposal;
	bool is_executable = entry != NULL && (entry->new_mode & 0100) != 0;
	bool is_added;

	if (!take_hosts(adding, rule, error)) {
		return false;
	}
	if (rule->mode >= 0 && proposal->mode < 0) {
		proposal->mode = rule->mode | (is_executable ? (rule->mode & 0444) >> 2 : 0);
	}
	proposal->owner = asked.owner != NULL ? asked.owner : rule->owner;
	proposal->group = asked.group != NULL ? asked.group : rule->group;
	is_added = rule->has_sha256       ? proposal_digest(proposal, path, rule->sha256, error)
		   : entry->status == 'D' ? proposal_remove(proposal, path, error)
					  : add_content(adding, entry, path, error);
	proposal->mode = asked.mode;
	proposal->owner = asked.owner;
	proposal->group = asked.group;
	return is_added;
}

static void remark(const Adding *adding, const TreeChange *entry, const char *why)
{
	g_ptr_array_add(adding->proposal->remarks, g_strdup_printf("%s %s", entry->path, why));
}

/* A template's own change asks for nothing: the digest of what it renders to does. */
static void note_template(const Adding *adding, const TreeChange *entry, const PathRule *rule)
{
	const PathRule *was =
		adding->before == NULL ? NULL : path_map_find(adding->before, entry->path);

	if (entry->status != 'D' && was != NULL && was->has_sha256 &&
	    memcmp(was->sha256, rule->sha256, DIGEST_BYTES) == 0) {
		g_autofree char *why = g_strdup_printf(
			"is a template and was changed, but the digest of what it renders to "
			"(" PATH_MAP_FILE ":%u) was not: it is not asked for",
			rule->line);

		remark(adding, entry, why);
	}
}

static bool add_by_map(Adding *adding, const TreeChange *entry, GError **error)
{
	const PathRule *rule = path_map_find(adding->map, entry->path);
	g_autofree char *path = NULL;

	if (rule == NULL) {
		return refuse(entry,
			      "has no place on a machine: " PATH_MAP_FILE
			      " does not name it (`ignore: true` leaves it out)",
			      error);
	}
	if (rule->is_ignored) {
		remark(adding, entry, "is left out by " PATH_MAP_FILE);
		return true;
	}
	if (rule->has_sha256) {
		note_template(adding, entry, rule);
		return true;
	}
	if (rule->is_template) {
		return refuse(entry,
			      "is a template: what it becomes is not in the repository; name it "
			      "in " PATH_MAP_FILE
			      " with `to:` and the `sha256:` of what it renders to, or ask for "
			      "its path with --content-any",
			      error);
	}
	path = path_rule_place(rule, entry->path);
	return path == NULL ? refuse(entry, "has no canonical place by " PATH_MAP_FILE, error)
			    : under_rule(adding, entry, rule, path, error);
}

static bool add_by_prefix(Adding *adding, const TreeChange *entry, GError **error)
{
	g_autofree char *path = proposal_map_path(adding->prefix, entry->path);

	if (path == NULL) {
		return refuse(entry, "has no place on a machine: set reeve.prefix to a folder",
			      error);
	}
	return entry->status == 'D' ? proposal_remove(adding->proposal, path, error)
				    : add_content(adding, entry, path, error);
}

static bool add_entry(Adding *adding, const TreeChange *entry, GError **error)
{
	if (is_for_git_only(entry->path)) {
		remark(adding, entry, "is git's own and is not asked for");
		return true;
	}
	if (g_str_equal(entry->path, PATH_MAP_FILE)) {
		return true;
	}
	if (entry->new_mode == TREE_MODE_SUBMODULE || entry->old_mode == TREE_MODE_SUBMODULE) {
		return refuse(entry, "is a submodule: its content is in another repository", error);
	}
	return adding->map != NULL ? add_by_map(adding, entry, error)
				   : add_by_prefix(adding, entry, error);
}

static bool add_digests(Adding *adding, GError **error)
{
	g_autoptr(GPtrArray) rules = adding->map == NULL
					     ? g_ptr_array_new()
					     : path_map_new_digests(adding->map, adding->before);

	for (guint i = 0; i < rules->len; i++) {
		const PathRule *rule = g_ptr_array_index(rules, i);

		if (!under_rule(adding, NULL, rule, rule->to, error)) {
			return false;
		}
	}
	return true;
}

bool proposal_add_commits(Proposal *proposal, const Git *git, const char *old_tree,
			  const char *new_tree, GError **error)
{
	g_auto(Adding) adding = {.proposal = proposal, .git = git};
	g_autoptr(GArray) entries = tree_changes(git, old_tree, new_tree, error);

	if (entries == NULL || !read_map(git, new_tree, &adding.map, error) ||
	    !check_attributes(git, new_tree, entries, adding.map, error)) {
		return false;
	}
	/* (one before that cannot be read had no digests) */
	read_map(git, old_tree, &adding.before, NULL);
	adding.prefix = stock_git_ask(git, "config", "--get", "reeve.prefix", NULL);
	for (guint i = 0; i < entries->len; i++) {
		if (!add_entry(&adding, &g_array_index(entries, TreeChange, i), error)) {
			return false;
		}
	}
	return add_digests(&adding, error);
}
