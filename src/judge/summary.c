/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Summaries: see summary.h. */
#include "judge/summary.h"

#include "base/clock.h"
#include "base/escape.h"
#include "base/path.h"
#include "judge/summary-settings.h"

#include <string.h>

#define MAX_NAMED 3

static void append_escaped(GString *out, const char *bytes, gsize size)
{
	g_autofree char *escaped = escape_bytes(bytes, size);

	g_string_append(out, escaped);
}

static void append_path(GString *out, const char *path)
{
	append_escaped(out, path, strlen(path));
}

/* Begins one more part of a list that is joined by commas. */
static void next_part(GString *out, gsize start)
{
	if (out->len > start) {
		g_string_append(out, ", ");
	}
}

/*
 * What happened
 */

static void append_content(GString *out, const Change *change)
{
	if (summary_append_settings(out, change)) {
		return;
	}
	switch (change->diff_presence) {
	case DIFF_PRESENT:
		g_string_append_printf(out, "content changed (+%u -%u)", change->added->len,
				       change->removed->len);
		break;
	case DIFF_SECRET:
		g_string_append(out, "secret content changed");
		break;
	case DIFF_BINARY:
		g_string_append(out, "binary content changed");
		break;
	case DIFF_TOO_LARGE:
		g_string_append(out, "content changed (too large to show)");
		break;
	case DIFF_NONE:
	case DIFF_UNREADABLE:
	case _DIFF_N:
		g_string_append(out, "content changed");
		break;
	}
}

static const char *type_phrase(FileType type)
{
	switch (type) {
	case FILE_REGULAR:
		return "a file";
	case FILE_DIRECTORY:
		return "a directory";
	case FILE_SYMLINK:
		return "a link";
	case FILE_FIFO:
		return "a FIFO";
	case FILE_SOCKET:
		return "a socket";
	case FILE_CHARACTER:
	case FILE_BLOCK:
		return "a device";
	case FILE_ABSENT:
	case _FILE_TYPE_N:
		break;
	}
	return "nothing";
}

static void append_owner(GString *out, const char *what, const char *old_name, guint32 old_id,
			 const char *new_name, guint32 new_id)
{
	g_autofree char *old_text =
		old_name != NULL ? g_strdup(old_name) : g_strdup_printf("%u", old_id);
	g_autofree char *new_text =
		new_name != NULL ? g_strdup(new_name) : g_strdup_printf("%u", new_id);

	g_string_append_printf(out, "%s ", what);
	append_path(out, old_text);
	g_string_append(out, " -> ");
	append_path(out, new_text);
}

static void append_attributes(GString *out, gsize start, const Change *change)
{
	const FileState *before = &change->before, *after = &change->after;

	if (change->difference & STATE_MODE) {
		next_part(out, start);
		g_string_append_printf(out, "mode %04o -> %04o", before->mode, after->mode);
	}
	if (change->difference & STATE_OWNER) {
		next_part(out, start);
		append_owner(out, "owner", before->owner, before->uid, after->owner, after->uid);
	}
	if (change->difference & STATE_GROUP) {
		next_part(out, start);
		append_owner(out, "group", before->group, before->gid, after->group, after->gid);
	}
	if (change->difference & STATE_XATTRS) {
		next_part(out, start);
		g_string_append(out, "extended attributes changed");
	}
	if (change->difference & STATE_FLAGS) {
		next_part(out, start);
		g_string_append(out, "inode flags changed");
	}
}

static void append_differences(GString *out, const Change *change)
{
	gsize start = out->len;

	if (change->difference & STATE_TYPE) {
		g_string_append_printf(out, "%s became %s", type_phrase(change->before.type),
				       type_phrase(change->after.type));
	} else if (change->difference & STATE_CONTENT) {
		append_content(out, change);
	} else if (change->difference & STATE_LINK) {
		g_string_append(out, "target ");
		append_path(out, change->before.link);
		g_string_append(out, " -> ");
		append_path(out, change->after.link);
	} else if (change->difference & STATE_DEVICE) {
		g_string_append(out, "device number changed");
	}
	append_attributes(out, start, change);
}

