/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A probe: what is at one path right now. It opens beneath the root without following links, first
 * as a mere reference (O_PATH); only what has turned out to be a regular file is opened for
 * reading, so a FIFO, device or socket never notices us. It knows neither catalog nor snapshot.
 */
#pragma once

#include "base/error.h"
#include "catalog/catalog.h"
#include "snapshot/secret.h"

#include <glib.h>
#include <stdbool.h>
#include <sys/stat.h>

#define PROBE_STORE_MAX_BYTES (8u * 1024 * 1024)
/* Beyond this a file is not read at all: a sparse file of exabytes costs its maker nothing. */
#define PROBE_READ_MAX_BYTES (G_GUINT64_CONSTANT(1) << 30)

typedef enum {
	PROBE_PRESENT,
	PROBE_GONE,  /* nothing there, or a link on the way */
	PROBE_BLIND, /* we may not look: nothing is known */
	PROBE_ERROR, /* the system is short of something; *error is set */
} ProbeResult;

/* Opens a reference to a path beneath `root_fd` and stats it. `ret_fd` is an auto_fd. */
ProbeResult probe_open(int root_fd, const char *path, int *ret_fd, struct stat *ret_st,
		       GError **error);

/* The same for a name in an open directory; `path` is for messages. */
ProbeResult probe_open_child(int dir_fd, const char *name, const char *path, int *ret_fd,
			     struct stat *ret_st, GError **error);

typedef struct {
	CatalogEntry entry; /* complete but for state.blob */
	GBytes *content;    /* what is to be stored as the blob; NULL: nothing */
	bool is_unstable;   /* it changed while it was read, several times over */
} Probe;

void probe_clear(Probe *probe);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Probe, probe_clear)

/*
 * Reads everything about what `fd` (of probe_open) refers to: attributes, link target, content as
 * the rules of secrets allow. The content is read until two stats around it agree, at most three
 * times. False and *error only when the system is short of something; what may not be read is
 * CONTENT_UNREADABLE.
 */
bool probe_read(int fd, const char *path, const Secrets *secrets, Probe *ret, GError **error);
