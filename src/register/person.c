/* SPDX-License-Identifier: GPL-3.0-or-later */
/* People: see person.h. */
#include "register/person.h"

#include <glib.h>
#include <string.h>

bool person_may_be(const char *a, const char *b)
{
	gsize a_size = strcspn(a, "@");
	gsize b_size = strcspn(b, "@");

	if (a[a_size] != '\0' && b[b_size] != '\0') {
		return g_ascii_strcasecmp(a, b) == 0;
	}
	return a_size == b_size && g_ascii_strncasecmp(a, b, a_size) == 0;
}
