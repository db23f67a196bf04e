/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Carrying out orders: see look.h. One path is in entry.c, directories are in walk.c. */
#include "recorder/look.h"
#include "base/fd.h"
#include "base/path.h"
#include "recorder/foreign.h"
#include "recorder/look-private.h"

#include <fcntl.h>
#include <string.h>

Look *look_new(const LookWorld *world, LookMode mode, const Scope *settled, Notes *notes)
{
	Look *look = g_new0(Look, 1);
	GPtrArray **lists[] = {
		&look->report.changed,     &look->report.doubtful, &look->report.unstable,
		&look->report.uncovered,   &look->report.blind,    &look->report.lost_roots,
		&look->report.found_roots,
	};

	look->report.postponed = g_ptr_array_new();
	look->report.unpacked = g_ptr_array_new_with_free_func((GDestroyNotify)order_free);
	look->world = world;
	look->mode = mode;
	look->settled = settled;
	look->notes = notes;
	look->moves = moves_new();
	g_queue_init(&look->ahead);
	look->listed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	look->done = g_hash_table_new(g_str_hash, g_str_equal);
	look->gone = g_hash_table_new(g_str_hash, g_str_equal);
	for (gsize i = 0; i < G_N_ELEMENTS(lists); i++) {
		*lists[i] = g_ptr_array_new_with_free_func(g_free);
	}
	return look;
}

void look_free(Look *look)
{
	if (look == NULL) {
		return;
	}
	g_ptr_array_unref(look->report.changed);
	g_ptr_array_unref(look->report.doubtful);
	g_ptr_array_unref(look->report.unstable);
	g_ptr_array_unref(look->report.uncovered);
	g_ptr_array_unref(look->report.blind);
	g_ptr_array_unref(look->report.lost_roots);
	g_ptr_array_unref(look->report.found_roots);
	g_ptr_array_unref(look->report.postponed);
	g_ptr_array_unref(look->report.unpacked);
	moves_free(look->moves);
	g_clear_pointer(&look->inferred, g_ptr_array_unref);
	g_queue_clear_full(&look->ahead, (GDestroyNotify)directory_free);
	g_hash_table_unref(look->listed);
	g_hash_table_unref(look->done);
	g_hash_table_unref(look->gone);
	g_free(look);
}

const LookReport *look_report(const Look *look)
{
	return &look->report;
}

/*
 * Watches the directories above a root, from the top, as far as they are there: each before the
 * next is looked at, so that one made in between is not missed. Their names are enough; but what
 * holds a root that is not a directory has to tell of its content too.
 */
static void watch_above(const LookWorld *world, const char *root, WatchExtent nearest)
{
	g_autofree char *parent = path_parent(root);
	gsize length = 0;

	if (root[1] == '\0') {
		return;
	}
	for (;;) {
		g_autofree char *ancestor = length == 0 ? g_strdup("/") : g_strndup(parent, length);
		bool is_nearest = g_str_equal(ancestor, parent);
		auto_fd int fd = path_open(world->root_fd, ancestor, O_PATH | O_DIRECTORY);

		if (fd < 0) {
			return;
		}
		watch_add(world->watch, ancestor, fd, is_nearest ? nearest : WATCH_NAMES);
		if (is_nearest) {
			return;
		}
		length = length + 1 + strcspn(parent + length + 1, "/");
	}
}

/* A root that is a single file is watched through its directory; watched first, then opened. */
static ProbeResult open_root(const LookWorld *world, const char *path, int *ret_fd,
			     struct stat *ret_st, GError **error)
{
	ProbeResult result;

	watch_above(world, path, WATCH_NAMES);
	result = probe_open(world->root_fd, path, ret_fd, ret_st, error);
	if (result == PROBE_PRESENT && !S_ISDIR(ret_st->st_mode)) {
		watch_above(world, path, WATCH_EVERYTHING);
		fd_close(ret_fd);
		result = probe_open(world->root_fd, path, ret_fd, ret_st, error);
	}
	return result;
}