static void append_happening(GString *out, const Change *change)
{
	switch (change->op) {
	case OP_CREATED:
		g_string_append(out, "created");
		if (change->after.type != FILE_REGULAR) {
			g_string_append_printf(out, " (%s)", type_phrase(change->after.type));
		}
		break;
	case OP_DELETED:
		g_string_append(out, "deleted");
		break;
	case OP_MOVED:
		g_string_append(out, "moved from ");
		append_path(out, change->moved_from);
		break;
	case OP_TRANSIENT:
		g_string_append(out, "came and went before it could be read");
		break;
	case OP_UPDATED:
	case OP_ATTRIBUTES_MODIFIED:
	case _OP_N:
		append_differences(out, change);
		break;
	}
}

static void append_person(GString *out, const char *name, gint64 uid)
{
	if (name != NULL) {
		append_path(out, name);
	} else {
		g_string_append_printf(out, "user %" G_GINT64_FORMAT, uid);
	}
}

/* "through sudo" says what everybody knows: as root. */
static void append_other_user(GString *out, const Actor *actor)
{
	const char *through = actor_through(actor);

	if (through != NULL) {
		g_string_append_printf(out, " through %s", through);
	}
	if (through == NULL || actor->uid != 0) {
		g_string_append(out, " as ");
		append_person(out, actor->user, actor->uid);
	}
}

static void append_place(GString *out, const Actor *actor)
{
	if (actor->container != NULL) {
		g_string_append(out, " in ");
		append_path(out, actor->container);
	}
}

static void append_actor(GString *out, const GPtrArray *actors)
{
	const Actor *actor = actors->len == 0 ? NULL : actors->pdata[0];
	bool has_login = actor != NULL && (actor->login_user != NULL || actor->login_uid >= 0);
	bool has_user = actor != NULL && (actor->user != NULL || actor->uid >= 0);

	if (!has_login && !has_user) {
		g_string_append(out, ", by unknown");
		if (actor != NULL && actor->is_own) {
			g_string_append(out, " (Reeve itself)");
		}
		return;
	}
	g_string_append(out, ", by ");
	if (has_login) {
		append_person(out, actor->login_user, actor->login_uid);
	}
	if (has_login && has_user && actor->uid != actor->login_uid) {
		append_other_user(out, actor);
	} else if (!has_login) {
		append_person(out, actor->user, actor->uid);
	}
	if (actor->exe != NULL) {
		const char *slash = strrchr(actor->exe, '/');

		g_string_append(out, " (");
		append_path(out, slash == NULL ? actor->exe : slash + 1);
		g_string_append_c(out, ')');
	}
	append_place(out, actor);
	if (actors->len > 1) {
		g_string_append_printf(out, " and %u more", actors->len - 1);
	}
}

char *summary_of_change(const Change *change)
{
	GString *out = g_string_new(NULL);

	append_path(out, change->path);
	g_string_append(out, change->verdict == VERDICT_RESTORED ? ": restored: " : ": ");
	append_happening(out, change);
	append_actor(out, change->actors);
	if (change->is_offline) {
		g_string_append(out, ", while nobody watched");
	}
	return g_string_free(out, FALSE);
}

static const char *common_happening(const GPtrArray *changes)
{
	ChangeOp op = ((const Change *)changes->pdata[0])->op;

	for (guint i = 1; i < changes->len; i++) {
		if (((const Change *)changes->pdata[i])->op != op) {
			return "changed";
		}
	}
	return op == OP_CREATED ? "created" : op == OP_DELETED ? "deleted" : "changed";
}

static int compare_severity(gconstpointer a, gconstpointer b)
{
	const Change *x = *(Change *const *)a, *y = *(Change *const *)b;

	if (x->severity != y->severity) {
		return x->severity > y->severity ? -1 : 1;
	}
	return strcmp(x->path, y->path);
}

