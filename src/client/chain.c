/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The chain of a subscriber: see chain.h. */
#include "client/chain.h"

#include <string.h>

void chain_set(Chain *chain, const char *id)
{
	memset(chain, 0, sizeof(*chain));
	chain->is_known = true;
	g_strlcpy(chain->id, id, sizeof(chain->id));
	chain->has_seq = *id == '\0';
}

ChainStep chain_step(Chain *chain, const Letter *letter)
{
	if (!chain->is_known) {
		return CHAIN_GAP;
	}
	if (strcmp(letter->prev, chain->id) == 0) {
		return !chain->has_seq || letter->seq == chain->seq + 1 ? CHAIN_NEXT : CHAIN_GAP;
	}
	if (strcmp(letter->id, chain->id) == 0) {
		chain->has_seq = true;
		chain->seq = letter->seq;
		return CHAIN_KNOWN;
	}
	return chain->has_seq && letter->seq < chain->seq ? CHAIN_KNOWN : CHAIN_GAP;
}

void chain_take(Chain *chain, const Letter *letter)
{
	memcpy(chain->id, letter->id, sizeof(chain->id));
	chain->seq = letter->seq;
	chain->has_seq = true;
}
