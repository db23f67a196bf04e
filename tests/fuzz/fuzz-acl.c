/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Access lists from a stranger, as text in a request and as attribute of a file: never crashes, a
 * text that is read reads back as itself, and an attribute never lies about being none.
 */
#include "register/acl.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_text(const uint8_t *data, size_t size)
{
	g_autofree char *text = g_strndup((const char *)data, size);
	g_autofree char *once = acl_from_text(text, NULL);
	g_autofree char *again = once == NULL ? NULL : acl_from_text(once, NULL);

	g_assert(g_strcmp0(once, again) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_auto(FileState) state = {.type = FILE_REGULAR};
	g_autofree char *told = NULL;

	if (size == 0) {
		return 0;
	}
	read_text(data, size);
	file_state_add_xattr(&state, ACL_ACCESS, data, size);
	told = acl_of_state(&state);
	acl_lets_write(&state);
	g_assert(size == 4 || !g_str_equal(told, ACL_NONE));
	return 0;
}