char *summary_of_changes(const GPtrArray *changes)
{
	g_autoptr(GPtrArray) sorted = g_ptr_array_copy((GPtrArray *)changes, NULL, NULL);
	GString *out = g_string_new(NULL);

	/* (the copy inherits the free function, but owns nothing) */
	g_ptr_array_set_free_func(sorted, NULL);
	if (changes->len == 0) {
		return g_string_free(g_string_append(out, "nothing that counts differs"), FALSE);
	}
	g_ptr_array_sort(sorted, compare_severity);
	g_string_append_printf(out, "%u %s %s: ", changes->len,
			       changes->len == 1 ? "file" : "files", common_happening(changes));
	for (guint i = 0; i < MIN(sorted->len, MAX_NAMED); i++) {
		g_string_append(out, i == 0 ? "" : ", ");
		append_path(out, ((const Change *)sorted->pdata[i])->path);
	}
	if (sorted->len > MAX_NAMED) {
		g_string_append_printf(out, " and %u more", sorted->len - MAX_NAMED);
	}
	return g_string_free(out, FALSE);
}

/* "nginx 1.22 -> 1.24, tool 1 and 3 more" */
static void append_packages(GString *out, const EventGroup *group)
{
	for (guint i = 0; i < MIN(group->packages->len, MAX_NAMED); i++) {
		g_string_append(out, i == 0 ? "" : ", ");
		append_path(out, group->packages->pdata[i]);
	}
	if (group->packages->len > MAX_NAMED) {
		g_string_append_printf(out, " and %u more", group->packages->len - MAX_NAMED);
	}
	if (group->packages->len == 0) {
		g_string_append(out, "a package run");
	}
}

static char *summary_of_run(const Event *event)
{
	GString *out = g_string_new(NULL);

	if (verdict_is_alert(event->verdict, event->severity)) {
		g_autofree char *what = event->files->len == 1
						? summary_of_change(event->files->pdata[0])
						: summary_of_changes(event->files);

		g_string_append(g_string_append(out, what), ", beyond ");
		append_packages(out, event->group);
	} else {
		append_packages(out, event->group);
		g_string_append_printf(out, ": %u %s as agreed", event->files->len,
				       event->files->len == 1 ? "path" : "paths");
	}
	return g_string_free(out, FALSE);
}

char *summary_of_event(const Event *event, guint changes)
{
	if (event->group != NULL) {
		return summary_of_run(event);
	}
	if (event->files->len == 0 && event->waiting > 0) {
		return g_strdup_printf("%u %s for what the package manager says of it",
				       event->waiting,
				       event->waiting == 1 ? "change waits" : "changes wait");
	}
	return changes == 1 ? summary_of_change(event->files->pdata[0])
			    : summary_of_changes(event->files);
}

char *summary_of_gap(const Gap *gap)
{
	g_autofree char *start = clock_format(gap->start_usec);
	g_autofree char *end = clock_format(gap->end_usec);
	GString *out = g_string_new("not watching (");

	append_path(out, gap->cause);
	g_string_append_printf(out, ") from %s to %s below ", start, end);
	append_path(out, gap->scope);
	g_string_append(out, gap->closed_usec != 0 ? "; looked at again since" : "; still open");
	return g_string_free(out, FALSE);
}

static void append_paths(GString *out, char *const *paths)
{
	for (guint i = 0; paths[i] != NULL; i++) {
		g_string_append(out, i == 0 ? " " : ", ");
		append_path(out, paths[i]);
	}
}

char *summary_of_adoption(const ChangeSet *set)
{
	GString *out = g_string_new(NULL);

	if (set->kind == CHANGE_SET_BASELINE) {
		g_string_append(out, "baseline:");
	}
	if (set->scope_added != NULL && set->scope_added[0] != NULL) {
		g_string_append(out, "now watched:");
		append_paths(out, set->scope_added);
		g_string_append_c(out, ';');
	}
	if (set->scope_removed != NULL && set->scope_removed[0] != NULL) {
		g_string_append(out, out->len > 0 ? " no longer watched:" : "no longer watched:");
		append_paths(out, set->scope_removed);
		g_string_append_c(out, ';');
	}
	g_string_append_printf(out, " %" G_GUINT64_FORMAT " entries %s", set->file_count,
			       set->kind == CHANGE_SET_BASELINE ? "adopted as they are"
								: "in view");
	return g_string_free(out, FALSE);
}
