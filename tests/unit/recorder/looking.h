/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A watched tree, and orders to look at it. */
#pragma once

#include "base/fd.h"
#include "recorder/look.h"
#include "watch/null.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
	char *dir, *tree, *state;
	Scope *scope;
	LookWorld world;
	/* of the latest look */
	Notes *notes;
	Look *look;
} Fixture;

static inline void must(bool ok, GError *error)
{
	g_assert_no_error(error);
	g_assert_true(ok);
}

static inline void setup(Fixture *f, const void *data)
{
	static const char *const roots[] = {"/etc", "/one.conf", NULL};
	static const char *const ignores[] = {"/etc/ignored", NULL};
	g_autoptr(GError) error = NULL;
	bool rebuilt;

	f->dir = g_dir_make_tmp("reeve-look-XXXXXX", NULL);
	f->tree = g_build_filename(f->dir, "tree", NULL);
	f->state = g_build_filename(f->dir, "state", NULL);
	g_mkdir(f->tree, 0755);
	g_mkdir(f->state, 0755);
	f->scope = scope_new(roots, ignores, &error);
	f->world.scope = f->scope;
	f->world.root_fd = open(f->tree, O_PATH | O_DIRECTORY | O_CLOEXEC);
	f->world.watch = watch_open("null", &error);
	f->world.catalog = catalog_open(f->state, &rebuilt, &error);
	f->world.snapshot = snapshot_open(f->state, &error);
	f->world.secrets = secrets_open(f->state, NULL, &error);
	g_assert_no_error(error);
	must(mkdirat(f->world.root_fd, "etc", 0755) == 0, NULL);
}

static inline void teardown(Fixture *f, const void *data)
{
	g_autofree char *quoted = g_shell_quote(f->dir);
	g_autofree char *command = g_strdup_printf("rm -rf %s", quoted);

	look_free(f->look);
	if (f->notes != NULL) {
		notes_free(f->notes);
	}
	secrets_free((Secrets *)f->world.secrets);
	snapshot_close(f->world.snapshot);
	catalog_close(f->world.catalog);
	watch_close(f->world.watch);
	close(f->world.root_fd);
	scope_free(f->scope);
	g_spawn_command_line_sync(command, NULL, NULL, NULL, NULL);
	g_free(f->dir);
	g_free(f->tree);
	g_free(f->state);
}

/* A file of long ago: nothing about it is in doubt, unlike what was written this moment. */
static inline void write_file(Fixture *f, const char *name, const char *text)
{
	auto_fd int fd =
		openat(f->world.root_fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	must(write(fd, text, strlen(text)) == (ssize_t)strlen(text), NULL);
}

static inline void make_dir(Fixture *f, const char *name)
{
	must(mkdirat(f->world.root_fd, name, 0755) == 0, NULL);
}

static inline void remove_file(Fixture *f, const char *name)
{
	must(unlinkat(f->world.root_fd, name, 0) == 0, NULL);
}

static inline Order *order(const char *path)
{
	Order *o = g_new0(Order, 1);

	o->path = g_strdup(path);
	o->wall_usec = 77;
	return o;
}

static inline Order *subtree(const char *path)
{
	Order *o = order(path);

	o->is_subtree = true;
	return o;
}

static inline void look_mode(Fixture *f, LookMode mode, ChangeSetKind kind, GPtrArray *orders)
{
	g_autoptr(GError) error = NULL;
	SnapshotCommit outcome;

	look_free(f->look);
	if (f->notes != NULL) {
		notes_free(f->notes);
	}
	f->notes = notes_new(kind);
	f->notes->recorded_usec = 1700000000000000;
	f->notes->first_usec = f->notes->recorded_usec;
	f->notes->last_usec = f->notes->recorded_usec;
	must(snapshot_begin(f->world.snapshot, &error), error);
	must(catalog_begin(f->world.catalog, &error), error);
	f->look = look_new(&f->world, mode, NULL, f->notes);
	must(look_carry_out(f->look, orders, &error), error);
	outcome = snapshot_commit(f->world.snapshot, f->notes, &error);
	must(outcome != SNAPSHOT_ERROR, error);
	must(catalog_finish(f->world.catalog, snapshot_head(f->world.snapshot), &error), error);
	g_ptr_array_unref(orders);
}

static inline GPtrArray *orders_of(Order *a, Order *b, Order *c)
{
	GPtrArray *orders = g_ptr_array_new_with_free_func((GDestroyNotify)order_free);

	for (int i = 0; i < 3; i++) {
		Order *o = i == 0 ? a : i == 1 ? b : c;

		if (o != NULL) {
			g_ptr_array_add(orders, o);
		}
	}
	return orders;
}

static inline int compare_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static const char *joined(const GPtrArray *paths)
{
	static char text[4096];
	g_autoptr(GPtrArray) sorted = g_ptr_array_new();
	g_autofree char *all = NULL;

	for (guint i = 0; i < paths->len; i++) {
		g_ptr_array_add(sorted, paths->pdata[i]);
	}
	g_ptr_array_sort(sorted, compare_text);
	g_ptr_array_add(sorted, NULL);
	all = g_strjoinv(" ", (char **)sorted->pdata);
	g_strlcpy(text, all, sizeof(text));
	return text;
}

/* Carries out up to three orders; the paths that changed. */
static const char *look(Fixture *f, Order *a, Order *b, Order *c)
{
	look_mode(f, LOOK_COMPARE, CHANGE_SET_CHANGE, orders_of(a, b, c));
	return joined(look_report(f->look)->changed);
}

static inline void adopt(Fixture *f)
{
	look_mode(f, LOOK_ADOPT, CHANGE_SET_BASELINE,
		  orders_of(subtree("/etc"), subtree("/one.conf"), NULL));
}

static inline CatalogEntry *entry(Fixture *f, const char *path)
{
	static CatalogEntry found;
	g_autoptr(GError) error = NULL;

	catalog_entry_clear(&found);
	found = (CatalogEntry){0};
	return catalog_find(f->world.catalog, path, &found, &error) == CATALOG_FOUND ? &found
										     : NULL;
}

#define ADD(name, function) g_test_add(name, Fixture, NULL, setup, function, teardown)
