/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Orders: see order.h. */
#include "recorder/order.h"

Order *order_copy(const Order *order)
{
	Order *copy = g_new0(Order, 1);

	*copy = *order;
	copy->path = g_strdup(order->path);
	copy->moved_from = g_strdup(order->moved_from);
	copy->actors = actors_add_all(NULL, order->actors);
	return copy;
}

void order_free(Order *order)
{
	if (order == NULL) {
		return;
	}
	g_free(order->path);
	g_free(order->moved_from);
	g_clear_pointer(&order->actors, g_ptr_array_unref);
	g_free(order);
}
