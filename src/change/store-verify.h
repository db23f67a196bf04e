/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading all of snapshots.git to see whether it is as it was written. Three rings: the files (each
 * pack and index carries the SHA-1 of its own bytes; loose objects are hashed; refs have one
 * form), the objects (each is its id), and the history (one chain of commits, each with manifests
 * and notes that parse). It changes nothing.
 */
#pragma once

#include "change/odb.h"

#include <glib.h>

/* See store_verify in store.h. */
GPtrArray *verify_objects(Odb *objects, void (*progress)(void *context, guint64 done, guint64 of),
			  void *context, GError **error);
