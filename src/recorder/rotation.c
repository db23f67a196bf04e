/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rotation: see rotation.h. */
#include "recorder/rotation.h"
#include "recorder/reread.h"

#define BATCH_ROWS 32

struct Rotation {
	const LookWorld *world;
	RotationDiffers differs;
	void *context;
	char *position;
	GPtrArray *rows; /* of CatalogRow: the next ones; NULL: to be fetched */
	guint at;
	Reread *reread; /* of rows[at]; NULL: not begun */
};

Rotation *rotation_new(const LookWorld *world, RotationDiffers differs, void *context)
{
	Rotation *rotation = g_new0(Rotation, 1);

	rotation->world = world;
	rotation->differs = differs;
	rotation->context = context;
	return rotation;
}

static void drop_rows(Rotation *rotation)
{
	g_clear_pointer(&rotation->reread, reread_free);
	g_clear_pointer(&rotation->rows, g_ptr_array_unref);
	rotation->at = 0;
}

void rotation_free(Rotation *rotation)
{
	if (rotation == NULL) {
		return;
	}
	drop_rows(rotation);
	g_free(rotation->position);
	g_free(rotation);
}

const char *rotation_position(const Rotation *rotation)
{
	return rotation->position;
}

void rotation_set_position(Rotation *rotation, const char *path)
{
	drop_rows(rotation);
	g_free(rotation->position);
	rotation->position = g_strdup(path);
}

/* Has rows at hand; *ret_end when there are none left. */
static bool fetch(Rotation *rotation, bool *ret_end, GError **error)
{
	if (rotation->rows != NULL && rotation->at == rotation->rows->len) {
		drop_rows(rotation);
	}
	if (rotation->rows == NULL) {
		rotation->rows = catalog_rows_after(rotation->world->catalog, rotation->position,
						    BATCH_ROWS, error);
	}
	*ret_end = rotation->rows != NULL && rotation->rows->len == 0;
	return rotation->rows != NULL;
}

static void advance(Rotation *rotation, guint64 *done)
{
	const CatalogRow *row = rotation->rows->pdata[rotation->at];

	g_clear_pointer(&rotation->reread, reread_free);
	g_free(rotation->position);
	rotation->position = g_strdup(row->path);
	rotation->at++;
	(*done)++;
}

RotationStep rotation_step(Rotation *rotation, guint64 *bytes, guint64 *done, GError **error)
{
	const CatalogRow *row;
	bool is_end;

	if (!fetch(rotation, &is_end, error)) {
		return ROTATION_ERROR;
	}
	if (is_end) {
		rotation_set_position(rotation, NULL);
		return ROTATION_DONE;
	}
	row = rotation->rows->pdata[rotation->at];
	if (rotation->reread == NULL) {
		rotation->reread = reread_new(rotation->world, row);
	}
	switch (reread_step(rotation->reread, bytes)) {
	case REREAD_MORE:
		return ROTATION_MORE;
	case REREAD_DIFFERS:
		rotation->differs(rotation->context, row->path);
		break;
	case REREAD_SAME:
		break;
	}
	advance(rotation, done);
	return ROTATION_MORE;
}
