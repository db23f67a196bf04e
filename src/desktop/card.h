/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A card: what one notification says, as plain text (whoever shows it escapes for the server). The
 * key is its identity: a card of a key that is shown already takes its place.
 */
#pragma once

#include "desktop/news.h"

#include <glib.h>
#include <stdbool.h>

typedef enum {
	URGENCY_LOW,
	URGENCY_NORMAL,
	URGENCY_CRITICAL,
} Urgency;

typedef struct {
	char *key;
	char *title;
	char *body; /* at most 3 lines */
	char *category;
	Urgency urgency;
	GPtrArray *ids; /* of char *: the events it tells of, oldest first; none: no actions */
} Card;

/* What a card is made from: files of one or several events on one host. */
typedef struct {
	const char *host;
	guint n;             /* changes in all; more than `files` when some are not kept any more */
	bool is_floor;       /* there are more than `n` */
	GPtrArray *files;    /* of NewsFile, borrowed */
	const char *summary; /* of an alert without files; NULL */
	Severity severity;   /* of that alert */
} CardMatter;

Card *card_of_changes(const char *key, const CardMatter *matter);
/* A card of ours, about the bus itself: nothing to show or acknowledge. */
Card *card_of_trouble(const char *key, const char *title, const char *body);
void card_free(Card *card);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Card, card_free)

/* Whether two cards look the same and stand for the same events. */
bool card_equal(const Card *a, const Card *b);

Urgency urgency_of(Severity severity);
