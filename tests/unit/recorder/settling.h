/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hints to settle, told at a time, and what comes of them. */
#pragma once

#include "recorder/settle.h"

#define MS 1000
#define START (1000 * (gint64)1000000)

typedef struct {
	Settle *settle;
	GPtrArray *orders;
} Fixture;

static inline void setup(Fixture *f, const void *data)
{
	f->settle = settle_new(SETTLE_MAX);
	f->orders = g_ptr_array_new_with_free_func((GDestroyNotify)order_free);
}

static inline void teardown(Fixture *f, const void *data)
{
	settle_free(f->settle);
	g_ptr_array_unref(f->orders);
}

static inline void push_full(Fixture *f, HintKind kind, const char *path, const char *from,
			     bool is_directory, gint64 at_ms)
{
	Hint hint = {
		.kind = kind,
		.path = g_strdup(path),
		.moved_from = g_strdup(from),
		.is_directory = is_directory,
		.wall_usec = at_ms + 1,
		.mono_usec = START + at_ms * MS,
	};

	settle_push(f->settle, &hint);
	g_assert_null(hint.path);
}

static inline void push(Fixture *f, HintKind kind, const char *path, gint64 at_ms)
{
	push_full(f, kind, path, NULL, false, at_ms);
}

static inline int compare_paths(const void *a, const void *b)
{
	return g_strcmp0((*(Order *const *)a)->path, (*(Order *const *)b)->path);
}

/* What is due at this time: the paths, sorted; an order of its own has no meaning. */
static const char *take(Fixture *f, gint64 at_ms)
{
	static char text[1024];
	g_autoptr(GString) out = g_string_new(NULL);

	g_ptr_array_set_size(f->orders, 0);
	settle_take(f->settle, START + at_ms * MS, f->orders);
	g_ptr_array_sort(f->orders, compare_paths);
	for (guint i = 0; i < f->orders->len; i++) {
		const Order *order = f->orders->pdata[i];

		g_string_append_printf(out, "%s%s%s", i > 0 ? " " : "", order->path,
				       order->is_open ? "!" : "");
	}
	g_strlcpy(text, out->str, sizeof(text));
	return text;
}

static const Order *taken(Fixture *f, guint i)
{
	g_assert_cmpuint(i, <, f->orders->len);
	return f->orders->pdata[i];
}

static inline gint64 next_ms(Fixture *f)
{
	gint64 next = settle_next_usec(f->settle);

	return next < 0 ? -1 : (next - START) / MS;
}

static inline Order *steal_only(Fixture *f)
{
	Order *order = order_copy(taken(f, 0));

	g_assert_cmpuint(f->orders->len, ==, 1);
	return order;
}

#define ADD(name, function) g_test_add(name, Fixture, NULL, setup, function, teardown)
