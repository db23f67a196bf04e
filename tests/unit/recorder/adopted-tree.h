/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * For tests of the scrub: a real tree, adopted into real stores, whose entries are beyond doubt,
 * as if they had been recorded long after they were made.
 */
#pragma once

#include "base/fd.h"
#include "recorder/look.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
	char *dir;
	Scope *scope;
	LookWorld world;
	GPtrArray *found; /* of char * */
} Tree;

static inline void must(bool ok)
{
	g_assert_true(ok);
}

static inline void tree_setup(Tree *t, const void *data)
{
	static const char *const roots[] = {"/etc", "/one.conf", NULL};
	static const char *const ignores[] = {"/etc/ignored", NULL};
	g_autofree char *top = NULL;
	g_autofree char *state = NULL;
	g_autoptr(GError) error = NULL;
	bool rebuilt;

	t->dir = g_dir_make_tmp("reeve-scrub-XXXXXX", NULL);
	top = g_build_filename(t->dir, "tree", NULL);
	state = g_build_filename(t->dir, "state", NULL);
	g_mkdir(top, 0755);
	g_mkdir(state, 0755);
	t->scope = scope_new(roots, ignores, &error);
	t->world.scope = t->scope;
	t->world.root_fd = open(top, O_PATH | O_DIRECTORY | O_CLOEXEC);
	t->world.watch = watch_open("null", &error);
	t->world.catalog = catalog_open(state, &rebuilt, &error);
	t->world.snapshot = snapshot_open(state, &error);
	t->world.secrets = secrets_open(state, NULL, &error);
	t->found = g_ptr_array_new_with_free_func(g_free);
	g_assert_no_error(error);
	must(mkdirat(t->world.root_fd, "etc", 0755) == 0);
}

static inline void tree_teardown(Tree *t, const void *data)
{
	g_autofree char *quoted = g_shell_quote(t->dir);
	g_autofree char *command = g_strdup_printf("rm -rf %s", quoted);

	secrets_free((Secrets *)t->world.secrets);
	snapshot_close(t->world.snapshot);
	catalog_close(t->world.catalog);
	watch_close(t->world.watch);
	close(t->world.root_fd);
	scope_free(t->scope);
	g_ptr_array_unref(t->found);
	g_spawn_command_line_sync(command, NULL, NULL, NULL, NULL);
	g_free(t->dir);
}

static inline void tree_write(Tree *t, const char *name, const char *text)
{
	auto_fd int fd =
		openat(t->world.root_fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	must(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
}

static inline void tree_mkdir(Tree *t, const char *name)
{
	must(mkdirat(t->world.root_fd, name, 0755) == 0);
}

static inline void collect_path(void *paths, const char *path, const CatalogEntry *entry)
{
	g_ptr_array_add(paths, g_strdup(path));
}

/* Changes every entry of the catalog; inside a transaction. */
static inline void tree_edit_entries(Tree *t, void (*edit)(CatalogEntry *entry))
{
	g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GError) error = NULL;

	catalog_each_beneath(t->world.catalog, "/", collect_path, paths, &error);
	for (guint i = 0; i < paths->len; i++) {
		g_auto(CatalogEntry) entry = {0};

		must(catalog_find(t->world.catalog, paths->pdata[i], &entry, &error) ==
		     CATALOG_FOUND);
		edit(&entry);
		must(catalog_put(t->world.catalog, paths->pdata[i], &entry, &error));
	}
	g_assert_no_error(error);
}

static inline void make_sure(CatalogEntry *entry)
{
	entry->seen_nsec += G_GINT64_CONSTANT(1000000000);
}

/* Records everything as it stands. */
static inline void tree_adopt(Tree *t)
{
	g_autoptr(Notes) notes = notes_new(CHANGE_SET_BASELINE);
	g_autoptr(Look) look = look_new(&t->world, LOOK_ADOPT, NULL, notes);
	g_autoptr(GPtrArray) orders = g_ptr_array_new_with_free_func((GDestroyNotify)order_free);
	g_autoptr(GError) error = NULL;

	for (guint i = 0; t->scope->roots[i] != NULL; i++) {
		Order *order = g_new0(Order, 1);

		order->path = g_strdup(t->scope->roots[i]);
		order->is_subtree = true;
		g_ptr_array_add(orders, order);
	}
	notes->recorded_usec = notes->first_usec = notes->last_usec = 1700000000000000;
	must(snapshot_begin(t->world.snapshot, &error));
	must(catalog_begin(t->world.catalog, &error));
	must(look_carry_out(look, orders, &error));
	must(snapshot_commit(t->world.snapshot, notes, &error) == SNAPSHOT_COMMITTED);
	tree_edit_entries(t, make_sure);
	must(catalog_finish(t->world.catalog, snapshot_head(t->world.snapshot), &error));
	g_assert_no_error(error);
}

/*
 * Changes the content of a file and puts its catalog entry's stat right, so that by its stat it is
 * the same file: what a second write to a dirty page of a mapping does.
 */
static inline void tree_write_unseen(Tree *t, const char *name, const char *text)
{
	g_autofree char *path = g_strconcat("/", name, NULL);
	g_auto(CatalogEntry) entry = {0};
	g_autoptr(GError) error = NULL;
	struct stat st;

	tree_write(t, name, text);
	must(fstatat(t->world.root_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0);
	must(catalog_find(t->world.catalog, path, &entry, &error) == CATALOG_FOUND);
	catalog_entry_set_stat(&entry, &st, 0);
	must(catalog_begin(t->world.catalog, &error));
	must(catalog_put(t->world.catalog, path, &entry, &error));
	must(catalog_finish(t->world.catalog, snapshot_head(t->world.snapshot), &error));
}

static inline void tree_find(void *paths, const char *path)
{
	g_ptr_array_add(paths, g_strdup(path));
}

static inline int compare_found(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* What has been found, sorted, in one text; found no more. */
static inline const char *tree_found(Tree *t)
{
	static char text[4096];
	g_autofree char *all = NULL;

	g_ptr_array_sort(t->found, compare_found);
	g_ptr_array_add(t->found, NULL);
	all = g_strjoinv(" ", (char **)t->found->pdata);
	g_strlcpy(text, all, sizeof(text));
	g_ptr_array_set_size(t->found, 0);
	return text;
}
