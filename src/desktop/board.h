/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The board: which alerts are open, and so which cards should be shown. It takes news in the order
 * of the journal and knows neither a clock nor a screen; what it says follows from the news (and
 * from what the person closed) alone.
 *
 * An alert is open until all its paths are as agreed again (restored, approved, a newer alert of
 * the same path, a late resolution, a baseline), until it is acknowledged, or until its card was
 * closed by the person. Alerts of one group, one commit, one second or one path share a card; when
 * more than three cards are open on a host, it gets one for all, until none is left.
 *
 * At most BOARD_MAX_CHANGES changes are kept; of a host with more, the oldest are only counted.
 */
#pragma once

#include "desktop/card.h"
#include "desktop/news.h"

#include <glib.h>

#define BOARD_MAX_CHANGES 8192
#define BOARD_MAX_CARDS_PER_HOST 3
#define BOARD_BURST_USEC G_USEC_PER_SEC

typedef struct Board Board;

Board *board_new(void);
void board_free(Board *board);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Board, board_free)

/* Takes over the news. */
void board_take(Board *board, News *news);

/* The person closed a card that told of these events (of char *). */
void board_dismiss(Board *board, const GPtrArray *ids);

/* The cards that should be shown: of Card, hosts and cards in the order in which they came. */
GPtrArray *board_cards(const Board *board);

/*
 * Where to go on after a restart so that the board comes out the same: the id of the event before
 * the oldest open one; nothing open: the newest event; nothing known: NULL. Valid until the next
 * change.
 */
const char *board_cursor(const Board *board);

/* Sets the newest event when there was no news yet (the head at which the subscription began). */
void board_start(Board *board, const char *id);