static ProbeResult open_ordered(const LookWorld *world, const char *path, int *ret_fd,
				struct stat *ret_st, GError **error)
{
	if (foreign_hides(world->mounts, world->scope, path)) {
		return PROBE_GONE;
	}
	if (scope_has_root(world->scope, path)) {
		return open_root(world, path, ret_fd, ret_st, error);
	}
	return probe_open(world->root_fd, path, ret_fd, ret_st, error);
}

static bool found_ordered(Look *look, const Order *order, int fd, const struct stat *st,
			  GError **error)
{
	g_auto(CatalogEntry) old = {0};
	Find find = {.order = order, .path = order->path, .fd = fd, .st = st};

	switch (catalog_find(look->world->catalog, order->path, &old, error)) {
	case CATALOG_FOUND:
		find.old = &old;
		break;
	case CATALOG_NOT_FOUND:
		if (scope_has_root(look->world->scope, order->path)) {
			g_ptr_array_add(look->report.found_roots, g_strdup(order->path));
		}
		break;
	case CATALOG_ERROR:
		return false;
	}
	return look_found(look, &find, error) && look_walk(look, error);
}

/* What was there is hidden; what hides it is not asked. */
static bool shut_ordered(Look *look, const Order *order, GError **error)
{
	g_auto(CatalogEntry) old = {0};
	Find find = {.order = order, .path = order->path, .fd = -1};

	switch (catalog_find(look->world->catalog, order->path, &old, error)) {
	case CATALOG_FOUND:
		find.old = &old;
		return look_hidden(look, &find, error);
	case CATALOG_NOT_FOUND:
		return true;
	case CATALOG_ERROR:
		break;
	}
	return false;
}

static bool carry_out(Look *look, const Order *order, bool only_if_gone, GError **error)
{
	const LookWorld *world = look->world;
	auto_fd int fd = -1;
	struct stat st;

	if (!scope_covers(world->scope, order->path)) {
		return true;
	}
	if (foreign_is_shut(world->mounts, world->scope, order->path)) {
		return only_if_gone || shut_ordered(look, order, error);
	}
	switch (open_ordered(world, order->path, &fd, &st, error)) {
	case PROBE_PRESENT:
		return only_if_gone || found_ordered(look, order, fd, &st, error);
	case PROBE_GONE:
		if (!g_hash_table_add(look->gone, order->path)) {
			return true; /* one order has done it */
		}
		return look_vanished(look, order, order->path, error);
	case PROBE_BLIND:
		return only_if_gone || look_blinded(look, order->path, error);
	case PROBE_ERROR:
		return false;
	}
	g_assert_not_reached();
}

/* Single paths before subtrees: their hints know when it was. */
static int compare_orders(const void *a, const void *b)
{
	const Order *x = *(Order *const *)a;
	const Order *y = *(Order *const *)b;

	if (x->is_subtree != y->is_subtree) {
		return x->is_subtree - y->is_subtree;
	}
	return strcmp(x->path, y->path);
}

/* A rebuild begins with nothing: what is not found again has gone. */
static void clear_roots(const LookWorld *world)
{
	for (guint i = 0; world->scope->roots[i] != NULL; i++) {
		snapshot_remove(world->snapshot, world->scope->roots[i]);
	}
}

bool look_carry_out(Look *look, GPtrArray *orders, GError **error)
{
	if (look->mode == LOOK_REBUILD) {
		clear_roots(look->world);
	}
	g_ptr_array_sort(orders, compare_orders);
	for (guint i = 0; i < orders->len; i++) {
		if (!carry_out(look, orders->pdata[i], true, error)) {
			return false;
		}
	}
	for (guint i = 0; i < orders->len; i++) {
		Order *order = orders->pdata[i];

		if (g_hash_table_contains(look->gone, order->path)) {
			continue; /* it was gone; should it have come back, there is a hint */
		}
		if (!carry_out(look, order, false, error)) {
			return false;
		}
		g_hash_table_add(look->done, order->path);
	}
	if (look->mode != LOOK_ADOPT) {
		moves_note(look->moves, look->notes);
	}
	return true;
}
