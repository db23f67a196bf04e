/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Notices: what the desktop hears when its person may know but not read (relay/notice.h,
 * doc/bus.md): no chain, no past, no content. What is missed while nobody listens stays missed.
 */
#pragma once

#include "desktop/news.h"

#include "base/error.h"

#include <glib.h>
#include <stdbool.h>

typedef struct Notices Notices;

Notices *notices_open(const char *url, int silence_ms, GError **error);
void notices_close(Notices *notices);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Notices, notices_close)

typedef enum {
	NOTICES_NEWS,
	NOTICES_NOTHING, /* in this time */
	NOTICES_SILENT,  /* not heard for a while; once per silence */
	NOTICES_HEARD,   /* heard again */
} NoticesResult;

/* What happens next, waiting at most so long. The caller frees the news. */
NoticesResult notices_next(Notices *notices, int timeout_ms, News **ret);

/* A notice as news: each path has the verdict and the severity of all. NULL: it is none. */
News *notices_read(const char *body, gsize size);
