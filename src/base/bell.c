/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Doorbells: see bell.h. */
#include "base/bell.h"

#include <sys/eventfd.h>
#include <unistd.h>

int bell_new(GError **error)
{
	int bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

	if (bell < 0) {
		error_set_errno(error, "cannot make a doorbell");
	}
	return bell;
}

void bell_ring(int bell)
{
	guint64 one = 1;
	ssize_t put = bell < 0 ? 0 : write(bell, &one, sizeof(one));

	(void)put; /* a full counter has rung already */
}

bool bell_answer(int bell)
{
	guint64 rings;

	return bell >= 0 && read(bell, &rings, sizeof(rings)) == (ssize_t)sizeof(rings);
}
