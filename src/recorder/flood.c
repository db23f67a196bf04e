/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Floods: see flood.h. */
#include "recorder/flood.h"

/* The more there were, the longer: a steady stream of them ends up at the maximum. */
#define ORDER_USEC 4000

gint64 flood_rest_usec(guint n_orders)
{
	return n_orders < FLOOD_ORDERS ? 0 : MIN((gint64)n_orders * ORDER_USEC, FLOOD_MAX_USEC);
}
